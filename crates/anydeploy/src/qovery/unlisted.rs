//! Requests of this process that the server accepted and does not list yet: until it does, a state may be from before.
//!
//! For some seconds after an execution has started, Qovery's statuses are still those of the one before, and its request
//! is in the queue no more.
//! All first-party clients sleep over this; a state that is read meanwhile is no result.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Target, TargetKind};

/// The accepted requests of one deployer and its clones.
#[derive(Debug, Default)]
pub(super) struct Unlisted(Mutex<Vec<Request>>);

/// A request that was accepted, or seen in the queue.
#[derive(Debug)]
struct Request {
    environment: String,
    target: Target,
    /// The newest execution when it was accepted or seen: another one by now may be its own.
    after: Option<String>,
    noted_at: Instant,
    /// After how long it counts as one that never starts.
    lost_after: Duration,
}

impl Request {
    fn is_lost(&self) -> bool {
        self.noted_at.elapsed() >= self.lost_after
    }
}

impl Unlisted {
    /// Notes a request that concerns a target, of which nothing is listed yet.
    pub(super) fn note(&self, environment: &str, target: &Target, after: Option<String>, lost_after: Duration) {
        let (environment, target) = (environment.to_owned(), target.clone());
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        requests.retain(|known| !known.is_lost() && (known.environment != environment || known.target != target));
        requests.push(Request { environment, target, after, noted_at: Instant::now(), lost_after });
    }

    /// Whether a request that concerns the target may be about to show, where this is the newest execution.
    pub(super) fn concerns(&self, environment: &str, target: &Target, last: Option<&str>) -> bool {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = |known: &Request| known.environment != environment || known.after.as_deref() == last;
        requests.retain(|known| !known.is_lost() && is_open(known));
        let is_whole = |target: &Target| *target.kind() == TargetKind::Environment;
        requests.iter().any(|known| {
            known.environment == environment
                && (known.target.id() == target.id() || is_whole(&known.target) || is_whole(target))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_request_is_about_to_show_until_a_new_execution_does_or_it_counts_as_lost() {
        let (web, api) = (Target::application("web"), Target::application("api"));
        let (whole, unlisted) = (Target::environment("env"), Unlisted::default());
        unlisted.note("env", &web, Some("e1".into()), MINUTE);
        let concerns = |target: &Target| unlisted.concerns("env", target, Some("e1"));
        assert_eq!((concerns(&web), concerns(&whole), concerns(&api)), (true, true, false));
        assert!(!unlisted.concerns("other", &web, Some("e1")));
        tokio::time::advance(MINUTE).await;
        assert!(!concerns(&web));
        unlisted.note("env", &whole, Some("e1".into()), MINUTE);
        assert!(concerns(&api), "it is for all services");
        assert!(!unlisted.concerns("env", &api, Some("e2")));
        assert!(!concerns(&api), "it was seen to show");
    }
}

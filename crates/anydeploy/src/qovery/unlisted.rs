//! Requests of this process that the server accepted and does not list yet: until it does, a state may be from before.
//!
//! For some seconds after an execution has started, Qovery's statuses are still those of the one before, and its request
//! is in the queue no more.
//! All first-party clients sleep over this; a state that is read meanwhile is no result.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Target, TargetKind};

/// The accepted requests of one deployer and its clones.
#[derive(Debug, Default)]
pub(super) struct Unlisted(Mutex<Vec<Request>>);

/// What a request does to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It starts the service, and began at once: one that waits is in the queue, and may be cancelled there.
    Starts,
    Stops,
    /// Something else, or this is not known.
    Other,
}

/// What requests do to the services of a target.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// To each service that `each` does not have.
    all: Option<Effect>,
    /// By the service's id.
    each: BTreeMap<String, Effect>,
}

impl Effects {
    pub(super) const fn all(effect: Effect) -> Self {
        Self { all: Some(effect), each: BTreeMap::new() }
    }

    pub(super) fn each(effects: impl IntoIterator<Item = (String, Effect)>) -> Self {
        Self { all: None, each: effects.into_iter().collect() }
    }
}

/// A request that was accepted, or seen in the queue.
#[derive(Debug)]
struct Request {
    environment: String,
    target: Target,
    effects: Effects,
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

    fn concerns(&self, environment: &str, target: &Target) -> bool {
        let is_near = self.target.id() == target.id() || is_whole(&self.target) || is_whole(target);
        self.environment == environment && is_near
    }

    /// What it does to a service that it concerns; nothing if it leaves the service alone.
    fn effect_on(&self, service: &Target) -> Option<Effect> {
        self.effects.each.get(service.id()).copied().or(self.effects.all)
    }
}

fn is_whole(target: &Target) -> bool {
    *target.kind() == TargetKind::Environment
}

impl Unlisted {
    /// Notes a request that concerns a target, of which nothing is listed yet.
    pub(super) fn note(
        &self,
        environment: &str,
        target: &Target,
        effects: Effects,
        after: Option<String>,
        lost_after: Duration,
    ) {
        let (environment, target) = (environment.to_owned(), target.clone());
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &Request| known.environment == environment && known.target == target;
        requests.retain(|known| !known.is_lost());
        let before = requests.iter().position(is_same).map(|place| requests.remove(place));
        // What is seen in the queue says nothing of the services that it does not name.
        let effects = match before.filter(|before| effects.all.is_none() && before.after == after) {
            Some(Request { effects: Effects { all, each }, .. }) => {
                Effects { all, each: each.into_iter().chain(effects.each).collect() }
            }
            None => effects,
        };
        requests.push(Request { environment, target, effects, after, noted_at: Instant::now(), lost_after });
    }

    /// Whether a request that concerns the target may be about to show, where this is the newest execution.
    pub(super) fn concerns(&self, environment: &str, target: &Target, last: Option<&str>) -> bool {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = |known: &Request| known.environment != environment || known.after.as_deref() == last;
        requests.retain(|known| !known.is_lost() && is_open(known));
        requests.iter().any(|known| known.concerns(environment, target))
    }

    /// What the newest of the requests that may be about to show does to a service.
    pub(super) fn effect_on(&self, environment: &str, service: &Target, last: Option<&str>) -> Option<Effect> {
        let requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = requests.iter().filter(|known| !known.is_lost() && known.after.as_deref() == last);
        open.rev().filter(|known| known.concerns(environment, service)).find_map(|known| known.effect_on(service))
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
        unlisted.note("env", &web, Effects::all(Effect::Stops), Some("e1".into()), MINUTE);
        let concerns = |target: &Target| unlisted.concerns("env", target, Some("e1"));
        assert_eq!((concerns(&web), concerns(&whole), concerns(&api)), (true, true, false));
        assert!(!unlisted.concerns("other", &web, Some("e1")));
        tokio::time::advance(MINUTE).await;
        assert!(!concerns(&web));
        unlisted.note("env", &whole, Effects::all(Effect::Stops), Some("e1".into()), MINUTE);
        assert!(concerns(&api), "it is for all services");
        assert!(!unlisted.concerns("env", &api, Some("e2")));
        assert!(!concerns(&api), "it was seen to show");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_counts_as_lost_does_nothing_to_a_service() {
        let (web, unlisted) = (Target::application("web"), Unlisted::default());
        unlisted.note("env", &web, Effects::all(Effect::Starts), Some("e1".into()), MINUTE);
        assert_eq!(unlisted.effect_on("env", &web, Some("e1")), Some(Effect::Starts));
        tokio::time::advance(MINUTE).await;
        assert_eq!(unlisted.effect_on("env", &web, Some("e1")), None);
    }

    #[test]
    fn the_newest_request_decides_what_happens_to_a_target() {
        let (web, api, whole) = (Target::application("web"), Target::application("api"), Target::environment("env"));
        let unlisted = Unlisted::default();
        let effects = |last: &str| [&web, &api].map(|target| unlisted.effect_on("env", target, Some(last)));
        let note = |target: &Target, effects: Effects| unlisted.note("env", target, effects, Some("e1".into()), MINUTE);
        assert_eq!(effects("e1"), [None, None]);
        note(&whole, Effects::all(Effect::Stops));
        assert_eq!(effects("e1"), [Some(Effect::Stops); 2]);
        note(&web, Effects::all(Effect::Starts));
        assert_eq!(effects("e1"), [Some(Effect::Starts), Some(Effect::Stops)]);
        note(&whole, Effects::each([("api".to_owned(), Effect::Starts)]));
        assert_eq!(effects("e1"), [Some(Effect::Stops), Some(Effect::Starts)], "the queue says nothing of the first");
        note(&whole, Effects::each([("web".to_owned(), Effect::Other)]));
        assert_eq!(effects("e1"), [Some(Effect::Other), Some(Effect::Starts)]);
        assert_eq!(effects("e2"), [None, None], "they have shown");
    }
}

//! The in-flight triggers of this process, so that none takes the deployment of a concurrent trigger for its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Deployment, ErrorKind, Result, Target, TargetKind};

/// One list for the whole process: a server makes no difference between the deployers of one process.
static IN_FLIGHT: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// The number of the next trigger.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// How long a trigger that has ended is remembered, to attribute a deployment that names no target.
const REMEMBERED: Duration = Duration::from_mins(5);

#[derive(Debug)]
struct Entry {
    number: u64,
    /// The server, and where targets hold others, the environment.
    place: String,
    target: Target,
    /// Its key, under which [`overlap`] finds it after it has ended.
    key: Option<String>,
    /// The closest overlap with a concurrent trigger so far.
    overlap: Option<Overlap>,
    /// An overlapping trigger was not answered yet when this one began, or began before this one was answered.
    concurrent: bool,
    /// Another trigger in the same place, for whatever target, was concurrent with this one.
    has_neighbour: bool,
    /// Until when its deployment may still appear, once it has ended.
    until: Option<Instant>,
    /// Its deployment waits in the queue, so that later requests may be merged into it.
    waits: bool,
    /// Its deployment, once that is known.
    deployment: Option<String>,
}

impl Entry {
    fn is_under_way(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    fn is_remembered(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until + REMEMBERED > now)
    }
}

/// How a concurrent trigger overlaps with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Overlap {
    /// One of them is for the environment that holds the other's target.
    Environment,
    /// Both are for the same target.
    Target,
}

/// A trigger, from the baseline that is read before it until its deployment is known.
///
/// Coolify and Qovery keep no correlation tag in a deployment.
/// A new deployment that appears after a lost answer belongs to the trigger only if no concurrent trigger was for the
/// same target.
/// Dokploy keeps a tag, but may overwrite it before the first poll.
#[derive(Debug)]
pub(crate) struct InFlight {
    number: u64,
    /// How long after the end its deployment may still appear.
    may_show_for: Duration,
    /// Whether it may have started a deployment that is not known yet.
    may_show: bool,
    /// When the connection was given up.
    lost: Option<Instant>,
}

impl InFlight {
    /// Begins before the baseline is read.
    ///
    /// `may_show_for` is how long after the connection was given up a server may still act on the trigger.
    pub(crate) fn begin(place: &str, target: &Target, may_show_for: Duration) -> Self {
        let mut in_flight = in_flight();
        let now = Instant::now();
        in_flight.retain(|entry| entry.is_remembered(now));
        let (mut overlap, mut concurrent, mut has_neighbour) = (None, false, false);
        for other in in_flight.iter_mut().filter(|other| other.place == place && other.is_under_way(now)) {
            (other.has_neighbour, has_neighbour) = (true, true);
            let Some(met) = overlap_of(&other.target, target) else { continue };
            other.overlap = other.overlap.max(Some(met));
            overlap = overlap.max(Some(met));
            if other.until.is_none() {
                other.concurrent = true;
                concurrent = true;
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        in_flight.push(Entry {
            number,
            place: place.to_owned(),
            target: target.clone(),
            key: None,
            overlap,
            concurrent,
            has_neighbour,
            until: None,
            waits: false,
            deployment: None,
        });
        Self { number, may_show_for, may_show: false, lost: None }
    }

    /// Sets the key under which [`overlap`] finds the trigger after it has ended.
    pub(crate) fn set_key(&self, key: &str) {
        self.update(|entry| entry.key = Some(key.to_owned()));
    }

    /// Notes that its deployment waits in the queue.
    pub(crate) fn set_waiting(&self) {
        self.update(|entry| entry.waits = true);
    }

    /// Notes its deployment.
    pub(crate) fn set_deployment(&self, deployment: &str) {
        self.update(|entry| entry.deployment = Some(deployment.to_owned()));
    }

    fn update(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = in_flight().iter_mut().find(|entry| entry.number == self.number) {
            change(entry);
        }
    }

    /// Notes that the trigger is about to be sent, and may be acted on from now on.
    pub(crate) fn sent(&mut self) {
        self.may_show = true;
    }

    /// Notes that the connection was given up without an answer.
    pub(crate) fn lost(&mut self) {
        self.lost = Some(Instant::now());
    }

    /// Whether a concurrent trigger was for the same target or its environment.
    pub(crate) fn has_overlap(&self) -> bool {
        self.overlap().is_some()
    }

    /// The closest overlap with a concurrent trigger so far.
    pub(crate) fn overlap(&self) -> Option<Overlap> {
        in_flight().iter().find(|entry| entry.number == self.number)?.overlap
    }

    /// Whether another trigger in the same place, for whatever target, was concurrent.
    pub(crate) fn has_neighbour(&self) -> bool {
        in_flight().iter().any(|entry| entry.number == self.number && entry.has_neighbour)
    }

    /// Whether an overlapping trigger was between its baseline and its answer while this one was.
    pub(crate) fn is_concurrent(&self) -> bool {
        in_flight().iter().any(|entry| entry.number == self.number && entry.concurrent)
    }

    /// Ends with a deployment that is pending: it may take `may_show_for` to appear, or until the next read of it.
    pub(crate) fn end_pending(mut self, may_show_for: Duration) {
        (self.may_show_for, self.lost) = (may_show_for, None);
    }

    /// Ends with an outcome that is certain.
    pub(crate) fn end(mut self) {
        self.may_show = false;
    }
}

impl Drop for InFlight {
    /// A trigger whose future was dropped, or whose outcome is undecidable, counts as concurrent for a while.
    fn drop(&mut self) {
        let mut in_flight = in_flight();
        if !self.may_show {
            return in_flight.retain(|entry| entry.number != self.number);
        }
        let until = self.lost.unwrap_or_else(Instant::now) + self.may_show_for;
        if let Some(entry) = in_flight.iter_mut().find(|entry| entry.number == self.number) {
            entry.until = Some(until);
        }
    }
}

/// The closest overlap of the trigger with this key, from its beginning until now.
///
/// A trigger that has ended counts as concurrent for `keep_for` more.
pub(crate) fn overlap(key: &str, keep_for: Duration) -> Option<Overlap> {
    let now = Instant::now();
    let until = now + keep_for;
    let mut overlap = None;
    let mut in_flight = in_flight();
    for entry in in_flight.iter_mut().filter(|entry| entry.key.as_deref() == Some(key)) {
        entry.until = entry.until.map(|known| known.max(until));
        overlap = overlap.max(entry.overlap);
    }
    in_flight.retain(|entry| entry.is_remembered(now));
    overlap
}

/// Ends the trigger with this key, because its deployment is known or never will be.
pub(crate) fn end(key: &str, deployment: Option<&str>) {
    let now = Instant::now();
    for entry in in_flight().iter_mut().filter(|entry| entry.key.as_deref() == Some(key)) {
        entry.until = Some(now);
        entry.deployment = deployment.map(str::to_owned);
    }
}

/// Whether a deployment belongs to another trigger than the one with this key, and did not wait in the queue.
pub(crate) fn is_of_another(deployment: &str, key: &str) -> bool {
    let is_it = |entry: &Entry| entry.deployment.as_deref() == Some(deployment);
    in_flight().iter().any(|entry| is_it(entry) && !entry.waits && entry.key.as_deref() != Some(key))
}

/// Whether a trigger in the same place came after the one with this key, was not made to wait, and has no known
/// deployment.
///
/// `Some(true)` if that deployment may still become known.
pub(crate) fn follower(key: &str) -> Option<bool> {
    let (in_flight, now) = (in_flight(), Instant::now());
    let own = in_flight.iter().find(|entry| entry.key.as_deref() == Some(key))?;
    let later = in_flight.iter().filter(|entry| entry.place == own.place && entry.number > own.number);
    let unknown = later.filter(|entry| entry.deployment.is_none() && !entry.waits);
    unknown.map(|entry| entry.is_under_way(now)).max()
}

/// Forgets the trigger with this key, because no other trigger can take its deployment for its own any more.
pub(crate) fn forget(key: &str) {
    in_flight().retain(|entry| entry.key.as_deref() != Some(key));
}

/// Whether a read of a pending deployment was the last that needs its overlap: the deployment `shows`, or never will.
pub(crate) fn is_last_read(read: &Result<Deployment>, shows: impl FnOnce(&Deployment) -> bool) -> bool {
    match read {
        Ok(deployment) => shows(deployment),
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable),
    }
}

/// Whether a trigger for one of these may deploy the other: an environment is deployed with all that is in it.
fn overlap_of(one: &Target, other: &Target) -> Option<Overlap> {
    if one.kind() == other.kind() && one.id() == other.id() {
        return Some(Overlap::Target);
    }
    let whole = |target: &Target| *target.kind() == TargetKind::Environment;
    (whole(one) || whole(other)).then_some(Overlap::Environment)
}

fn in_flight() -> MutexGuard<'static, Vec<Entry>> {
    // No code panics while it holds the lock, and the list is whole at any moment.
    IN_FLIGHT.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAY_SHOW_FOR: Duration = Duration::from_secs(30);

    fn begin(server: &str, id: &str) -> InFlight {
        InFlight::begin(server, &Target::application(id), MAY_SHOW_FOR)
    }

    #[tokio::test(start_paused = true)]
    async fn triggers_for_the_same_target_overlap_and_no_others() {
        let first = begin("server one", "web");
        let elsewhere = begin("server two", "web");
        let other = begin("server one", "api");
        assert!([&first, &elsewhere, &other].iter().all(|trigger| !trigger.has_overlap()));
        let second = begin("server one", "web");
        assert!(first.has_overlap() && second.has_overlap());
        assert!(!elsewhere.has_overlap() && !other.has_overlap());
        second.end();
        assert!(first.has_overlap(), "a concurrent trigger may have started a deployment");
        first.end();
        assert!(!begin("server one", "web").has_overlap());
        let placed = InFlight::begin("server one", &Target::application("api").in_environment("e"), MAY_SHOW_FOR);
        assert!(placed.has_overlap(), "the same service under another spelling");
        let whole = InFlight::begin("server one", &Target::new(TargetKind::Environment, "e"), MAY_SHOW_FOR);
        assert_eq!((whole.overlap(), elsewhere.overlap()), (Some(Overlap::Environment), None));
        assert_eq!(other.overlap(), Some(Overlap::Target), "an overlap of environments is not as close");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pending_deployment_overlaps_with_later_triggers() {
        let first = begin("server four", "web");
        first.set_key("one");
        let mut first = first;
        first.sent();
        first.end_pending(MAY_SHOW_FOR);
        assert_eq!((overlap("one", MAY_SHOW_FOR), overlap("two", MAY_SHOW_FOR)), (None, None));
        for _ in 0..3 {
            tokio::time::advance(MAY_SHOW_FOR * 2 / 3).await;
            assert_eq!(overlap("one", MAY_SHOW_FOR), None, "it is remembered as long as it is asked for");
        }
        begin("server four", "web").end();
        assert_eq!(overlap("one", MAY_SHOW_FOR), Some(Overlap::Target));
        forget("one");
        assert!(overlap("one", MAY_SHOW_FOR).is_none() && !begin("server four", "web").has_overlap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_deployment_without_a_target_belongs_to_the_trigger_that_did_not_wait() {
        let web = begin("server five", "web");
        assert!(!web.has_neighbour());
        web.set_key("web");
        assert!(follower("web").is_none() && !is_of_another("e1", "web"));
        let api = begin("server five", "api");
        assert!(web.has_neighbour() && api.has_neighbour() && !web.has_overlap());
        assert!(!begin("server six", "api").has_neighbour());
        api.set_key("api");
        assert_eq!((follower("web"), follower("api")), (Some(true), None), "it may have started whatever comes next");
        api.set_deployment("e1");
        assert!(follower("web").is_none() && is_of_another("e1", "web") && !is_of_another("e1", "api"));
        end("api", Some("e1"));
        assert!(is_of_another("e1", "web"), "it is remembered after its end");
        assert!(begin("server five", "db").has_neighbour(), "one trigger is still in flight");
        let lost = begin("server five", "db");
        lost.set_key("db");
        end("db", None);
        assert_eq!(follower("web"), Some(false), "it will never be known");
        let queued = begin("server five", "queue");
        queued.set_key("queue");
        queued.set_waiting();
        queued.set_deployment("e2");
        assert!(!is_of_another("e2", "web"), "later requests may be merged into one that waits");
    }

    #[tokio::test(start_paused = true)]
    async fn an_undecidable_trigger_overlaps_for_a_while() {
        drop(begin("server three", "web"));
        let mut in_flight = begin("server three", "web");
        assert!(!in_flight.has_overlap(), "a trigger that was never sent starts nothing");
        in_flight.sent();
        drop(in_flight);
        assert!(begin("server three", "web").has_overlap());
        tokio::time::advance(MAY_SHOW_FOR * 2).await;
        let mut in_flight = begin("server three", "web");
        assert!(!in_flight.has_overlap());
        in_flight.sent();
        in_flight.lost();
        tokio::time::advance(MAY_SHOW_FOR * 2).await;
        drop(in_flight);
        assert!(!begin("server three", "web").has_overlap(), "after so long a recovery has seen whatever there is");
    }
}

//! Turns: within a process, triggers that could be taken for one another are sent one after the other.
//!
//! A server makes no difference between the deployers of one process, so that there is one list of places for all of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::{Deployment, ErrorKind, Result, Target, TargetKind};

static PLACES: LazyLock<Mutex<HashMap<String, Arc<Place>>>> = LazyLock::new(Mutex::default);

/// The number of the next trigger.
static NUMBER: AtomicU64 = AtomicU64::new(1);

/// How long a trigger that has ended is remembered, to attribute a deployment that names no target.
const REMEMBERED: Duration = Duration::from_mins(5);

/// Where triggers take turns: a target of a server, or an environment with all of its targets.
#[derive(Debug, Default)]
struct Place {
    lock: Arc<tokio::sync::Mutex<()>>,
    recent: Mutex<Vec<Recent>>,
    /// The number of the newest trigger that may have started a deployment, and when its turn ended.
    sent: Mutex<Option<(u64, Instant)>>,
}

impl Place {
    /// The place of this name; the ones that nothing is remembered of are forgotten.
    fn of(name: &str) -> Arc<Self> {
        let mut places = locked(&PLACES);
        let now = Instant::now();
        places.retain(|_, place| Arc::strong_count(place) > 1 || place.is_remembered(now));
        Arc::clone(places.entry(name.to_owned()).or_default())
    }

    fn is_remembered(&self, now: Instant) -> bool {
        let sent = locked(&self.sent).is_some_and(|(_, at)| at + REMEMBERED > now);
        sent || !self.recent(now).is_empty()
    }

    /// The triggers that are still remembered, the newest last.
    fn recent(&self, now: Instant) -> MutexGuard<'_, Vec<Recent>> {
        let mut recent = locked(&self.recent);
        recent.retain(|trigger| trigger.until.is_none_or(|until| until + REMEMBERED > now));
        recent
    }
}

/// A trigger of this process, from its turn until its deployment is known.
#[derive(Debug)]
struct Recent {
    number: u64,
    target: Target,
    /// The intent that it was sent for.
    intent: Option<String>,
    /// The closest overlap with another trigger so far.
    overlap: Option<Overlap>,
    /// Until when its deployment may still appear; `None` as long as it has its turn.
    until: Option<Instant>,
    /// What it left behind when its turn ended.
    left: Left,
}

impl Recent {
    fn may_appear(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    fn has_key(&self, key: &str) -> bool {
        self.left.key.as_deref() == Some(key)
    }
}

/// How another trigger whose deployment is not known overlaps with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "an adapter decides for each of them")]
pub enum Overlap {
    /// One of them is for the environment that holds the other's target.
    Environment,
    /// Both are for the same target.
    Target,
}

/// What a trigger leaves behind when its turn ends.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Left {
    /// By which its deployment is found again while it is pending.
    pub key: Option<String>,
    /// How long its deployment may still be missing from the lists, from now on or from the next read of it.
    pub appears_within: Duration,
    /// Its deployment waits in the queue, so that later requests may be merged into it.
    pub waits: bool,
    /// Its deployment, if it is known and may be taken for another trigger's as long as it is not listed.
    pub deployment: Option<String>,
}

impl Left {
    /// A deployment that may be missing from the lists for so long, and is neither pending nor known.
    #[must_use]
    pub fn new(appears_within: Duration) -> Self {
        Self { appears_within, ..Self::default() }
    }

    /// With the key by which the pending deployment is found again.
    #[must_use]
    pub fn with_key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// With the deployment, if it is known.
    #[must_use]
    pub fn with_deployment(self, deployment: Option<&str>) -> Self {
        Self { deployment: deployment.map(str::to_owned), ..self }
    }

    /// Whether the deployment waits in the queue.
    #[must_use]
    pub fn with_waits(self, waits: bool) -> Self {
        Self { waits, ..self }
    }
}

/// A place that is remembered for as long as this is held.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    _place: Arc<Place>,
}

/// The turn of a trigger: while it lasts, no other trigger of this process has one in the same place.
///
/// It begins before the baseline is read, and ends when the trigger was accepted, or when it is decided what a lost answer
/// means.
/// What an earlier trigger has left behind, and may still appear, is in [`overlap`](Self::overlap).
#[derive(Debug)]
pub struct Turn {
    place: Arc<Place>,
    number: u64,
    target: Target,
    intent: Option<String>,
    /// The intents of the earlier triggers whose deployment may still appear, and how each overlaps with this one.
    earlier: Vec<(Option<String>, Option<Overlap>)>,
    /// The trigger may have started a deployment.
    is_sent: bool,
    /// How long after its end a deployment that is not known may still appear.
    may_appear_for: Option<Duration>,
    /// When the connection was given up.
    lost: Option<Instant>,
    _lock: OwnedMutexGuard<()>,
}

impl Turn {
    /// Waits until no other trigger has its turn in this place.
    pub async fn take(place: &str, target: &Target) -> Self {
        let place = Place::of(place);
        let lock = Arc::clone(&place.lock).lock_owned().await;
        let (number, now) = (NUMBER.fetch_add(1, Ordering::Relaxed), Instant::now());
        let mut recent = place.recent(now);
        let earlier = recent.iter().filter(|other| other.may_appear(now));
        let earlier = earlier.map(|other| (other.intent.clone(), overlap_of(&other.target, target))).collect();
        let (target, left) = (target.clone(), Left::default());
        recent.push(Recent { number, target: target.clone(), intent: None, overlap: None, until: None, left });
        drop(recent);
        Self {
            place,
            number,
            target,
            intent: None,
            earlier,
            is_sent: false,
            may_appear_for: None,
            lost: None,
            _lock: lock,
        }
    }

    /// Notes that the turn is for an intent: what an earlier turn for the same one left behind is its own.
    ///
    /// `overlap` and `has_neighbour` are what the turn that prepared the intent found.
    pub(crate) fn for_intent(&mut self, intent: &str, overlap: Option<Overlap>, has_neighbour: bool) {
        self.earlier.retain(|(other, _)| other.as_deref() != Some(intent));
        if has_neighbour {
            self.earlier.push((None, overlap));
        }
        self.intent = Some(intent.to_owned());
    }

    /// The place, which is remembered for as long as this is held.
    pub(crate) fn place(&self) -> Held {
        Held { _place: Arc::clone(&self.place) }
    }

    /// Its number: a later turn has a higher one.
    #[must_use]
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether a trigger was sent in this place since an earlier turn.
    #[must_use]
    pub(crate) fn is_stale(&self, earlier: u64) -> bool {
        locked(&self.place.sent).is_some_and(|(sent, _)| sent > earlier)
    }

    /// Whether another trigger of this process was sent in this place so shortly before.
    #[must_use]
    pub fn follows_within(&self, time: Duration) -> bool {
        locked(&self.place.sent).is_some_and(|(_, ended)| ended.elapsed() <= time)
    }

    /// Notes that the trigger is about to be sent, or may have been by another process, and that its deployment may appear
    /// for `may_appear_for` after it was given up.
    pub fn sent(&mut self, may_appear_for: Duration) {
        (self.is_sent, self.may_appear_for) = (true, Some(may_appear_for));
        let (overlap, now) = (self.overlap(), Instant::now());
        for other in self.place.recent(now).iter_mut().filter(|other| other.may_appear(now)) {
            if other.number == self.number {
                (other.intent, other.overlap) = (self.intent.clone(), overlap);
            } else if other.intent.is_none() || other.intent != self.intent {
                other.overlap = other.overlap.max(overlap_of(&other.target, &self.target));
            }
        }
    }

    /// Notes that the connection was given up without an answer.
    pub(crate) fn lost(&mut self) {
        self.lost = Some(Instant::now());
    }

    /// The closest overlap with an earlier trigger whose deployment may still appear.
    #[must_use]
    pub fn overlap(&self) -> Option<Overlap> {
        self.earlier.iter().filter_map(|(_, met)| *met).max()
    }

    /// Whether an earlier trigger in the same place, for whatever target, may still make a deployment.
    #[must_use]
    pub fn has_neighbour(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// Ends with a deployment that is pending, or known and not listed yet.
    pub(crate) fn leave(mut self, left: Left) {
        (self.may_appear_for, self.lost) = (Some(left.appears_within), None);
        let mut recent = locked(&self.place.recent);
        if let Some(own) = recent.iter_mut().find(|own| own.number == self.number) {
            own.left = left;
        }
    }

    /// Ends with a deployment that is known.
    pub(crate) fn end(mut self) {
        self.may_appear_for = None;
    }

    /// Ends without a deployment: none was started.
    pub fn end_without(mut self) {
        (self.is_sent, self.may_appear_for) = (false, None);
    }
}

impl Drop for Turn {
    /// The deployment of a trigger whose future was dropped, or that is undecidable, may appear for a while.
    fn drop(&mut self) {
        if self.is_sent {
            *locked(&self.place.sent) = Some((self.number, Instant::now()));
        }
        let mut recent = locked(&self.place.recent);
        match self.may_appear_for {
            None => recent.retain(|own| own.number != self.number),
            Some(may_appear_for) => {
                let until = self.lost.unwrap_or_else(Instant::now) + may_appear_for;
                recent.iter_mut().filter(|own| own.number == self.number).for_each(|own| own.until = Some(until));
            }
        }
    }
}

/// What is remembered of the triggers in a place.
#[derive(Debug)]
pub struct Remembered(Option<Arc<Place>>);

impl Remembered {
    /// What is remembered in the place of this name.
    #[must_use]
    pub fn of(place: &str) -> Self {
        Self(locked(&PLACES).get(place).cloned())
    }

    fn with<T: Default>(&self, read: impl FnOnce(&mut Vec<Recent>) -> T) -> T {
        self.0.as_ref().map(|place| read(&mut place.recent(Instant::now()))).unwrap_or_default()
    }

    /// The closest overlap of the trigger with this key, from its turn until now; its deployment may appear for
    /// `keep_for` more.
    #[must_use]
    pub fn overlap(&self, key: &str, keep_for: Duration) -> Option<Overlap> {
        let until = Instant::now() + keep_for;
        self.with(|recent| {
            let own = recent.iter_mut().find(|own| own.has_key(key))?;
            own.until = own.until.map(|known| known.max(until));
            own.overlap
        })
    }

    /// Notes that the deployment of the trigger with this key is known, or never will be.
    pub fn settle(&self, key: &str, deployment: Option<&str>) {
        let now = Instant::now();
        self.with(|recent| {
            for own in recent.iter_mut().filter(|own| own.has_key(key)) {
                (own.until, own.left.deployment) = (Some(now), deployment.map(str::to_owned));
            }
        });
    }

    /// Whether a deployment belongs to another trigger than the one with this key, and did not wait in the queue.
    #[must_use]
    pub fn is_of_another(&self, deployment: &str, key: &str) -> bool {
        let is_it = |other: &Recent| other.left.deployment.as_deref() == Some(deployment);
        self.with(|recent| recent.iter().any(|other| is_it(other) && !other.left.waits && !other.has_key(key)))
    }

    /// Whether a trigger came after the one with this key, was not made to wait, and has no known deployment.
    ///
    /// `Some(true)` if that deployment may still become known.
    #[must_use]
    pub fn follower(&self, key: &str) -> Option<bool> {
        let now = Instant::now();
        self.with(|recent| {
            let own = recent.iter().find(|own| own.has_key(key))?.number;
            let later = recent.iter().filter(|other| other.number > own);
            let unknown = later.filter(|other| other.left.deployment.is_none() && !other.left.waits);
            unknown.map(|other| other.may_appear(now)).max()
        })
    }
}

/// Whether a read of a pending deployment was the last that needs what is remembered: the deployment `shows`, or never will.
pub fn is_last_read(read: &Result<Deployment>, shows: impl FnOnce(&Deployment) -> bool) -> bool {
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds one of these locks, and what they protect is whole at any moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod remembering;

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const APPEARS: Duration = Duration::from_secs(30);

    async fn take(place: &str, id: &str) -> Turn {
        Turn::take(place, &Target::application(id)).await
    }

    /// A trigger whose deployment is pending under a key.
    async fn pending(place: &str, id: &str, key: &str) {
        let mut turn = take(place, id).await;
        turn.sent(APPEARS);
        turn.leave(Left { key: Some(key.to_owned()), appears_within: APPEARS, ..Left::default() });
    }

    #[tokio::test(start_paused = true)]
    async fn one_trigger_has_its_turn_in_a_place() {
        let first = take("one", "web").await;
        assert!(take("one", "api").now_or_never().is_none() && take("two", "web").now_or_never().is_some());
        first.end();
        let second = take("one", "web").now_or_never().unwrap();
        assert_eq!((second.overlap(), second.has_neighbour()), (None, false), "the first one left nothing behind");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_still_appear_overlaps_with_the_next_trigger() {
        drop(take("three", "web").await);
        assert_eq!(take("three", "web").await.overlap(), None, "what was never sent starts nothing");
        let mut dropped = take("three", "web").await;
        dropped.sent(APPEARS);
        drop(dropped);
        let next = take("three", "web").await;
        assert_eq!((next.overlap(), next.has_neighbour()), (Some(Overlap::Target), true));
        next.end();
        let other = take("three", "api").await;
        assert_eq!((other.overlap(), other.has_neighbour()), (None, true));
        other.end();
        let whole = Turn::take("three", &Target::new(TargetKind::Environment, "e")).await;
        assert_eq!(whole.overlap(), Some(Overlap::Environment));
        whole.end();
        tokio::time::advance(APPEARS * 2).await;
        let mut late = take("three", "web").await;
        assert_eq!(late.overlap(), None);
        late.sent(APPEARS);
        late.lost();
        tokio::time::advance(APPEARS * 2).await;
        drop(late);
        assert_eq!(take("three", "web").await.overlap(), None, "after so long a recovery has seen all there is");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pending_deployment_overlaps_with_later_triggers() {
        pending("four", "web", "one").await;
        let remembered = Remembered::of("four");
        assert_eq!((remembered.overlap("one", APPEARS), remembered.overlap("two", APPEARS)), (None, None));
        for _ in 0..3 {
            tokio::time::advance(APPEARS * 2 / 3).await;
            assert_eq!(remembered.overlap("one", APPEARS), None, "it is remembered as long as it is read");
        }
        take("four", "web").await.end();
        assert_eq!(remembered.overlap("one", APPEARS), None, "a turn that sends nothing makes no deployment");
        let mut later = take("four", "web").await;
        later.sent(APPEARS);
        later.end();
        assert_eq!(remembered.overlap("one", APPEARS), Some(Overlap::Target));
        remembered.settle("one", Some("d1"));
        assert_eq!(take("four", "web").await.overlap(), None, "it is known");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deployment_without_a_target_belongs_to_the_trigger_that_did_not_wait() {
        pending("five", "web", "web").await;
        let remembered = Remembered::of("five");
        assert!(remembered.follower("web").is_none() && !remembered.is_of_another("e1", "web"));
        pending("five", "api", "api").await;
        assert_eq!(
            (remembered.follower("web"), remembered.follower("api")),
            (Some(true), None),
            "it may have started whatever comes next"
        );
        remembered.settle("api", Some("e1"));
        assert!(remembered.follower("web").is_none());
        assert!(remembered.is_of_another("e1", "web") && !remembered.is_of_another("e1", "api"));
        pending("five", "db", "db").await;
        remembered.settle("db", None);
        assert_eq!(remembered.follower("web"), Some(false), "it will never be known");
        let mut queued = take("five", "queue").await;
        queued.sent(APPEARS);
        let deployment = Some("e2".to_owned());
        queued.leave(Left { waits: true, deployment, ..Left::default() });
        assert!(!remembered.is_of_another("e2", "web"), "later requests may be merged into one that waits");
    }

    #[tokio::test(start_paused = true)]
    async fn a_trigger_in_between_is_known() {
        let first = take("six", "web").await;
        let number = first.number();
        first.end();
        assert!(!take("six", "web").await.is_stale(number), "a turn that sent nothing is none");
        let mut refused = take("six", "web").await;
        refused.sent(APPEARS);
        refused.end_without();
        assert!(!take("six", "web").await.is_stale(number));
        let mut between = take("six", "web").await;
        between.sent(APPEARS);
        between.end();
        let next = take("six", "web").await;
        assert!(next.is_stale(number), "its deployment is not in the baseline of the first one");
        tokio::time::advance(APPEARS).await;
        assert!(next.follows_within(APPEARS) && !next.follows_within(APPEARS / 2));
    }
}

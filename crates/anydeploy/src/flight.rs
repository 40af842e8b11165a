//! The triggers of this process that are under way, so that nobody takes another one's deployment for their own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Deployment, ErrorKind, Result, Target, TargetKind};

/// One list for the whole process: to a server it makes no difference which deployer a trigger comes from.
static FLIGHTS: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// The number of the next one.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// How long a trigger that has ended is remembered, for those that ask whose a deployment is that names no target.
const REMEMBERED: Duration = Duration::from_mins(5);

#[derive(Debug)]
struct Entry {
    number: u64,
    /// The server, and where targets hold others, the environment.
    place: String,
    target: Target,
    /// What the trigger put into its deployment, where the platform keeps it.
    mark: Option<String>,
    /// The closest of the other triggers that were under way at some moment of this one.
    company: Option<Company>,
    /// Another one was being answered at some moment of this one.
    accompanied: bool,
    /// Another one in the same place, for whatever target, was under way at some moment of this one.
    beside: bool,
    /// Until when it may leave a deployment behind that does not show yet, once it has ended.
    until: Option<Instant>,
    /// Its deployment has to wait, so that it may take in what others ask for.
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

/// What other triggers were under way meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Company {
    /// For what holds the target, or is held by it.
    Around,
    /// For the very same target.
    Same,
}

/// A trigger, from the last look before it until its deployment is known.
///
/// Coolify and Qovery mark no deployment as somebody's.
/// A new one that appears after a lost answer can only be taken for the trigger's own if no other trigger for the same
/// target was under way meanwhile.
/// Dokploy's bear a mark, but may lose it before anyone looks.
#[derive(Debug)]
pub(crate) struct Flight {
    number: u64,
    linger: Duration,
    /// Whether it may leave a deployment behind that nobody knows yet.
    may_show: bool,
    /// When the connection was given up.
    lost: Option<Instant>,
}

impl Flight {
    /// Begins before the last look; `linger` is how long after it was given up a trigger may still be acted on.
    pub(crate) fn begin(place: &str, target: &Target, linger: Duration) -> Self {
        let mut flights = flights();
        let now = Instant::now();
        flights.retain(|entry| entry.is_remembered(now));
        let (mut company, mut accompanied, mut beside) = (None, false, false);
        for other in flights.iter_mut().filter(|other| other.place == place && other.is_under_way(now)) {
            (other.beside, beside) = (true, true);
            let Some(met) = meet(&other.target, target) else { continue };
            other.company = other.company.max(Some(met));
            company = company.max(Some(met));
            if other.until.is_none() {
                other.accompanied = true;
                accompanied = true;
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        flights.push(Entry {
            number,
            place: place.to_owned(),
            target: target.clone(),
            mark: None,
            company,
            accompanied,
            beside,
            until: None,
            waits: false,
            deployment: None,
        });
        Self { number, linger, may_show: false, lost: None }
    }

    /// Goes by this mark as well, under which [`company`] finds it after it has ended.
    pub(crate) fn marked(&self, mark: &str) {
        self.note(|entry| entry.mark = Some(mark.to_owned()));
    }

    /// Takes note that its deployment has to wait.
    pub(crate) fn waits(&self) {
        self.note(|entry| entry.waits = true);
    }

    /// Takes note of its deployment.
    pub(crate) fn became(&self, deployment: &str) {
        self.note(|entry| entry.deployment = Some(deployment.to_owned()));
    }

    fn note(&self, note: impl FnOnce(&mut Entry)) {
        if let Some(entry) = flights().iter_mut().find(|entry| entry.number == self.number) {
            note(entry);
        }
    }

    /// Takes note that the trigger is about to be sent, and may be acted on from now on.
    pub(crate) fn sent(&mut self) {
        self.may_show = true;
    }

    /// Takes note that the connection was given up without an answer.
    pub(crate) fn lost(&mut self) {
        self.lost = Some(Instant::now());
    }

    /// Whether another trigger for the same was under way meanwhile.
    pub(crate) fn is_disturbed(&self) -> bool {
        self.company().is_some()
    }

    /// The closest of the other triggers that were under way meanwhile.
    pub(crate) fn company(&self) -> Option<Company> {
        flights().iter().find(|entry| entry.number == self.number)?.company
    }

    /// Whether another trigger in the same place, for whatever target, was under way meanwhile.
    pub(crate) fn is_beside(&self) -> bool {
        flights().iter().any(|entry| entry.number == self.number && entry.beside)
    }

    /// Whether another trigger for the same was being answered meanwhile.
    pub(crate) fn is_accompanied(&self) -> bool {
        flights().iter().any(|entry| entry.number == self.number && entry.accompanied)
    }

    /// Ends, as the trigger was answered; its deployment takes so long to show, or is asked for so often.
    pub(crate) fn land_in(mut self, time: Duration) {
        (self.linger, self.lost) = (time, None);
    }

    /// Ends, as the fate of the trigger is known.
    pub(crate) fn land(mut self) {
        self.may_show = false;
    }
}

impl Drop for Flight {
    /// A trigger that nobody waits for any more, or whose fate cannot be told, stays under way for a while.
    fn drop(&mut self) {
        let mut flights = flights();
        if !self.may_show {
            return flights.retain(|entry| entry.number != self.number);
        }
        let until = self.lost.unwrap_or_else(Instant::now) + self.linger;
        if let Some(entry) = flights.iter_mut().find(|entry| entry.number == self.number) {
            entry.until = Some(until);
        }
    }
}

/// The closest of the other triggers that were under way since the marked one began.
///
/// A flight that has ended is remembered for `linger` more.
pub(crate) fn company(mark: &str, linger: Duration) -> Option<Company> {
    let now = Instant::now();
    let until = now + linger;
    let mut company = None;
    let mut flights = flights();
    for entry in flights.iter_mut().filter(|entry| entry.mark.as_deref() == Some(mark)) {
        entry.until = entry.until.map(|known| known.max(until));
        company = company.max(entry.company);
    }
    flights.retain(|entry| entry.is_remembered(now));
    company
}

/// Ends the marked flight, as its deployment is known or never will be.
pub(crate) fn end(mark: &str, deployment: Option<&str>) {
    let now = Instant::now();
    for entry in flights().iter_mut().filter(|entry| entry.mark.as_deref() == Some(mark)) {
        entry.until = Some(now);
        entry.deployment = deployment.map(str::to_owned);
    }
}

/// Whether a deployment is that of another trigger than the marked one, and of no third.
pub(crate) fn is_of_another(deployment: &str, mark: &str) -> bool {
    let is_it = |entry: &Entry| entry.deployment.as_deref() == Some(deployment);
    flights().iter().any(|entry| is_it(entry) && !entry.waits && entry.mark.as_deref() != Some(mark))
}

/// Another trigger in the same place that came after the marked one and was not made to wait, and whose deployment is not
/// known.
///
/// `Some(true)` if it may become known yet.
pub(crate) fn follower(mark: &str) -> Option<bool> {
    let (flights, now) = (flights(), Instant::now());
    let own = flights.iter().find(|entry| entry.mark.as_deref() == Some(mark))?;
    let later = flights.iter().filter(|entry| entry.place == own.place && entry.number > own.number);
    let unknown = later.filter(|entry| entry.deployment.is_none() && !entry.waits);
    unknown.map(|entry| entry.is_under_way(now)).max()
}

/// Forgets the marked flight, as nobody can take its deployment for another's.
pub(crate) fn forget(mark: &str) {
    flights().retain(|entry| entry.mark.as_deref() != Some(mark));
}

/// Whether a read of a pending deployment was the last that needs to know of its company: it `shows`, or never will.
pub(crate) fn is_settled(read: &Result<Deployment>, shows: impl FnOnce(&Deployment) -> bool) -> bool {
    match read {
        Ok(deployment) => shows(deployment),
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Undecidable),
    }
}

/// Whether a trigger for one of these may deploy the other: an environment is deployed with all that is in it.
fn meet(one: &Target, other: &Target) -> Option<Company> {
    if one.kind() == other.kind() && one.id() == other.id() {
        return Some(Company::Same);
    }
    let whole = |target: &Target| *target.kind() == TargetKind::Environment;
    (whole(one) || whole(other)).then_some(Company::Around)
}

fn flights() -> MutexGuard<'static, Vec<Entry>> {
    // No code panics while it holds the lock, and the list is whole at any moment.
    FLIGHTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINGER: Duration = Duration::from_secs(30);

    fn begin(server: &str, id: &str) -> Flight {
        Flight::begin(server, &Target::application(id), LINGER)
    }

    #[tokio::test(start_paused = true)]
    async fn triggers_for_the_same_disturb_each_other_and_no_others() {
        let first = begin("server one", "web");
        let elsewhere = begin("server two", "web");
        let other = begin("server one", "api");
        assert!([&first, &elsewhere, &other].iter().all(|flight| !flight.is_disturbed()));
        let second = begin("server one", "web");
        assert!(first.is_disturbed() && second.is_disturbed());
        assert!(!elsewhere.is_disturbed() && !other.is_disturbed());
        second.land();
        assert!(first.is_disturbed(), "what was under way meanwhile may have left something behind");
        first.land();
        assert!(!begin("server one", "web").is_disturbed());
        let placed = Flight::begin("server one", &Target::application("api").in_environment("e"), LINGER);
        assert!(placed.is_disturbed(), "the same service under another spelling");
        let whole = Flight::begin("server one", &Target::new(TargetKind::Environment, "e"), LINGER);
        assert_eq!((whole.company(), elsewhere.company()), (Some(Company::Around), None));
        assert_eq!(other.company(), Some(Company::Same), "what is around is not as close");
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_show_yet_is_disturbed_by_what_comes_after() {
        let first = begin("server four", "web");
        first.marked("one");
        let mut first = first;
        first.sent();
        first.land_in(LINGER);
        assert_eq!((company("one", LINGER), company("two", LINGER)), (None, None));
        for _ in 0..3 {
            tokio::time::advance(LINGER * 2 / 3).await;
            assert_eq!(company("one", LINGER), None, "it is remembered as long as it is asked for");
        }
        begin("server four", "web").land();
        assert_eq!(company("one", LINGER), Some(Company::Same));
        forget("one");
        assert!(company("one", LINGER).is_none() && !begin("server four", "web").is_disturbed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_names_no_target_is_of_the_one_that_did_not_wait() {
        let web = begin("server five", "web");
        assert!(!web.is_beside());
        web.marked("web");
        assert!(follower("web").is_none() && !is_of_another("e1", "web"));
        let api = begin("server five", "api");
        assert!(web.is_beside() && api.is_beside() && !web.is_disturbed());
        assert!(!begin("server six", "api").is_beside());
        api.marked("api");
        assert_eq!((follower("web"), follower("api")), (Some(true), None), "it may have started whatever comes next");
        api.became("e1");
        assert!(follower("web").is_none() && is_of_another("e1", "web") && !is_of_another("e1", "api"));
        end("api", Some("e1"));
        assert!(is_of_another("e1", "web"), "it is remembered after its end");
        assert!(begin("server five", "db").is_beside(), "one is still under way");
        let lost = begin("server five", "db");
        lost.marked("db");
        end("db", None);
        assert_eq!(follower("web"), Some(false), "it will never be known");
        let queued = begin("server five", "queue");
        queued.marked("queue");
        queued.waits();
        queued.became("e2");
        assert!(!is_of_another("e2", "web"), "what waits may take in what others ask for");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_fate_disturbs_for_a_while() {
        drop(begin("server three", "web"));
        let mut flight = begin("server three", "web");
        assert!(!flight.is_disturbed(), "what was never sent leaves nothing behind");
        flight.sent();
        drop(flight);
        assert!(begin("server three", "web").is_disturbed());
        tokio::time::advance(LINGER * 2).await;
        let mut flight = begin("server three", "web");
        assert!(!flight.is_disturbed());
        flight.sent();
        flight.lost();
        tokio::time::advance(LINGER * 2).await;
        drop(flight);
        assert!(!begin("server three", "web").is_disturbed(), "whoever has looked for so long has seen what there is");
    }
}

//! The gate in the way of every request: in which order requests wait, and which one goes now.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use fastrand::Rng;
use reqwest::header::HeaderMap;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{
    budget::Budget,
    class::Class,
    headers::Standing,
    ledger::{Ended, Ledger, Slot},
    traffic::Traffic,
    window::Known,
};

/// The wait that is reported for a request that found no connection in time, as nothing says when one is free.
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(1);

/// The gate in the way of every request with a credential.
#[derive(Debug)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug)]
struct State {
    ledger: Ledger,
    /// The requests that wait, in the order in which they go.
    queue: BTreeMap<Place, Arc<Notify>>,
    tickets: u64,
    traffic: Traffic,
}

/// The place of a request that waits.
type Place = (Class, u64);

impl Throttle {
    pub(crate) fn new(budget: Budget, max_in_flight: Option<u32>) -> Self {
        Self::with_random(budget, max_in_flight, Rng::new())
    }

    pub(super) fn with_random(budget: Budget, max_in_flight: Option<u32>, random: Rng) -> Self {
        let ledger = Ledger::new(budget, max_in_flight, random);
        Self(Mutex::new(State { ledger, queue: BTreeMap::new(), tickets: 0, traffic: Traffic::default() }))
    }

    /// Takes what another connection with the same credential has set into account.
    pub(super) fn merge(&self, budget: Budget, max_in_flight: Option<u32>) {
        self.state().ledger.merge(budget, max_in_flight);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// Waits until a request may be sent, for `patience` at most.
    ///
    /// # Errors
    /// How long the wait would be, if that is longer; then nothing is to be sent.
    pub(crate) async fn enter(self: &Arc<Self>, class: Class, patience: Duration) -> Result<Permit, Duration> {
        let came = Instant::now();
        let deadline = came + patience;
        let waiting = {
            let mut state = self.state();
            let place = (class, state.tickets);
            state.tickets += 1;
            match state.decide(place, deadline, came) {
                Decision::Go(known) => return Ok(state.admit(self, class, known, Duration::ZERO)),
                Decision::GiveUp(wait) => return Err(state.give_up(class, wait)),
                Decision::Wait(_) => {}
            }
            let notify = Arc::<Notify>::default();
            state.queue.insert(place, Arc::clone(&notify));
            Waiting { throttle: self, place, notify }
        };
        loop {
            let until = {
                let (mut state, now) = (self.state(), Instant::now());
                match state.decide(waiting.place, deadline, now) {
                    Decision::Go(known) => return Ok(state.admit(self, class, known, now - came)),
                    Decision::GiveUp(wait) => return Err(state.give_up(class, wait)),
                    Decision::Wait(until) => until,
                }
            };
            // Woken or not, the state decides.
            let _ = timeout_at(until, waiting.notify.notified()).await;
        }
    }

    /// A panic in the middle of a change leaves numbers that may be off by one, which the next answer corrects.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request that waits is to do.
enum Decision {
    /// It is sent, with what is known at this time.
    Go(Known),
    /// It waits until this time, or until it is woken.
    Wait(Instant),
    /// It is not sent, as it would wait for longer than it may.
    GiveUp(Duration),
}

impl State {
    fn decide(&mut self, place: Place, deadline: Instant, now: Instant) -> Decision {
        let class = place.0;
        let ahead = self.ahead_of(place, now);
        let Slot { at, is_full } = self.ledger.slot(class, u32::try_from(ahead).unwrap_or(u32::MAX), now);
        let may_go = ahead == 0 && at <= now && !is_full;
        if may_go {
            return Decision::Go(self.ledger.send(class, now));
        }
        if at > deadline || now >= deadline {
            let wait = at - now;
            return Decision::GiveUp(if wait.is_zero() { WAIT_FOR_A_CONNECTION } else { wait });
        }
        // A request is woken when it becomes the first, and the first when another has ended.
        Decision::Wait(if ahead == 0 && at > now { at.min(deadline) } else { deadline })
    }

    /// How many of those that wait go before this one.
    ///
    /// Reads that have to wait for room in the budget leave some to ticks, which pass them then.
    fn ahead_of(&self, place: Place, now: Instant) -> usize {
        let ahead = self.queue.range(..place);
        if place.0 == Class::Tick && self.ledger.slot(Class::Read, 0, now).at > now {
            ahead.filter(|((class, _), _)| *class != Class::Read).count()
        } else {
            ahead.count()
        }
    }

    fn admit(&mut self, throttle: &Arc<Throttle>, class: Class, known: Known, waited: Duration) -> Permit {
        self.traffic.of_mut(class).sent(waited);
        Permit { throttle: Arc::clone(throttle), class, known, waited, ended: Ended::Unanswered }
    }

    fn give_up(&mut self, class: Class, wait: Duration) -> Duration {
        self.traffic.of_mut(class).not_sent += 1;
        wait
    }

    /// Wakes the first of each class, as one of another class may go before that of all.
    fn wake_first(&self) {
        for class in [Class::Trigger, Class::Read, Class::Tick] {
            if let Some((_, first)) = self.queue.range((class, 0)..=(class, u64::MAX)).next() {
                first.notify_one();
            }
        }
    }
}

/// A request that waits; it gives its place back when it goes, gives up, or is dropped.
struct Waiting<'a> {
    throttle: &'a Throttle,
    place: Place,
    notify: Arc<Notify>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.throttle.state();
        state.queue.remove(&self.place);
        state.wake_first();
    }
}

/// A request that may be sent; it is on the way until this is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    throttle: Arc<Throttle>,
    class: Class,
    known: Known,
    waited: Duration,
    ended: Ended,
}

impl Permit {
    /// How long the request had to wait.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Says that no byte of the request was sent.
    pub(crate) fn not_sent(mut self) {
        self.ended = Ended::NotSent;
    }

    /// Says what the server answered.
    pub(crate) fn answered(mut self, status: u16, headers: &HeaderMap) {
        self.ended = Ended::Answered(Standing::read(status, headers, SystemTime::now()));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.throttle.state();
        if let Ended::Answered(Standing { is_refusal: true, .. }) = self.ended {
            state.traffic.of_mut(self.class).refused += 1;
        }
        state.ledger.end(self.class, self.known, self.ended, Instant::now());
        state.wake_first();
    }
}

#[cfg(test)]
mod tests;

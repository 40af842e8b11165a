//! Order, wake-ups and patience of the gate, on a paused clock.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::{
    task::JoinHandle,
    time::{advance, sleep},
};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_hours(1);

fn throttle(requests: u32, per: Duration) -> Arc<Throttle> {
    let budget = Budget::new(requests, per).with_headroom(0);
    Arc::new(Throttle::with_random(budget, None, Rng::with_seed(7)))
}

/// Tasks that wait for their turn and record their numbers when they go.
struct Callers {
    throttle: Arc<Throttle>,
    went: Arc<Mutex<Vec<u32>>>,
    next: AtomicU32,
}

impl Callers {
    fn new(throttle: &Arc<Throttle>) -> Self {
        Self { throttle: Arc::clone(throttle), went: Arc::default(), next: AtomicU32::new(0) }
    }

    /// A caller whose number is how many came before it; it waits when this returns.
    async fn come(&self, class: Class) -> JoinHandle<()> {
        let (throttle, went) = (Arc::clone(&self.throttle), Arc::clone(&self.went));
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let caller = tokio::spawn(async move {
            let permit = throttle.enter(class, LONG).await.unwrap();
            went.lock().unwrap().push(number);
            drop(permit);
        });
        tokio::task::yield_now().await;
        caller
    }

    fn went(&self) -> Vec<u32> {
        self.went.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_credential_holds_no_request_back() {
    let (throttle, started) = (throttle(200, 60 * SECOND), Instant::now());
    for class in [Class::Read, Class::Trigger, Class::Read] {
        assert_eq!(throttle.enter(class, SECOND).await.unwrap().waited(), Duration::ZERO);
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!((throttle.traffic().requests(), throttle.traffic().reads.delayed), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn triggers_go_first_then_reads_then_ticks_and_each_in_the_order_of_coming() {
    let throttle = throttle(1, SECOND);
    drop(throttle.enter(Class::Read, LONG).await.unwrap());
    let callers = Callers::new(&throttle);
    let mut all = Vec::new();
    for class in [Class::Tick, Class::Read, Class::Trigger, Class::Tick, Class::Read, Class::Trigger] {
        all.push(callers.come(class).await);
    }
    for caller in all {
        caller.await.unwrap();
    }
    assert_eq!(callers.went(), [2, 5, 1, 4, 0, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_tick_passes_reads_that_wait_for_room() {
    let throttle = throttle(100, 60 * SECOND);
    drop(throttle.enter(Class::Tick, LONG).await.unwrap());
    for _ in 0..75 {
        drop(throttle.enter(Class::Read, LONG).await.unwrap());
    }
    let callers = Callers::new(&throttle);
    let read = callers.come(Class::Read).await;
    let started = Instant::now();
    callers.come(Class::Tick).await.await.unwrap();
    assert_eq!(callers.went(), [1]);
    assert!(started.elapsed() <= 3 * SECOND, "{:?}", started.elapsed());
    read.await.unwrap();
    assert!(started.elapsed() <= 61 * SECOND, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_request_gives_its_place_to_the_next() {
    let throttle = throttle(1, SECOND);
    drop(throttle.enter(Class::Read, LONG).await.unwrap());
    let callers = Callers::new(&throttle);
    let first = callers.come(Class::Read).await;
    let middle = callers.come(Class::Read).await;
    let last = callers.come(Class::Read).await;
    first.abort();
    middle.abort();
    let started = Instant::now();
    last.await.unwrap();
    assert_eq!(callers.went(), [2]);
    assert!(started.elapsed() <= SECOND + Duration::from_millis(2), "{:?}", started.elapsed());
    assert!(throttle.state().queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_when_its_turn_has_come_lets_the_next_go() {
    let throttle = Arc::new(Throttle::with_random(Budget::unlimited(), Some(1), Rng::with_seed(7)));
    let permit = throttle.enter(Class::Read, LONG).await.unwrap();
    let callers = Callers::new(&throttle);
    let (woken, next) = (callers.come(Class::Read).await, callers.come(Class::Read).await);
    drop(permit);
    woken.abort();
    next.await.unwrap();
    assert_eq!(callers.went(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_request_beyond_the_bound_goes_when_another_has_ended() {
    let throttle = Arc::new(Throttle::with_random(Budget::unlimited(), Some(2), Rng::with_seed(7)));
    let held = [throttle.enter(Class::Read, LONG).await.unwrap(), throttle.enter(Class::Read, LONG).await.unwrap()];
    let callers = Callers::new(&throttle);
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(callers.come(Class::Read).await);
    }
    sleep(30 * SECOND).await;
    assert!(callers.went().is_empty());
    drop(held);
    for caller in all {
        caller.await.unwrap();
    }
    assert_eq!(callers.went(), [0, 1, 2, 3, 4]);
    assert_eq!(throttle.traffic().reads.longest_delay, 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_would_wait_for_too_long_ends_at_once_with_its_wait() {
    let throttle = throttle(1, 60 * SECOND);
    drop(throttle.enter(Class::Read, LONG).await.unwrap());
    advance(20 * SECOND).await;
    let started = Instant::now();
    let wait = throttle.enter(Class::Trigger, 30 * SECOND).await.unwrap_err();
    assert_eq!((wait, started.elapsed()), (40 * SECOND, Duration::ZERO));
    assert_eq!((throttle.traffic().triggers.not_sent, throttle.traffic().triggers.requests), (1, 0));
    let permit = throttle.enter(Class::Trigger, 40 * SECOND).await.unwrap();
    assert_eq!(permit.waited(), 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_finds_no_connection_in_time_is_not_sent() {
    let throttle = Arc::new(Throttle::with_random(Budget::unlimited(), Some(1), Rng::with_seed(7)));
    let _held = throttle.enter(Class::Trigger, LONG).await.unwrap();
    let started = Instant::now();
    let wait = throttle.enter(Class::Read, 30 * SECOND).await.unwrap_err();
    assert_eq!((wait, started.elapsed().as_secs()), (WAIT_FOR_A_CONNECTION, 30));
    assert!(throttle.state().queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_dropped_on_the_way_counts_as_sent() {
    let throttle = throttle(1, 60 * SECOND);
    drop(throttle.enter(Class::Read, LONG).await.unwrap());
    assert_eq!(throttle.enter(Class::Read, SECOND).await.unwrap_err(), 60 * SECOND);
}

#[test]
fn a_poisoned_lock_is_still_a_throttle() {
    let throttle = throttle(1, SECOND);
    let other = Arc::clone(&throttle);
    let poisoned = std::thread::spawn(move || {
        let _state = other.0.lock();
        panic!("on purpose");
    });
    poisoned.join().unwrap_err();
    assert!(throttle.0.is_poisoned());
    assert_eq!(throttle.traffic(), Traffic::default());
}

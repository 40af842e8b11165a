//! Whole processes that share a credential, before a server with a fixed window, on a paused clock.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::time::{Instant, sleep};

use super::{Budget, Class, Throttle};

const LIMIT: u32 = 200;
const WINDOW: Duration = Duration::from_mins(1);

/// How long a simulation takes.
const MINUTES: u32 = 10;

/// A server that counts as Coolify does: a window begins with its first request.
struct Server {
    started: Instant,
    /// Whether every answer says when the window ends.
    says_reset: bool,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    opened: Option<Instant>,
    used: u32,
    answered: u32,
    refused_at: Vec<Duration>,
}

impl Server {
    fn new(says_reset: bool) -> Arc<Self> {
        Arc::new(Self { started: Instant::now(), says_reset, counts: Mutex::default() })
    }

    /// Counts a request, and answers with a status and headers.
    fn answer(&self) -> (u16, HeaderMap) {
        let (now, mut counts) = (Instant::now(), self.counts.lock().unwrap());
        let opened = counts.opened.filter(|opened| now - *opened < WINDOW);
        if opened.is_none() {
            counts.used = 0;
        }
        let opened = *counts.opened.insert(opened.unwrap_or(now));
        let ends_in = WINDOW.saturating_sub(now - opened).as_secs() + 1;
        let mut headers = HeaderMap::new();
        let is_refused = counts.used >= LIMIT;
        if is_refused {
            counts.refused_at.push(now - self.started);
            headers.insert("retry-after", HeaderValue::from(ends_in));
        } else {
            counts.used += 1;
            counts.answered += 1;
        }
        if self.says_reset || is_refused {
            headers.insert("x-ratelimit-reset", HeaderValue::from(ends_in));
        }
        headers.insert("x-ratelimit-limit", HeaderValue::from(LIMIT));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(LIMIT - counts.used));
        (if is_refused { 429 } else { 200 }, headers)
    }

    fn refused_after(&self, time: Duration) -> usize {
        self.counts.lock().unwrap().refused_at.iter().filter(|at| **at >= time).count()
    }

    fn answered(&self) -> u32 {
        self.counts.lock().unwrap().answered
    }
}

fn process(seed: u64) -> Arc<Throttle> {
    Arc::new(Throttle::with_random(Budget::assumed(LIMIT, WINDOW), None, Rng::with_seed(seed)))
}

/// Sends one request after the other, with these pauses between them, for ever.
fn caller(throttle: &Arc<Throttle>, server: &Arc<Server>, class: Class, pause: Duration, seed: u64) {
    let (throttle, server, mut random) = (Arc::clone(throttle), Arc::clone(server), Rng::with_seed(seed));
    tokio::spawn(async move {
        let mut some = move |time: Duration| time.mul_f64(random.f64() * 2.0);
        sleep(some(pause + Duration::from_secs(1))).await;
        loop {
            match throttle.enter(class, Duration::from_secs(30)).await {
                Ok(permit) => {
                    sleep(some(Duration::from_millis(60))).await;
                    let (status, headers) = server.answer();
                    sleep(some(Duration::from_millis(60))).await;
                    permit.answered(status, &headers);
                }
                Err(wait) => sleep(wait).await,
            }
            sleep(some(pause)).await;
        }
    });
}

/// Ten processes that want all they can get, beyond the first minute.
async fn ten_processes(server: Arc<Server>) {
    let processes: Vec<_> = (0..10).map(process).collect();
    for (number, process) in (0..).zip(&processes) {
        for worker in 0..30 {
            let pause = Duration::from_millis(100 * worker);
            let class = if worker % 2 == 0 { Class::Read } else { Class::Tick };
            caller(process, &server, class, pause, number * 100 + worker);
        }
        caller(process, &server, Class::Trigger, Duration::from_secs(40), number * 100 + 99);
    }
    sleep(WINDOW * MINUTES).await;
    assert_eq!(server.refused_after(WINDOW), 0);
    // What reads may use is used.
    let answered = server.answered() / MINUTES;
    assert!(answered >= 140, "{answered} a minute");
    for process in &processes {
        let traffic = process.traffic();
        assert!(traffic.reads.requests > 20, "{traffic:?}");
        assert_eq!(traffic.triggers.not_sent, 0, "{traffic:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_processes_on_one_credential_are_not_refused_beyond_the_first_minute() {
    ten_processes(Server::new(false)).await;
}

#[tokio::test(start_paused = true)]
async fn ten_processes_are_not_refused_by_a_server_that_says_when_its_window_ends() {
    ten_processes(Server::new(true)).await;
}

#[tokio::test(start_paused = true)]
async fn a_program_that_knows_no_throttle_is_not_refused_beside_us() {
    let server = Server::new(false);
    let ours = process(1);
    for worker in 0..100 {
        caller(&ours, &server, Class::Tick, Duration::from_secs(2), worker);
    }
    // 30 requests a minute, within the headroom.
    let other = Arc::new(Throttle::with_random(Budget::unlimited(), None, Rng::with_seed(2)));
    caller(&other, &server, Class::Read, Duration::from_secs(2), 1000);
    sleep(WINDOW * MINUTES).await;
    assert_eq!((server.refused_after(Duration::ZERO), other.traffic().reads.refused), (0, 0));
    assert!(ours.traffic().requests() > u64::from(MINUTES) * 100, "{:?}", ours.traffic());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_reads_at_once_are_spread_over_the_budget_and_none_is_refused() {
    let (server, ours) = (Server::new(false), process(1));
    // Another program has the first half of a window, before ours begins.
    for _ in 0..100 {
        server.answer();
    }
    let reads: Vec<_> = (0..1000)
        .map(|_| {
            let (server, ours) = (Arc::clone(&server), Arc::clone(&ours));
            tokio::spawn(async move {
                let permit = ours.enter(Class::Read, WINDOW * 20).await.unwrap();
                sleep(Duration::from_millis(50)).await;
                let (status, headers) = server.answer();
                permit.answered(status, &headers);
            })
        })
        .collect();
    for read in reads {
        read.await.unwrap();
    }
    assert_eq!(server.refused_after(Duration::ZERO), 0);
    let elapsed = server.started.elapsed();
    assert!(elapsed < WINDOW * 8, "1000 reads at 160 a minute take less than seven: {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn ticks_keep_their_pace_while_a_thousand_reads_wait() {
    let (server, ours) = (Server::new(false), process(1));
    let ask = |class| {
        let (server, ours) = (Arc::clone(&server), Arc::clone(&ours));
        async move {
            let permit = ours.enter(class, WINDOW * 20).await.unwrap();
            sleep(Duration::from_millis(50)).await;
            let (status, headers) = server.answer();
            permit.answered(status, &headers);
            Instant::now()
        }
    };
    let mut last = ask(Class::Tick).await;
    let reads: Vec<_> = (0..1000).map(|_| tokio::spawn(ask(Class::Read))).collect();
    let mut longest = Duration::ZERO;
    while reads.iter().any(|read| !read.is_finished()) {
        let now = ask(Class::Tick).await;
        longest = longest.max(now - std::mem::replace(&mut last, now));
    }
    assert!(longest < Duration::from_secs(4), "{longest:?}");
    assert_eq!(server.refused_after(Duration::ZERO), 0);
    let elapsed = server.started.elapsed();
    assert!(elapsed < WINDOW * 9, "1000 reads at 130 a minute take less than eight: {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_out_a_refusal_do_not_come_back_at_once() {
    let (server, ours) = (Server::new(false), process(1));
    for _ in 0..LIMIT {
        server.answer();
    }
    for worker in 0..100 {
        caller(&ours, &server, Class::Read, Duration::ZERO, worker);
    }
    sleep(Duration::from_secs(30)).await;
    let refused = server.refused_after(Duration::ZERO);
    assert!((1..=14).contains(&refused), "those on the way when the first was refused: {refused}");
    sleep(Duration::from_secs(37)).await;
    // A second or two after the window has begun, the first are through.
    let answered = server.answered() - LIMIT;
    assert!((1..40).contains(&answered), "{answered}");
    sleep(WINDOW).await;
    assert_eq!(server.refused_after(Duration::from_secs(30)), 0);
    assert!(server.answered() - LIMIT >= 120, "{}", server.answered());
}

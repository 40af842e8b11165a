//! Halting a worker at a named point of a trigger, so that it is killed just there.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anydeploy::{Answer, Call, Interceptor, Method, Next, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// A point of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Point {
    /// The intent is read, and not in the journal.
    Prepared,
    /// The intent is in the journal, and nothing was sent.
    BeforePost,
    /// The server has acted on the trigger, and its answer is not in the journal.
    AfterPost,
    /// The receipt is in the journal, and the watch begins.
    Watching,
}

/// What a worker says when the call that it halted has ended, also if its future was dropped.
pub const ENDED: &str = "the halted call has ended";

/// Says so when dropped.
struct Halted;

impl Drop for Halted {
    fn drop(&mut self) {
        say(ENDED);
    }
}

/// Halts the first call that comes to a point, until it is let go on or its future is dropped.
#[derive(Clone, Debug)]
pub struct Halt {
    at: Option<Point>,
    halted: Arc<AtomicBool>,
    goes_on: Arc<Notify>,
}

impl Halt {
    pub fn at(at: Option<Point>) -> Self {
        Self { at, halted: Arc::default(), goes_on: Arc::default() }
    }

    /// Lets the halted call go on.
    pub fn go_on(&self) {
        self.goes_on.notify_one();
    }

    /// What is returned is held until the call has ended.
    async fn comes_to(&self, point: Point) -> Option<Halted> {
        if self.at != Some(point) || self.halted.swap(true, Ordering::SeqCst) {
            return None;
        }
        say(&format!("{point:?}"));
        let halted = Halted;
        self.goes_on.notified().await;
        Some(halted)
    }
}

impl Interceptor for Halt {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let _before = match call.method {
            Method::Send => self.comes_to(Point::BeforePost).await,
            Method::Deployment => self.comes_to(Point::Watching).await,
            _ => None,
        };
        let answer = next.call().await;
        let _after = match call.method {
            Method::Prepare => self.comes_to(Point::Prepared).await,
            Method::Send => self.comes_to(Point::AfterPost).await,
            _ => None,
        };
        answer
    }

    fn sees_polls(&self) -> bool {
        true
    }
}

/// Writes a line that the parent process reads.
pub fn say(line: &str) {
    let mut out = io::stdout().lock();
    // The parent may be gone.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

//! What most clients do: a loop for each deployment, which polls it at its own interval.

use std::time::Duration;

use fastrand::Rng;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// The pause after the first poll, and the longest one.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);

/// How much longer each pause is than the one before.
const GROWTH: f64 = 1.5;

/// When a loop gives up, as a watch does by default.
const DEADLINE: Duration = Duration::from_mins(30);

/// Polls one deployment until it is over.
pub(super) struct Polling {
    client: reqwest::Client,
    url: String,
    rng: Rng,
}

impl Polling {
    pub(super) fn new(client: reqwest::Client, url: String, number: usize) -> Self {
        Self { client, url, rng: Rng::with_seed(number as u64) }
    }

    /// Returns when an answer says so.
    pub(super) async fn until(mut self, is_over: impl Fn(&Value) -> bool) -> Result<(), String> {
        let (started, mut pause) = (Instant::now(), FIRST);
        loop {
            let wait = match self.client.get(&self.url).bearer_auth("a token").send().await {
                Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                    let asked = answer.headers().get(RETRY_AFTER).and_then(|asked| asked.to_str().ok()?.parse().ok());
                    Duration::from_secs(asked.unwrap_or(60))
                }
                Ok(answer) => {
                    let answer: Value = answer.json().await.map_err(|error| error.to_string())?;
                    if is_over(&answer) {
                        return Ok(());
                    }
                    pause.mul_f64(0.8 + 0.4 * self.rng.f64())
                }
                Err(_) => pause,
            };
            pause = pause.mul_f64(GROWTH).min(LONGEST);
            let left = DEADLINE.saturating_sub(started.elapsed());
            sleep(wait.min(left)).await;
            if wait >= left {
                return Err("it was not over in time".to_owned());
            }
        }
    }
}

//! What an answer says about the rate limit.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName};

use crate::retry_after;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The status of a refusal by a rate limit.
const TOO_MANY_REQUESTS: u16 = 429;

/// A reset below this counts seconds from now: as Unix time it would be in 2001.
const MIN_UNIX_TIME: u64 = 1_000_000_000;

/// No window is longer than this.
const MAX_RESET: Duration = Duration::from_hours(24);

/// What an answer says about the rate limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many requests a window allows.
    pub(super) limit: Option<u32>,
    /// How many of them are left.
    pub(super) remaining: Option<u32>,
    /// The time until the window ends.
    pub(super) reset: Option<Duration>,
    /// How long nothing is to be sent, if the limit refused the request.
    pub(super) wait: Option<Duration>,
    /// The limit refused the request.
    pub(super) is_refusal: bool,
}

impl Standing {
    /// Reads the `X-RateLimit` headers, and the `Retry-After` of a refusal.
    pub(super) fn read(status: u16, headers: &HeaderMap, now: SystemTime) -> Self {
        let remaining = number(headers, &REMAINING).map(saturated);
        let reset = number(headers, &RESET).map(|reset| until(reset, headers, now));
        // Coolify answers a full queue with 429, too, and a `Retry-After`, while requests are left.
        let is_refusal = status == TOO_MANY_REQUESTS && remaining.unwrap_or(0) == 0;
        Self {
            limit: number(headers, &LIMIT).map(saturated),
            remaining,
            reset,
            wait: is_refusal.then(|| retry_after::read(headers, now).or(reset)).flatten(),
            is_refusal,
        }
    }
}

/// A header that is a whole number; what is below zero is zero.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Digits that overflow are still a number, only a very large one.
    is_number.then(|| if text.starts_with('-') { 0 } else { text.parse().unwrap_or(u64::MAX) })
}

fn saturated(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The time until a reset: Unix time by the server's own clock, or seconds from now.
///
/// Qovery's documentation (4e9636b) says the first in its text and does the second in its example.
fn until(reset: u64, headers: &HeaderMap, now: SystemTime) -> Duration {
    let wait = if reset < MIN_UNIX_TIME {
        reset
    } else {
        let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let now = date.unwrap_or(now).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        reset.saturating_sub(now.as_secs())
    };
    Duration::from_secs(wait).min(MAX_RESET)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    /// Tue, 14 Nov 2023 22:13:20 GMT.
    const NOW: u64 = 1_700_000_000;

    fn read(status: u16, headers: &[(&'static str, &str)]) -> Standing {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        Standing::read(status, &headers, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
    }

    #[test]
    fn the_headers_of_every_answer_are_read() {
        let standing = read(200, &[("x-ratelimit-limit", "200"), ("x-ratelimit-remaining", " 12 ")]);
        assert_eq!((standing.limit, standing.remaining, standing.reset), (Some(200), Some(12), None));
        assert_eq!((standing.wait, standing.is_refusal), (None, false));
        assert_eq!(read(200, &[]), Standing::default());
    }

    #[test]
    fn a_reset_is_a_time_or_a_number_of_seconds() {
        let reset = |headers: &[(&'static str, &str)]| read(200, headers).reset.map(|reset| reset.as_secs());
        assert_eq!(reset(&[("x-ratelimit-reset", "90")]), Some(90));
        let later = (NOW + 90).to_string();
        assert_eq!(reset(&[("x-ratelimit-reset", &later)]), Some(90), "by our clock");
        // The server's clock is half a minute ahead of ours.
        let dated = [("x-ratelimit-reset", &*later), ("date", "Tue, 14 Nov 2023 22:13:50 GMT")];
        assert_eq!(reset(&dated), Some(60), "by its own clock");
        assert_eq!(reset(&[("x-ratelimit-reset", &NOW.to_string())]), Some(0));
        assert_eq!(reset(&[("x-ratelimit-reset", "999999999")]), Some(MAX_RESET.as_secs()), "no time since 2001");
        assert_eq!(reset(&[("x-ratelimit-reset", "soon")]), None);
    }

    #[test]
    fn a_refusal_says_how_long_nothing_is_to_be_sent() {
        let wait = |headers: &[(&'static str, &str)]| read(429, headers).wait.map(|wait| wait.as_secs());
        assert_eq!(wait(&[("retry-after", "7"), ("x-ratelimit-reset", "9"), ("x-ratelimit-remaining", "0")]), Some(7));
        assert_eq!(wait(&[("x-ratelimit-reset", "9")]), Some(9));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7), "a proxy's");
        assert_eq!(wait(&[]), None);
        assert!(read(429, &[]).is_refusal);
    }

    #[test]
    fn a_full_queue_is_no_refusal_by_the_rate_limit() {
        let full = read(429, &[("retry-after", "60"), ("x-ratelimit-remaining", "150")]);
        assert_eq!((full.is_refusal, full.wait), (false, None));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(status: u16, values: [Vec<u8>; 4]) {
            let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
            let pairs = names.into_iter().zip(values);
            let headers: HeaderMap = pairs
                .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_bytes(&value).ok()?)))
                .collect();
            let standing = Standing::read(status, &headers, SystemTime::now());
            prop_assert!(standing.reset.is_none_or(|reset| reset <= MAX_RESET));
        }
    }
}

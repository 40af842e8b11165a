//! From a failed answer of Qovery to an error.

use std::time::Duration;

use anydeploy_wire as wire;

use crate::adapter::{Classification, Dialect, FailedAnswer, Timestamps, translate};
use crate::{Error, ErrorKind, TargetKind, platform};

/// The window of the rate limit in seconds; no wait for it is longer.
const RATE_LIMIT_WINDOW: i64 = 3600;

/// Turns a failed exchange with Qovery into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(&DIALECT, error)
}

/// Turns a failed exchange about something that is certain to exist into an error: what was just read, or a list.
pub(super) fn map_error_of_known(error: wire::Error) -> Error {
    translate(&Dialect { classify: |answer| classify(answer, true), ..DIALECT }, error)
}

/// What Qovery may answer is not known, so that its answers are believed unless they are pages or texts.
const DIALECT: Dialect = Dialect {
    platform: platform::QOVERY,
    is_refusal: |_| true,
    is_plain_refusal: |answer| matches!(answer.body(), b"" | b"null" | [b'[' | b'"', ..]),
    classify: |answer| classify(answer, false),
};

/// The error of a kind that Qovery does not have.
pub(super) fn unknown(kind: &TargetKind) -> Error {
    Error::unsupported(platform::QOVERY, format_args!("targets of kind `{kind}`"))
}

fn classify(answer: &FailedAnswer<'_>, known: bool) -> Classification {
    let sentence = sentence(answer);
    let said = |words: &str| sentence.as_deref().is_some_and(|sentence| sentence.contains(words));
    let kind = match answer.status {
        // Qovery answers 403 for what does not exist or was deleted, too (seen by its Terraform provider).
        403 if !known => ErrorKind::NotFoundOrForbidden,
        400 if said("already exist") => ErrorKind::Conflict,
        // The Terraform provider takes such a 400 for "not found".
        400 if said("exist") => ErrorKind::NotFound,
        status => {
            let mut classified = Classification::of_status(status, sentence);
            if classified.kind == ErrorKind::RateLimited && answer.retry_after().is_none() {
                classified.retry_after = until_reset(answer.header("x-ratelimit-reset"), answer.header("date"));
            }
            return classified;
        }
    };
    Classification::new(kind, None, sentence)
}

/// The server's own sentence: `detail` since July 2024, `message` before, `error` only as a last resort.
fn sentence(answer: &FailedAnswer<'_>) -> Option<String> {
    answer.member(&["detail", "message", "error"]).or(answer.text).map(str::to_owned)
}

/// A reset below this counts seconds from now: as Unix time it would be in 2001.
const MIN_UNIX_TIME: i64 = 1_000_000_000;

/// The time until the limit resets: Unix time by the server's own clock, or seconds from now.
///
/// Qovery's documentation (4e9636b) says the first in its text and does the second in its example.
fn until_reset(reset: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let reset: i64 = reset?.trim().parse().ok()?;
    let wait = if reset < MIN_UNIX_TIME { reset } else { reset.saturating_sub(Timestamps::of(date).server) };
    let wait = wait.clamp(0, RATE_LIMIT_WINDOW);
    u64::try_from(wait).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_wait_until_a_reset_goes_by_the_servers_clock() {
        let date = Some("Thu, 20 Aug 2026 14:00:00 GMT");
        let wait = |reset| until_reset(Some(reset), date).map(|wait| wait.as_secs());
        assert_eq!(wait("1787234430"), Some(30));
        assert_eq!(wait("1787234300"), Some(0));
        assert_eq!(wait("1787300000"), Some(3600), "an hour is the whole window");
        assert_eq!(wait("9223372036854775807"), Some(3600));
        assert_eq!(wait("30"), Some(30), "in seconds");
        assert_eq!((wait("0"), wait("-5"), wait("999999999")), (Some(0), Some(0), Some(3600)));
        assert_eq!(wait("soon"), None);
        assert_eq!(until_reset(None, date), None);
    }

    proptest! {
        #[test]
        fn no_reset_makes_it_panic_or_wait_for_longer_than_the_window(
            reset in prop_oneof![any::<String>(), any::<i64>().prop_map(|reset| reset.to_string()), "[ +-]?[0-9]{0,25}"],
            date in prop::option::of(any::<String>()),
        ) {
            let wait = until_reset(Some(&reset), date.as_deref());
            prop_assert!(wait.is_none_or(|wait| wait <= Duration::from_hours(1)));
            prop_assert_eq!(wait.is_some(), reset.trim().parse::<i64>().is_ok());
        }

        #[test]
        fn a_reset_within_the_window_is_waited_for_to_the_second(now in 1_000_010_000..253_000_000_000_i64, wait in -9_999..=3600_i64) {
            let date = chrono::DateTime::from_timestamp(now, 0).unwrap().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let read = until_reset(Some(&(now + wait).to_string()), Some(&date));
            prop_assert_eq!(read, Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default())));
        }
    }
}

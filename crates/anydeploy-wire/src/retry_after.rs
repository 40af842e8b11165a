//! How long a server asks a client to wait.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// A longer wait than this is cut, so that adding it to a clock cannot overflow.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Reads `Retry-After`, as seconds or as a date.
///
/// A date is compared with the server's own `Date` if there is one, because the two clocks may
/// disagree; a date that has passed is no wait at all.
pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that overflow are still a number of seconds, only a very long one.
        text.parse().map_or(MAX_RETRY_AFTER, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        let sent = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        until.duration_since(sent.unwrap_or(now)).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use httpdate::fmt_http_date;
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    fn wait(retry_after: &'static str, date: Option<&'static str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        // Sun, 06 Nov 1994 08:49:37 GMT
        read(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn seconds() {
        assert_eq!(wait("0", None), Some(Duration::ZERO));
        assert_eq!(wait(" 120 ", None), Some(Duration::from_mins(2)));
    }

    #[test]
    fn a_date_is_compared_with_our_clock_or_rather_with_the_servers() {
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT", None), Some(Duration::from_secs(30)));
        let server = Some("Sun, 06 Nov 1994 08:50:02 GMT");
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT", server), Some(Duration::from_secs(5)));
    }

    #[test]
    fn a_date_in_the_past_is_no_wait() {
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:00 GMT", None), Some(Duration::ZERO));
    }

    #[test]
    fn an_absurd_wait_is_cut_to_a_day() {
        assert_eq!(wait("99999999999999999999999999", None), Some(MAX_RETRY_AFTER));
        assert_eq!(wait("Fri, 31 Dec 9999 23:59:59 GMT", None), Some(MAX_RETRY_AFTER));
    }

    #[test]
    fn what_is_neither_is_ignored() {
        for text in ["", "-1", "1.5", "soon", "1e3"] {
            assert_eq!(wait(text, None), None, "{text:?}");
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// The years from 1970 to 9999, which is all that a date of HTTP can name.
    const SECONDS: std::ops::Range<u64> = 0..253_402_300_800;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_ask_for_more_than_a_day(
            value in prop_oneof![any::<Vec<u8>>(), "[ +-]?[0-9]{0,40}[ .eE]?[0-9]{0,3}".prop_map(String::into_bytes)],
            date: Vec<u8>,
            now in SECONDS,
        ) {
            let mut headers = HeaderMap::new();
            headers.extend(HeaderValue::from_bytes(&value).ok().map(|value| (RETRY_AFTER, value)));
            headers.extend(HeaderValue::from_bytes(&date).ok().map(|date| (DATE, date)));
            prop_assert!(read(&headers, at(now)).is_none_or(|wait| wait <= MAX_RETRY_AFTER));
        }

        #[test]
        fn seconds_are_kept_up_to_a_day(seconds in prop_oneof![0..=86_400_u64, any::<u64>()], zeros in "0{0,9}") {
            let text = format!("{zeros}{seconds}");
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            let wait = read(&headers, at(0));
            prop_assert_eq!(wait, Some(Duration::from_secs(seconds.min(86_400))));
        }

        #[test]
        fn a_date_is_the_time_from_the_servers_clock_or_ours_up_to_a_day(
            until in SECONDS,
            earlier in prop_oneof![0..200_000_u64, any::<u64>()],
            later in 0..200_000_u64,
            other in SECONDS,
            has_date: bool,
        ) {
            let now = until.saturating_sub(earlier).saturating_add(later).min(SECONDS.end - 1);
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, fmt_http_date(at(until)).parse().unwrap())]);
            if has_date {
                headers.insert(DATE, fmt_http_date(at(now)).parse().unwrap());
            }
            let wait = read(&headers, at(if has_date { other } else { now }));
            prop_assert_eq!(wait, Some(Duration::from_secs(until.saturating_sub(now).min(86_400))));
        }
    }
}

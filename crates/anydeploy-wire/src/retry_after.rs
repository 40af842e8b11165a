//! How long a server asks a client to wait.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// A longer wait than this is cut, so that adding it to a clock cannot overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `Retry-After`, as seconds or as a date.
///
/// A date is compared with the server's own `Date` if there is one, because the two clocks may
/// disagree; a date that has passed is no wait at all.
pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that overflow are still a number of seconds, only a very long one.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        let sent = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        until.duration_since(sent.unwrap_or(now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
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
        assert_eq!(wait(" 120 ", None), Some(Duration::from_secs(120)));
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
        assert_eq!(wait("99999999999999999999999999", None), Some(LONGEST));
        assert_eq!(wait("Fri, 31 Dec 9999 23:59:59 GMT", None), Some(LONGEST));
    }

    #[test]
    fn what_is_neither_is_ignored() {
        for text in ["", "-1", "1.5", "soon", "1e3"] {
            assert_eq!(wait(text, None), None, "{text:?}");
        }
    }
}

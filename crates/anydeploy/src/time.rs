//! The forms in which the platforms write a moment.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Reads a moment in RFC 3339, or in SQL form taken as UTC; anything else is no moment.
///
/// Coolify leaks columns as `YYYY-MM-DD HH:MM:SS`, Qovery writes nanoseconds.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let text = text.trim_end_matches('Z');
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|moment| moment.and_utc())
}

/// Reads the date of an HTTP header.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_seen_is_read() {
        for text in [
            "2026-08-22T11:20:33.123456Z",
            "2026-08-22T11:20:33.123456789Z",
            "2026-08-22T13:20:33.123456+02:00",
            "2026-08-22 11:20:33.123456",
            "2026-08-22T11:20:33.123456",
        ] {
            assert_eq!(moment(text).map(|m| m.timestamp()), Some(1_787_397_633), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in ["", "yesterday", "2026-13-01 00:00:00", "1787397633"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}

//! The forms in which the platforms write a time.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Reads a time in RFC 3339, or in SQL form taken as UTC; anything else is `None`.
///
/// Coolify leaks columns as `YYYY-MM-DD HH:MM:SS`, Qovery writes nanoseconds.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let text = text.trim_end_matches('Z');
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|time| time.and_utc())
}

/// Reads the date of an HTTP header.
#[must_use]
pub fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

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
            assert_eq!(parse_timestamp(text).map(|m| m.timestamp()), Some(1_787_397_633), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "2026-13-01 00:00:00", "1787397633"] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    /// Text that is nearly a time.
    fn nearly() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[+-]?[0-9]{1,9}-[0-9]{1,3}-[0-9]{1,3}[T ][0-9]{1,3}:[0-9]{1,3}:[0-9]{1,3}(\\.[0-9]{0,12})?(Z{0,2}|[+-][0-9]{1,2}:[0-9]{1,2})",
            "([A-Z][a-z]{2}, )?[0-9]{1,3} (Jan|Feb|Dec|Xyz) [0-9]{1,7} [0-9]{1,3}:[0-9]{1,3}(:[0-9]{1,3})? (GMT|[+-][0-9]{4}|[A-Z])",
        ]
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none_and_what_is_done_with_times_never_panics(one in nearly(), other in nearly()) {
            for text in [&one, &other] {
                for time in [parse_timestamp(text), http_date(text)].into_iter().flatten() {
                    let shown = format!("{time:?} {time} {}", time.timestamp_millis());
                    prop_assert!(!shown.is_empty());
                }
            }
            let read = |text: &str| parse_timestamp(text).or(http_date(text));
            if let (Some(one), Some(other)) = (read(&one), read(&other)) {
                prop_assert!((one - other).to_std().is_ok() || one < other);
            }
        }

        #[test]
        fn a_time_is_read_as_it_was_written(seconds in -62_167_219_200..253_402_300_800_i64, nanos in 0..1_000_000_000_u32) {
            let written = DateTime::from_timestamp(seconds, nanos).unwrap();
            prop_assert_eq!(parse_timestamp(&written.to_rfc3339_opts(SecondsFormat::Nanos, true)), Some(written));
            for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%d %H:%M:%S%.9fZ"] {
                prop_assert_eq!(parse_timestamp(&written.format(format).to_string()), Some(written));
            }
        }

        #[test]
        fn a_date_of_http_is_read_as_it_was_written(seconds in 0..253_402_300_800_i64) {
            let written = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(http_date(&written.format("%a, %d %b %Y %H:%M:%S GMT").to_string()), Some(written));
        }
    }
}

//! The forms of a time.

use std::fmt;
use std::time::Duration;

use serde::Deserializer;
use serde::de::{self, Visitor};

/// A time in seconds, as a number or as text such as `20`, `20s`, `500ms`, `2m`, `1h` or `1m30s`.
pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Seconds;

    impl Visitor<'_> for Seconds {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time: a number of seconds that is not negative, or text such as `20s`, `500ms` or `2m`")
        }

        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Duration, E> {
            Duration::try_from_secs_f64(seconds).map_err(|_| E::invalid_value(de::Unexpected::Float(seconds), &self))
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
            Ok(Duration::from_secs(seconds))
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
            let seconds =
                u64::try_from(seconds).map_err(|_| E::invalid_value(de::Unexpected::Signed(seconds), &self))?;
            Ok(Duration::from_secs(seconds))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            read_duration(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Seconds)
}

/// Reads a time such as `20`, `20s`, `1m30s`; each part is a number and its unit.
pub(crate) fn read_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ms" => 0.001,
            "s" | "sec" | "second" | "seconds" => 1.0,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = rest[end..].trim_start();
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds_or_says_its_unit() {
        let read = |json: &str| duration(&mut serde_json::Deserializer::from_str(json)).ok();
        for (json, millis) in [
            ("20", 20_000),
            ("0.5", 500),
            ("\"20\"", 20_000),
            ("\"20s\"", 20_000),
            ("\"2m\"", 120_000),
            ("\"500ms\"", 500),
            ("\"1h\"", 3_600_000),
            ("\"1m30s\"", 90_000),
            ("\"1.5 s\"", 1500),
            ("\"2 minutes\"", 120_000),
            ("0", 0),
        ] {
            assert_eq!(read(json), Some(Duration::from_millis(millis)), "{json}");
        }
        for json in [
            "-1",
            "\"-1s\"",
            "\"\"",
            "\"s\"",
            "\"20x\"",
            "\"20 s 5\"",
            "true",
            "null",
            "1e300",
            "\"1e300h\"",
            "\"NaN\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}

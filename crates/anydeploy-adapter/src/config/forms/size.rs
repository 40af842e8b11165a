//! The forms of a size.

use std::fmt;

use serde::Deserializer;
use serde::de::{self, Visitor};

/// A size in bytes, as a number or as text such as `16777216` or `16 MiB`.
pub(crate) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a size: a number of bytes that is not negative, or text such as `16 MiB`")
        }

        fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<usize, E> {
            usize::try_from(bytes).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(bytes), &self))
        }

        fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<usize, E> {
            usize::try_from(bytes).map_err(|_| E::invalid_value(de::Unexpected::Signed(bytes), &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<usize, E> {
            read_size(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Bytes)
}

/// Reads a size such as `16777216`, `512 KiB` or `16MiB`.
pub(crate) fn read_size(text: &str) -> Option<usize> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: usize = text[..end].parse().ok()?;
    let unit: usize = match text[end..].trim_start() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_of_bytes_or_says_its_unit() {
        let read = |json: &str| size(&mut serde_json::Deserializer::from_str(json)).ok();
        for (json, bytes) in [
            ("0", 0),
            ("33554432", 32 << 20),
            ("\"33554432\"", 32 << 20),
            ("\"32MiB\"", 32 << 20),
            ("\" 512 KiB\\n\"", 512 << 10),
            ("\"1 GiB\"", 1 << 30),
            ("\"7 B\"", 7),
        ] {
            assert_eq!(read(json), Some(bytes), "{json}");
        }
        for json in ["-1", "1.5", "\"\"", "\"MiB\"", "\"1 MB\"", "\"-1\"", "\"99999999999999999999\"", "true", "null"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}

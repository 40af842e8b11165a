//! The lines of a log that people see: Coolify keeps a log as a JSON array inside a string.

use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::LogLine;
use crate::adapter::parse_timestamp;

/// A log without its hidden entries, in the order in which they were written; it borrows the text.
#[derive(Debug)]
pub(super) struct Log<'a>(Vec<Entry<'a>>);

impl<'a> Log<'a> {
    /// Reads a log; nothing if some of it cannot be read.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let Ok(mut entries) = serde_json::from_str::<Vec<Entry<'a>>>(text) else {
            // A list that is cut off or wrapped up may hold hidden entries, so it is not shown; plain text is.
            return is_plain(text).then(|| Self(vec![Entry::plain(text)]));
        };
        entries.retain(Entry::is_shown);
        // Plain lines all carry batch 1, so only `order` decides; the first entry may lack it.
        entries.sort_by_key(|entry| order(&entry.order));
        Some(Self(entries))
    }

    /// The texts of the lines.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|entry| entry.output.0.lines())
    }

    /// The lines from the end on.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = LogLine> {
        self.0.iter().rev().flat_map(|entry| {
            let at = parse_timestamp(&entry.timestamp.0);
            let line = move |text: &str| LogLine::new(text).with_time(at).with_source(Some(&*entry.stream.0));
            entry.output.0.lines().rev().map(line)
        })
    }
}

/// The first line that people see and that begins so; no more of the log is read.
pub(super) fn first_line(text: &str, beginning: &str) -> Option<String> {
    let mut search = First { beginning, found: None };
    if is_plain(text) {
        return search.line_of(text);
    }
    // It stops with an error where the line is.
    let _ = serde_json::Deserializer::from_str(text).deserialize_seq(&mut search);
    search.found
}

/// Whether a log is no JSON, which some versions do not write.
fn is_plain(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    !start.starts_with(['[', '{', '"'])
}

pub(super) fn order(order: &Value) -> i64 {
    order.as_i64().or_else(|| order.as_str()?.parse().ok()).unwrap_or(0)
}

/// An entry of a log.
#[derive(Debug, Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    output: Text<'a>,
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    /// `stdout` or `stderr`.
    #[serde(borrow, default, rename = "type")]
    stream: Text<'a>,
    #[serde(default)]
    hidden: Value,
    #[serde(default)]
    order: Value,
}

impl<'a> Entry<'a> {
    fn plain(text: &'a str) -> Self {
        let output = Text(text.into());
        Self { output, timestamp: Text::default(), stream: Text::default(), hidden: Value::Null, order: Value::Null }
    }

    /// Whether people see it; an odd word does not bring a hidden one to light.
    fn is_shown(&self) -> bool {
        matches!(self.hidden, Value::Null | Value::Bool(false))
    }
}

/// A text, borrowed where it can be; what is none is empty.
#[derive(Debug, Default)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(text.to_owned().into()))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Text<'de>, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }
}

/// The search for the first line that begins so.
struct First<'a> {
    beginning: &'a str,
    found: Option<String>,
}

impl First<'_> {
    fn line_of(&self, output: &str) -> Option<String> {
        output.lines().find(|line| line.starts_with(self.beginning)).map(str::to_owned)
    }
}

impl<'de> Visitor<'de> for &mut First<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a log")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while self.found.is_none()
            && let Some(entry) = entries.next_element::<Entry<'de>>()?
        {
            self.found = self.line_of(&entry.output.0).filter(|_| entry.is_shown());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_one_that_people_see_and_nothing_after_it_is_read() {
        let first = |log: &str| first_line(log, "Starting ");
        let log =
            r#"[{"output":"Starting hidden","hidden":true},{"output":"a\nStarting \"b\"\nStarting c"},{"output":7"#;
        assert_eq!(first(log).as_deref(), Some("Starting \"b\""));
        assert_eq!(first("plain\nStarting text").as_deref(), Some("Starting text"));
        for log in ["", "[", "[]", "{\"output\":\"Starting x\"}", r#"[{"output":null},{"output":["Starting x"]},{}]"#] {
            assert_eq!(first(log), None, "{log}");
        }
    }

    #[test]
    fn an_entry_without_a_text_has_no_lines() {
        let log = Log::read(r#"[{"output":null},{"output":{"a":[1]},"timestamp":7},{},{"output":"b"}]"#).unwrap();
        assert_eq!(log.texts().collect::<Vec<_>>(), ["b"]);
        assert_eq!(log.newest_first().count(), 1);
    }
}

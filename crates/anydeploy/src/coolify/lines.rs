//! The lines of a log that people see: Coolify keeps a log as a JSON array inside a string.

use std::borrow::Cow;
use std::fmt;

use coolify_client::wire::unescape;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::LogLine;
use crate::adapter::parse_timestamp;

/// A log without its hidden entries, in the order in which they were written; it borrows the text, which may be megabytes
/// long.
#[derive(Debug)]
pub(super) struct Log<'a>(Vec<Entry<'a>>);

impl<'a> Log<'a> {
    /// Reads a log; nothing if some of it cannot be read.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let Ok(mut entries) = serde_json::from_str::<Vec<Entry<'a>>>(text) else {
            // A list that is cut off or wrapped up may hold hidden entries, so it is not shown; plain text is.
            return is_plain(text).then(|| Self(vec![Entry::plain(text)]));
        };
        entries.retain(|entry| entry.shown.0);
        // Plain lines all carry batch 1, so only `order` decides; the first entry may lack it.
        // A log that is in order, as the recorded ones are, is not sorted: that takes as much memory as the entries.
        if !entries.is_sorted_by_key(|entry| entry.order.0) {
            entries.sort_by_key(|entry| entry.order.0);
        }
        Some(Self(entries))
    }

    /// The texts, each of one or several lines.
    pub(super) fn texts(&self) -> Vec<Cow<'a, str>> {
        self.0.iter().map(|entry| entry.output.read()).collect()
    }

    /// The lines from the end on; of each entry at most so many.
    pub(super) fn newest_first(&self, most: usize) -> impl Iterator<Item = LogLine> {
        self.0.iter().rev().flat_map(move |entry| {
            let (at, stream) = (parse_timestamp(&entry.timestamp.read()), entry.stream.read());
            let line = |text: &str| LogLine::new(text).with_time(at).with_source(Some(&*stream));
            entry.output.read().lines().rev().take(most).map(line).collect::<Vec<_>>()
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

/// The place that JSON names by a whole number or the text of one.
pub(super) fn order(json: &str) -> i64 {
    in_quotes(json).unwrap_or(json).parse().unwrap_or(0)
}

/// What stands between the quotes, if the JSON is a text.
fn in_quotes(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"')
}

/// An entry of a log; its texts are read where they are shown.
#[derive(Debug, Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    output: Text<'a>,
    #[serde(borrow, default)]
    timestamp: Text<'a>,
    /// `stdout` or `stderr`.
    #[serde(borrow, default, rename = "type")]
    stream: Text<'a>,
    #[serde(default, rename = "hidden")]
    shown: Shown,
    #[serde(default)]
    order: Order,
}

impl<'a> Entry<'a> {
    fn plain(text: &'a str) -> Self {
        let (timestamp, stream) = (Text::default(), Text::default());
        Self { output: Text::Plain(text), timestamp, stream, shown: Shown::default(), order: Order::default() }
    }
}

/// Whether people see an entry; an odd word does not bring a hidden one to light.
#[derive(Debug)]
struct Shown(bool);

impl Default for Shown {
    fn default() -> Self {
        Self(true)
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As it is written: a `Value` reads an object with a private key of `serde_json` as what the key holds.
        <&RawValue>::deserialize(deserializer).map(|hidden| Self(matches!(hidden.get(), "null" | "false")))
    }
}

/// The place of an entry.
#[derive(Debug, Default)]
struct Order(i64);

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|order| Self(self::order(order.get())))
    }
}

/// A text of an entry.
#[derive(Clone, Copy, Debug)]
enum Text<'a> {
    Plain(&'a str),
    /// A value of JSON; what is no text is empty.
    Json(&'a str),
}

impl<'a> Text<'a> {
    /// The text itself, borrowed where it can be.
    fn read(self) -> Cow<'a, str> {
        let json = match self {
            Self::Plain(text) => return text.into(),
            Self::Json(json) => in_quotes(json),
        };
        json.map_or("".into(), |json| if json.contains('\\') { unescape(json).0.into() } else { json.into() })
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self::Plain("")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self::Json(raw.get()))
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
            self.found = self.line_of(&entry.output.read()).filter(|_| entry.shown.0);
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
        assert_eq!(log.texts(), ["", "", "", "b"]);
        assert_eq!(log.newest_first(usize::MAX).count(), 1);
    }
}

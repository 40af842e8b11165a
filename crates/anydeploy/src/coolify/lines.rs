//! The lines of a log that people see: Coolify keeps a log as a JSON array inside a string.

use serde_json::Value;

use crate::LogLine;
use crate::adapter::parse_timestamp;

/// The lines people see: without the hidden ones, in the order in which they were written.
pub(super) fn shown_lines(text: &str) -> Option<Vec<LogLine>> {
    let Ok(mut entries) = serde_json::from_str::<Vec<Value>>(text) else {
        // A list that is cut off or wrapped up may hold hidden entries, so it is not shown; plain text is.
        let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let is_json = start.starts_with(['[', '{', '"']);
        return (!is_json).then(|| text.lines().map(LogLine::new).collect());
    };
    // Plain lines all carry batch 1, so only `order` decides; the first entry may lack it.
    entries.sort_by_key(|entry| order(&entry["order"]));
    let shown = entries.iter().filter(|entry| matches!(entry["hidden"], Value::Null | Value::Bool(false)));
    let lines = shown.flat_map(|entry| {
        let at = entry["timestamp"].as_str().and_then(parse_timestamp);
        let stream = entry["type"].as_str();
        let line = move |text: &str| LogLine::new(text).with_time(at).with_source(stream);
        entry["output"].as_str().unwrap_or_default().lines().map(line)
    });
    Some(lines.collect())
}

pub(super) fn order(order: &Value) -> i64 {
    order.as_i64().or_else(|| order.as_str()?.parse().ok()).unwrap_or(0)
}

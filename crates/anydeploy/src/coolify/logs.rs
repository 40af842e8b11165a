//! A deployment's log: a JSON array inside a string.

use coolify_client::wire::Patch;
use serde_json::Value;

use super::Coolify;
use super::read::application_only;
use crate::time::moment;
use crate::{DeploymentId, Error, ErrorKind, LogLine, LogOptions, LogPage, Platform, Result};

impl Coolify {
    pub(super) async fn read_logs(&self, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
        application_only(id.target(), "the log of anything but the deployment of an application")?;
        match self.row(id).await?.logs {
            Patch::Value(text) => Ok(LogPage::last_of(lines(text.expose()), options)),
            // Nothing was written yet.
            Patch::Null => Ok(LogPage::default()),
            // Coolify leaves the member out for a token that may not read it.
            Patch::Absent => Err(Error::new(
                ErrorKind::PermissionDenied,
                "the token may not read logs; that needs the ability `read:sensitive` and a user who is admin or owner",
            )
            .with_platform(Platform::Coolify)
            .with_operation("get-deployment-by-uuid")
            .with_status(200)),
        }
    }
}

/// The lines people see: without the hidden ones, in the order in which they were written.
fn lines(text: &str) -> Vec<LogLine> {
    let Ok(mut entries) = serde_json::from_str::<Vec<Value>>(text) else {
        // A list that is cut off may hold hidden entries, so it is not shown; anything else is what the server has.
        return if text.trim_start().starts_with('[') { Vec::new() } else { text.lines().map(LogLine::new).collect() };
    };
    // Plain lines all carry batch 1, so only `order` tells; the first entry may lack it.
    entries.sort_by_key(|entry| order(&entry["order"]));
    entries
        .iter()
        .filter(|entry| matches!(entry["hidden"], Value::Null | Value::Bool(false)))
        .flat_map(|entry| {
            let at = entry["timestamp"].as_str().and_then(moment);
            let output = entry["output"].as_str().unwrap_or_default();
            output.lines().map(move |line| LogLine::new(line).with_time(at))
        })
        .collect()
}

fn order(order: &Value) -> i64 {
    order.as_i64().or_else(|| order.as_str()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &str) -> Vec<String> {
        lines(log).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn entries_are_sorted_by_order_and_not_by_batch() {
        let log = r#"[{"output":"first","batch":1},{"output":"third","batch":1,"order":3},
            {"output":"second","batch":7,"order":2,"hidden":false}]"#;
        assert_eq!(texts(log), ["first", "second", "third"]);
    }

    #[test]
    fn hidden_entries_are_left_out_and_outputs_are_cut_into_lines() {
        let log = r#"[{"output":"docker login -p x","hidden":true,"order":1},{"output":"a\nb","order":2},{"order":3}]"#;
        assert_eq!(texts(log), ["a", "b"]);
    }

    #[test]
    fn an_odd_entry_does_not_bring_hidden_ones_to_light() {
        let log = r#"[{"output":"docker login -p x","hidden":true,"order":1},{"output":"a","order":"2"}]"#;
        assert_eq!(texts(log), ["a"]);
        assert_eq!(texts(&log[..60]), Vec::<String>::new());
    }

    #[test]
    fn a_log_in_another_form_is_shown_as_it_is() {
        assert_eq!(texts("plain\ntext"), ["plain", "text"]);
        assert_eq!(texts(r#"{"not":"a list"}"#), [r#"{"not":"a list"}"#]);
    }
}

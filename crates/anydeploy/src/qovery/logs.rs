//! The log of a deployment: the lines of its execution that are about the target.

use qovery_client::types::{EnvironmentLogs as Entry, ListEnvironmentLogsParams};

use super::trail::{ENVIRONMENT, EXECUTION};
use super::{Qovery, fail};
use crate::time::moment;
use crate::{DeploymentId, LogLine, LogOptions, LogPage, Platform, Result, Target, TargetKind};

/// The most that Qovery sends of a log.
const MOST: usize = 1000;

impl Qovery {
    pub(super) async fn read_logs(&self, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
        id.expect_platform(&Platform::Qovery)?;
        let found = match id.get(EXECUTION) {
            Some(_) => id.clone(),
            None => self.read(id).await?.id,
        };
        // Without an execution nothing was written; with none named, Qovery would send the log of another one.
        let Some(execution) = found.get(EXECUTION) else { return Ok(LogPage::default()) };
        let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
        let environment = found.require(ENVIRONMENT)?;
        let entries = self.client.list_environment_logs(environment, &params).await.map_err(fail)?.into_value();
        if entries.is_empty() {
            // An execution that never was has no lines either.
            self.read(&found).await?;
        }
        let cut = entries.len() >= MOST;
        let concerning = entries.iter().filter(|entry| concerns(entry, id.target(), environment));
        let mut page = LogPage::last_of(concerning.flat_map(lines).collect(), options);
        page.truncated |= cut;
        Ok(page)
    }
}

/// Whether a line is about the target or the environment as a whole, and not about another service.
fn concerns(entry: &Entry, target: &Target, environment: &str) -> bool {
    let transmitter = entry.details.as_ref().and_then(|details| details.transmitter.as_ref());
    let id = transmitter.and_then(|transmitter| transmitter.id.as_deref());
    *target.kind() == TargetKind::Environment || id.is_none_or(|id| id == target.id() || id == environment)
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim_end()).filter(|text| !text.is_empty())
}

/// The text of an entry: a message, or an error with a hint what to do about it.
fn lines(entry: &Entry) -> Vec<LogLine> {
    let message = entry.message.as_ref();
    let message = message.and_then(|m| filled(m.safe_message.as_ref()).or(filled(m.full_details.as_ref())));
    let error = entry.error.as_ref().and_then(|error| {
        let underlying = error.underlying_error.as_ref().and_then(|underlying| underlying.message.as_ref());
        let text = filled(error.user_log_message.as_ref()).or(filled(underlying))?;
        Some(match filled(error.hint_message.as_ref()) {
            Some(hint) => format!("{text} ({hint})"),
            None => text.to_owned(),
        })
    });
    let at = entry.timestamp.as_deref().and_then(moment);
    let texts = message.into_iter().map(str::to_owned).chain(error);
    texts.flat_map(|text| text.lines().map(|line| LogLine::new(line).with_time(at)).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(value: Value) -> Entry {
        serde_json::from_value(value).unwrap()
    }

    fn texts(value: Value) -> Vec<String> {
        lines(&entry(value)).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn an_error_says_what_went_wrong_and_what_to_do() {
        let error = json!({"error": {"user_log_message": "the build failed", "hint_message": "look at line 3"}});
        assert_eq!(texts(error), ["the build failed (look at line 3)"]);
        let bare = json!({"error": {"underlying_error": {"message": "exit 1"}, "hint_message": ""}, "message": null});
        assert_eq!(texts(bare), ["exit 1"]);
        assert_eq!(texts(json!({"message": {"safe_message": "a\nb\n", "full_details": "c"}})), ["a", "b"]);
        assert!(texts(json!({"type": "x"})).is_empty());
    }

    #[test]
    fn lines_of_other_services_are_left_out() {
        let from = |id: Value| entry(json!({"details": {"transmitter": {"id": id}}}));
        let web = Target::application("web");
        assert!(concerns(&from(json!("web")), &web, "env"));
        assert!(concerns(&from(json!("env")), &web, "env"), "a check of the environment concerns all");
        assert!(concerns(&from(json!(null)), &web, "env"));
        assert!(!concerns(&from(json!("db")), &web, "env"));
        assert!(concerns(&from(json!("db")), &Target::environment("env"), "env"));
    }
}

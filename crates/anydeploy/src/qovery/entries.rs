//! The entries of an execution's log: which of them are about a target, and their lines.
//!
//! Facts of the console 720181b and of the engine 59fa717: an entry has the level `debug`, `info`, `warning` or `error`, the
//! step of the engine that wrote it, and its transmitter, such as a service or the engine's task manager.

use std::collections::BTreeSet;

use qovery_client::types::{EnvironmentLogTransmitter as Transmitter, EnvironmentLogs as Entry};

use super::reason;
use crate::adapter::parse_timestamp;
use crate::{LogLevel, LogLine, LogOptions, LogPage, Target, TargetKind};

/// What of an execution's log is about a target: its own entries, and those about the environment as a whole or its
/// deployment.
///
/// The console shows those of the environment and of the engine's task manager with each service, unless they belong to
/// another stage than the service (console 720181b, `use-deployment-logs.ts`); those of the check before the deployment
/// are left in, because they say why nothing followed.
pub(super) struct Scope {
    target: Target,
    environment: String,
    /// The stages in which the target has written so far.
    stages: BTreeSet<String>,
}

impl Scope {
    pub(super) fn new(target: &Target, environment: &str) -> Self {
        Self { target: target.clone(), environment: environment.to_owned(), stages: BTreeSet::new() }
    }

    /// Those of the next entries that belong to it.
    pub(super) fn of<'a>(&mut self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let own: Vec<_> = entries.iter().filter(|entry| self.is_own(entry)).filter_map(stage).collect();
        self.stages.extend(own);
        entries.iter().filter(|entry| self.holds(entry)).collect()
    }

    fn holds(&self, entry: &Entry) -> bool {
        let is_elsewhere =
            || !self.stages.is_empty() && stage(entry).is_some_and(|stage| !self.stages.contains(&stage));
        *self.target.kind() == TargetKind::Environment
            || self.is_own(entry)
            || (self.is_general(entry) && !is_elsewhere())
    }

    fn is_own(&self, entry: &Entry) -> bool {
        transmitter(entry).is_some_and(|by| by.id.as_deref() == Some(self.target.id()))
    }

    fn is_general(&self, entry: &Entry) -> bool {
        let Some(by) = transmitter(entry) else { return true };
        matches!(by.type_.as_deref(), Some("Environment" | "TaskManager"))
            || by.id.as_ref().is_none_or(|id| *id == self.environment)
    }
}

fn transmitter(entry: &Entry) -> Option<&Transmitter> {
    entry.details.as_ref()?.transmitter.as_ref()
}

fn stage(entry: &Entry) -> Option<String> {
    entry.details.as_ref()?.stage.as_ref()?.id.clone().filter(|id| !id.is_empty())
}

/// The lines of entries, oldest first.
#[cfg(feature = "websocket")]
pub(super) fn lines(entries: &[&Entry]) -> Vec<LogLine> {
    let lines = |entry: &&Entry| newest(entry, usize::MAX).into_iter().rev();
    entries.iter().flat_map(lines).collect()
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim_end()).filter(|text| !text.is_empty())
}

/// The last lines about the target.
pub(super) fn page(entries: &[Entry], target: &Target, environment: &str, options: LogOptions) -> LogPage {
    let concerning = Scope::new(target, environment).of(entries);
    // One line more than is wanted shows whether there are older ones.
    let most = options.tail.saturating_add(1);
    let page = LogPage::from_newest(concerning.iter().rev().flat_map(|entry| newest(entry, most)), options);
    page.with_reason(reason::of(&concerning))
}

/// The last lines of an entry, newest first: a message, or an error with a hint what to do about it.
fn newest(entry: &Entry, most: usize) -> Vec<LogLine> {
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
    let at = entry.timestamp.as_deref().and_then(parse_timestamp);
    let lines = message.into_iter().chain(error.as_deref()).flat_map(str::lines).rev();
    let (level, step, source) = (level(entry), reason::step(entry), source(entry));
    let line = |text| LogLine::new(text).with_time(at).with_level(level).with_step(step).with_source(source);
    lines.take(most).map(line).collect()
}

fn level(entry: &Entry) -> Option<LogLevel> {
    Some(match entry.type_.as_deref()?.to_ascii_lowercase().as_str() {
        "debug" => LogLevel::Debug,
        "info" => LogLevel::Info,
        "warning" => LogLevel::Warning,
        "error" => LogLevel::Error,
        _ => return None,
    })
}

/// The name of what wrote an entry; its type where it has no name.
fn source(entry: &Entry) -> Option<&str> {
    let transmitter = transmitter(entry)?;
    let named = [&transmitter.name, &transmitter.type_].into_iter().filter_map(|text| text.as_deref());
    named.into_iter().find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn entry(value: Value) -> Entry {
        serde_json::from_value(value).unwrap()
    }

    fn texts(value: Value) -> Vec<String> {
        newest(&entry(value), usize::MAX).into_iter().rev().map(|line| line.text).collect()
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
    fn a_line_has_the_level_the_step_and_the_transmitter_of_its_entry() {
        let of = |kind: &str, transmitter: Value| {
            let details = json!({"stage": {"step": "Build"}, "transmitter": transmitter});
            let value = json!({"type": kind, "details": details, "message": {"safe_message": "a\nb"}});
            newest(&entry(value), usize::MAX)
        };
        for line in of("warning", json!({"name": "web", "type": "Application"})) {
            assert_eq!(
                (line.level, line.step.as_deref(), line.source.as_deref()),
                (Some(LogLevel::Warning), Some("Build"), Some("web"))
            );
        }
        let line = of("notice", json!({"name": "", "type": "TaskManager"})).pop().unwrap();
        assert_eq!((line.level, line.source.as_deref()), (None, Some("TaskManager")));
    }

    #[test]
    fn lines_of_other_services_are_left_out() {
        let from = |id: Value| entry(json!({"details": {"transmitter": {"id": id}}}));
        let concerns = |entry: Entry, target: &Target| !Scope::new(target, "env").of(&[entry]).is_empty();
        let web = Target::application("web");
        assert!(concerns(from(json!("web")), &web));
        assert!(concerns(from(json!("env")), &web), "a check of the environment concerns all");
        assert!(concerns(from(json!(null)), &web));
        assert!(!concerns(from(json!("db")), &web));
        assert!(concerns(from(json!("db")), &Target::environment("env")));
    }

    #[test]
    fn lines_of_the_environment_and_of_the_task_manager_are_kept_unless_they_are_of_another_stage() {
        let line = |id: &str, kind: &str, stage: Value| {
            entry(json!({"details": {"transmitter": {"id": id, "type": kind}, "stage": {"id": stage}}}))
        };
        let entries = [
            line("web", "Application", json!("s2")),
            line("x", "TaskManager", json!("s2")),
            line("x", "TaskManager", json!("s1")),
            line("x", "Environment", json!(null)),
            line("db", "Database", json!("s2")),
            line("y", "BuildPlatform", json!(null)),
        ];
        let kept = |entries: &[Entry]| Scope::new(&Target::application("web"), "env").of(entries).len();
        assert_eq!(kept(&entries), 3);
        assert_eq!(kept(&entries[1..]), 3, "the stage of the service is not known");
    }

    /// An entry of one of some services, with a message, an error, or neither.
    fn any_entry() -> impl Strategy<Value = Value> {
        let text = || {
            prop_oneof![Just(Value::Null), ".{0,12}".prop_map(Value::from), "[a-z\n\r ]{0,12}".prop_map(Value::from)]
        };
        let id = prop::sample::select(vec![json!("web"), json!("env"), json!("db"), Value::Null, json!("")]);
        (id, text(), text(), text(), text(), text()).prop_map(|(id, safe, full, user, hint, timestamp)| {
            json!({
                "details": { "transmitter": { "id": id } },
                "message": { "safe_message": safe, "full_details": full },
                "error": { "user_log_message": user, "hint_message": hint, "underlying_error": { "message": full } },
                "timestamp": timestamp,
            })
        })
    }

    proptest! {
        #[test]
        fn a_page_is_the_end_of_what_is_about_the_target(values in prop::collection::vec(any_entry(), 0..20), tail in 0..30_usize) {
            let entries: Vec<_> = values.iter().cloned().map(entry).collect();
            let web = Target::application("web");
            let about = values.into_iter().filter(|value| matches!(value["details"]["transmitter"]["id"].as_str(), None | Some("web" | "env")));
            let all: Vec<_> = about.flat_map(texts).collect();
            let page = page(&entries, &web, "env", LogOptions::tail(tail));
            prop_assert_eq!(page.truncated, all.len() > tail);
            let lines: Vec<_> = page.lines.into_iter().map(|line| line.text).collect();
            prop_assert!(lines.len() == all.len().min(tail) && all.ends_with(&lines), "{:?} {:?}", lines, all);
        }

        #[test]
        fn no_entry_brings_forth_more_than_it_holds(value in any_entry()) {
            let held = value.to_string().len();
            let lines = texts(value);
            prop_assert!(lines.iter().all(|line| !line.contains('\n')));
            prop_assert!(lines.iter().map(String::len).sum::<usize>() <= held);
        }
    }
}

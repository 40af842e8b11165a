//! Why a deployment failed, from its log.
//!
//! The rules rest on Qovery's engine 59fa717 (`report/`, `task.rs`) and on its console 720181b.
//! A service's last error is mostly a banner that points to the lines before it: to the recap of cluster events, to an
//! error without a banner, or to the output of the build.
//! What the engine itself could not do, such as cloning a repository, comes from its task manager.

use qovery_client::types::EnvironmentLogs as Entry;

use crate::adapter::plain;
use crate::excerpt::excerpt;

/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 300;

/// Marks before and around the lines of the engine.
const MARKS: &[char] = &['❌', '⚠', '⛑', '🚫', '⬇', '⬆', '┃', '┏', '┗', '━', '📝', '🚀', '\u{fe0f}', ' ', '\t'];

/// Which part of Qovery wrote a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Service,
    TaskManager,
    Environment,
}

/// Why the check before an execution failed.
pub(super) fn of_check(entries: &[Entry]) -> Option<String> {
    error_of_check(entries.iter()).map(|text| excerpt(&text, MAX_REASON_CHARS))
}

/// Whether the check before an execution failed, and no service was touched after it.
pub(super) fn proves_failed_check(entries: &[Entry]) -> bool {
    let is_later = |entry: &Entry| origin_of(entry) == Origin::Service && step(entry) != Some("PreCheck");
    of_check(entries).is_some() && !entries.iter().any(is_later)
}

/// Why a deployment failed, from the entries that are about it, oldest first; a log without an error has no reason.
pub(super) fn of(entries: &[&Entry]) -> Option<String> {
    let from = |origin: Origin| entries.iter().copied().filter(move |entry| origin_of(entry) == origin);
    let own = || from(Origin::Service);
    let banner = || own().rev().find(|entry| is_failure(entry));
    let found = error_of(own())
        // The recap comes only after a failure, before the banner; its most frequent event comes first.
        .or_else(|| banner().and_then(|_| recap(own())))
        .or_else(|| banner().and_then(underlying))
        .or_else(|| banner().and_then(|_| complaint(own())))
        .or_else(|| error_of(from(Origin::TaskManager)))
        .or_else(|| error_of_check(entries.iter().copied()))
        .or_else(|| error_of(from(Origin::Environment)))
        .or_else(|| banner().and_then(|entry| texts(entry).find(|text| !text.is_empty())))
        .or_else(|| {
            let any = entries.iter().rev().copied().find(|entry| is_error(entry))?;
            complaint(entries.iter().copied()).or_else(|| texts(any).find(|text| !text.is_empty()))
        });
    found.map(|text| excerpt(&text, MAX_REASON_CHARS))
}

fn error_of_check<'a>(entries: impl DoubleEndedIterator<Item = &'a Entry>) -> Option<String> {
    error_of(entries.filter(|entry| step(entry) == Some("PreCheck")))
}

/// The last error that states a cause by itself.
fn error_of<'a>(entries: impl DoubleEndedIterator<Item = &'a Entry>) -> Option<String> {
    entries.rev().filter(|entry| is_error(entry)).find_map(|entry| {
        let mut texts = texts(entry).filter(|text| !text.is_empty());
        let cause = texts.find_map(|text| cause_in(&text))?;
        let hint = entry.error.as_ref().and_then(|error| error.hint_message.as_deref()).map(clean);
        Some(match hint.filter(|hint| !hint.is_empty() && !is_pointer(hint)) {
            Some(hint) => format!("{cause} ({hint})"),
            None => match underlying(entry).filter(|under| !cause.contains(&**under) && is_vague(&cause)) {
                Some(under) => format!("{cause}: {under}"),
                None => cause,
            },
        })
    })
}

/// A line that states a cause; none for a banner and for what points to other lines.
fn cause_in(text: &str) -> Option<String> {
    if let Some((_, rest)) = text.split_once("Underlying error: `") {
        let cause = rest.trim_end_matches(['.', '`']).trim();
        return (!cause.is_empty()).then(|| cause.to_owned());
    }
    (!is_banner(text) && !is_pointer(text) && !is_cancel(text)).then(|| text.to_owned())
}

/// `Deploy of Application failed …`: it says what failed, and not why.
fn is_banner(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let bare = text.trim_end_matches([' ', '!', '.']);
    bare.contains("failed but we rollback")
        || ((bare.ends_with(" failed") || bare.ends_with(" failed to be built") || bare.ends_with(" in error"))
            && !bare.contains(": "))
        || bare.starts_with("either it couldn't be executed")
        || bare.starts_with("this most likely an issue")
}

/// A line that sends the reader elsewhere.
fn is_pointer(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["look at ", "see above", "check the logs", "troubleshoot", "contact us"].iter().any(|word| text.contains(word))
}

/// A step that was not started because another one failed is reported as cancelled.
fn is_cancel(text: &str) -> bool {
    text.to_ascii_lowercase().contains("has been cancelled")
}

/// A sentence that names a tool and nothing more.
fn is_vague(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["error", "cannot ", "failed to "].iter().any(|word| text.contains(word)) && !text.contains(": ")
}

/// The first event of the recap that is more than the restart of what failed before.
fn recap<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<String> {
    let events: Vec<String> = entries
        .filter(|entry| step(entry) == Some("Recap"))
        .flat_map(texts)
        .filter(|text| !text.is_empty() && !text.contains("Recap Status Report"))
        .collect();
    let cause = events.iter().find(|event| !event.to_ascii_lowercase().contains("back-off restarting"));
    cause.or(events.first()).cloned()
}

/// The last line of the output that speaks of an error.
fn complaint<'a>(entries: impl DoubleEndedIterator<Item = &'a Entry>) -> Option<String> {
    let speaks = |text: &String| {
        let text = text.to_ascii_lowercase();
        let words = ["error", "err!", "failed:", "failed to", "fatal:", "denied", "not found", "panic", "exception"];
        words.iter().any(|word| text.contains(word))
            && !["0 error", "no error", "without error"].iter().any(|word| text.contains(word))
            && !is_banner(&text)
            && !is_pointer(&text)
    };
    entries.rev().filter(|entry| !is_error(entry)).find_map(|entry| {
        let lines: Vec<String> = texts(entry).collect();
        lines.into_iter().rev().find(speaks)
    })
}

/// The message under the one for users.
fn underlying(entry: &Entry) -> Option<String> {
    let message = entry.error.as_ref()?.underlying_error.as_ref()?.message.as_deref()?;
    message.lines().map(clean).find(|line| !line.is_empty() && !is_banner(line) && !is_pointer(line))
}

/// The lines of an entry without the engine's marks.
fn texts(entry: &Entry) -> impl Iterator<Item = String> {
    let message = entry.message.as_ref().and_then(|message| message.safe_message.as_deref());
    let error = entry.error.as_ref();
    let user = error.and_then(|error| error.user_log_message.as_deref()).filter(|text| !text.trim().is_empty());
    let under = || error.and_then(|error| error.underlying_error.as_ref()?.message.as_deref());
    let text = user.or_else(under).or(message).unwrap_or_default();
    text.lines().map(clean).collect::<Vec<_>>().into_iter()
}

/// A line without colours and without the marks around it.
fn clean(line: &str) -> String {
    plain(line).trim_matches(MARKS).to_owned()
}

/// Whether an entry says that something failed, and not only that it was cancelled.
pub(super) fn is_failure(entry: &Entry) -> bool {
    is_error(entry) && !texts(entry).any(|text| is_cancel(&text))
}

fn is_error(entry: &Entry) -> bool {
    let error = entry.error.as_ref();
    entry.type_.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("error"))
        || error.is_some_and(|error| error.user_log_message.is_some() || error.underlying_error.is_some())
}

/// The step of the engine that wrote an entry.
pub(super) fn step(entry: &Entry) -> Option<&str> {
    entry.details.as_ref()?.stage.as_ref()?.step.as_deref()
}

fn origin_of(entry: &Entry) -> Origin {
    let transmitter = entry.details.as_ref().and_then(|details| details.transmitter.as_ref());
    match transmitter.and_then(|transmitter| transmitter.type_.as_deref()) {
        Some("TaskManager") => Origin::TaskManager,
        Some("Environment") => Origin::Environment,
        _ => Origin::Service,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(step: &str, transmitter: &str, error: Option<&str>) -> Entry {
        let mut entry = json!({
            "type": "INFO",
            "timestamp": "2026-08-20T14:00:00Z",
            "message": { "safe_message": "a line" },
            "details": { "stage": { "step": step }, "transmitter": { "type": transmitter, "id": "x", "name": "x" } },
        });
        if let Some(error) = error {
            entry["type"] = json!("ERROR");
            entry["error"] = json!({ "user_log_message": error });
        }
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn a_check_has_failed_only_if_it_says_so_and_no_service_was_touched() {
        let failed = || entry("PreCheck", "Environment", Some("no credentials"));
        let cases = [
            (vec![failed()], true),
            (vec![entry("PreCheck", "Application", None), failed()], true),
            (vec![failed(), entry("Deploy", "Application", None)], false),
            (vec![entry("PreCheck", "Environment", None)], false),
            (vec![entry("Deploy", "Environment", Some("no credentials"))], false),
            (vec![], false),
        ];
        for (entries, expected) in cases {
            assert_eq!(proves_failed_check(&entries), expected, "{entries:?}");
        }
    }
}

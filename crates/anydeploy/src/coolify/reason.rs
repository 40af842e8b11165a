//! Why a deployment failed: the line of Coolify's log that a person would choose.
//!
//! Coolify writes its summary as one entry, `Deployment failed: …`, with the error output of the command that failed in the
//! lines after it; after that, and after a success, it writes lines that close the log (4.3.11).

use crate::adapter::plain;
use crate::excerpt::excerpt;

/// The longest reason, in characters: the commands that Coolify quotes are longer than a screen.
const MAX_REASON_CHARS: usize = 300;

/// What Coolify writes before its own summary.
const SUMMARY: &str = "Deployment failed: ";

/// What it writes before the error output of the command that failed.
const OUTPUT: &str = "Error: ";

/// What it says of a container that never became healthy, after which the update is called completed (T10 of 4.3.11).
const UNHEALTHY: &str = "New container is not healthy";

/// Lines that follow one that says more: beginnings of lines, in lower case.
const CLOSING: &[&str] = &[
    "gracefully shutting down",
    "=====",
    "-----",
    "deployment failed. removing the new version",
    "rolling update completed",
    "rolling update started",
    "removing old containers",
    "new container started",
    "executing post-deployment command",
    "post-deployment command",
    "a complete log of this run",
];

/// Lines of an error output although nothing is wrong: beginnings of lines, in lower case.
const CHATTER: &[&str] = &[
    "cloning into",
    "from ",
    "remote: enumerating",
    "remote: counting",
    "remote: compressing",
    "remote: total",
    "receiving objects",
    "resolving deltas",
    "hint:",
    "note:",
    "warning:",
    "warn ",
    "npm warn",
    "npm notice",
    "docker 2",
    "submodule ",
    "already on ",
    "switched to ",
];

/// Lines that only say that an earlier step failed: parts of lines, in lower case.
const GENERIC: &[&str] = &[
    "did not complete successfully",
    "command failed with exit code",
    "exit status",
    "command execution failed",
    "lifecycle script",
    "npm err! code ",
    "npm error code ",
    "npm err! errno",
    "npm error errno",
    "npm err! path",
    "npm error path",
    "npm err! command",
    "npm error command",
    "a complete log of this run",
    "failed to solve",
    "process completed with exit code",
    "returned a non-zero code",
];

/// Lines that report an error: parts of lines, in lower case.
const ERRORS: &[&str] = &[
    "error",
    "err!",
    "fatal",
    "failed",
    "failure",
    "denied",
    "not found",
    "no such ",
    "cannot ",
    "can't ",
    "could not ",
    "couldn't ",
    "unable to ",
    "is not a git command",
    "not functional",
    "not reachable",
    "unreachable",
    "no space left",
    "out of memory",
    "killed",
    "timed out",
    "timeout",
    "panic",
    "exception",
    "unauthorized",
    "forbidden",
    "unknown flag",
    "invalid ",
    "refused",
    "already in use",
    "already allocated",
    "required variable",
];

/// Lines that report no error although they hold such a word.
const NO_ERRORS: &[&str] = &[" 0 errors", "no errors", " 0 failed", "errors: 0", "error: null", "without errors"];

/// The line that says why a deployment failed, without secrets; `None` if no line speaks of an error.
pub(super) fn reason<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    // What a terminal shows: build tools color their lines, and overwrite them.
    let plain: Vec<String> = lines.map(plain).collect();
    let texts: Vec<&str> = plain.iter().map(|line| line.trim()).collect();
    if let Some(unhealthy) = texts.iter().find(|text| text.starts_with(UNHEALTHY)) {
        return Some(excerpt(unhealthy, MAX_REASON_CHARS));
    }
    // The last summary counts.
    let at = texts.iter().rposition(|text| text.starts_with(SUMMARY));
    let (before, summary, output) = match at {
        Some(at) => {
            let after = &texts[at + 1..];
            let end = after.iter().position(|text| text.starts_with("=====")).unwrap_or(after.len());
            (&texts[..at], Some(own_words(texts[at])), &after[..end])
        }
        None => (&*texts, None, &texts[..0]),
    };
    let found = specific(output)
        .or_else(|| summary.filter(|words| !is_generic(words)))
        .or_else(|| specific(before))
        .or_else(|| generic(output))
        .or(summary)
        .or_else(|| generic(before));
    found.map(|line| excerpt(line, MAX_REASON_CHARS))
}

/// The first line that says what went wrong: what follows from it comes after it.
fn specific<'a>(lines: &[&'a str]) -> Option<&'a str> {
    errors(lines).find(|line| !is_generic(line))
}

/// The last line that says that something went wrong.
fn generic<'a>(lines: &[&'a str]) -> Option<&'a str> {
    errors(lines).last()
}

fn errors<'a>(lines: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let lines = lines.iter().map(|line| line.strip_prefix(OUTPUT).unwrap_or(line).trim());
    lines.map(without_step).filter(|line| speaks_of_error(line))
}

/// The line without the number of the step and the seconds that a Docker build writes before it.
fn without_step(line: &str) -> &str {
    let is = |word: &str, rest: fn(char) -> bool| !word.is_empty() && word.chars().all(rest);
    let step = line.strip_prefix('#').and_then(|rest| rest.split_once(' '));
    let line = step.filter(|(number, _)| is(number, |c| c.is_ascii_digit())).map_or(line, |(_, rest)| rest);
    let is_time = |text: &str| text.contains('.') && is(text, |c| c.is_ascii_digit() || c == '.');
    let timed = line.split_once(' ').filter(|(seconds, _)| is_time(seconds));
    timed.map_or(line, |(_, rest)| rest.trim())
}

fn speaks_of_error(line: &str) -> bool {
    let line = line.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let holds = |words: &[&str]| words.iter().any(|word| line.contains(word));
    !begins(CLOSING) && !begins(CHATTER) && !holds(NO_ERRORS) && holds(ERRORS)
}

fn is_generic(line: &str) -> bool {
    let lower = line.to_lowercase();
    // npm repeats its mark on empty lines.
    let is_bare = matches!(lower.trim(), "npm err!" | "npm error" | "error" | "error:");
    is_bare || GENERIC.iter().any(|word| lower.contains(word))
}

/// The summary without the command that Coolify quotes in it.
fn own_words(summary: &str) -> &str {
    let words = summary.strip_prefix(SUMMARY).unwrap_or(summary);
    words.split(": docker exec ").next().unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::lines::Log;
    use super::*;

    #[test]
    fn the_reason_of_a_failed_log_is_the_line_a_person_would_choose() {
        let logs = include_str!("../../tests/recorded/coolify-failed-logs.jsonl");
        let cases: Vec<Value> = logs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(cases.len() >= 12);
        for case in cases {
            let logs = case["logs"].to_string();
            assert_eq!(
                reason(Log::read(&logs).unwrap().texts().iter().flat_map(|text| text.lines())).as_deref(),
                case["reason"].as_str(),
                "{}",
                case["case"]
            );
        }
    }

    #[test]
    fn a_reason_is_short_and_holds_no_credential() {
        let text = format!(
            "fatal: Authentication failed for 'https://bot:ghs_0123456789abcdef@git.example/{}'",
            "x".repeat(900)
        );
        let reason = reason([&*text].into_iter()).unwrap();
        assert!(!reason.contains("ghs_") && reason.chars().count() <= MAX_REASON_CHARS + 1, "{reason}");
    }
}

//! The line of a failed deployment's log that says why it failed.
//!
//! The forms are those of Dokploy 0.30.2: the output of a command, below it a summary such as `❌ Pulling image failed`,
//! and at the end `Error occurred ❌, check the logs for details.`
//! A failure that is not a command's has its message right above that end.

use crate::adapter::{self as failure, mask};

/// How many lines above the end may hold the reason; above them are earlier steps, which went well.
const MAX_LINES_ABOVE_END: usize = 60;

/// The most characters of a reason.
const MAX_REASON_CHARS: usize = 500;

/// Words by which a line speaks of an error, in lower case.
const ERROR_WORDS: [&str; 40] = [
    "error",
    "err!",
    "fatal",
    "failed",
    "failure",
    "fail ",
    "denied",
    "invalid",
    "not found",
    "notfound",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable",
    "refused",
    "rejected",
    "no such",
    "missing",
    "exception",
    "panic",
    "timed out",
    "timeout",
    "killed",
    "out of memory",
    "no space",
    "exit code",
    "exit status",
    "unauthorized",
    "forbidden",
    "unknown",
    "undefined",
    "unresolved",
    "unsupported",
    "not supported",
    "not allowed",
    "conflict",
    "already in use",
    "already allocated",
    "does not exist",
];

/// Words that name none: the error words of such a line are about something else.
const HARMLESS: [&str; 6] = ["0 error", "no error", "without error", "errors: 0", "0 failed", "failed: 0"];

/// Lines that point to other lines.
const POINTERS: [&str; 8] = [
    "check the logs",
    "complete log of this run",
    "debug log",
    "for more information",
    "for more details",
    "for details",
    "see above",
    "full report",
];

/// Lines that only sum up what the lines above say.
const SUMMARIES: [&str; 14] = [
    "docker command failed",
    "fail to clone the repository",
    "could not read from remote repository",
    "did not complete successfully",
    "returned a non-zero code",
    "could not compile",
    "command failed with exit code",
    "lifecycle script",
    "elifecycle",
    "exited with code",
    "exit status 1",
    "due to previous error",
    "failed to solve: process",
    "executor failed running",
];

/// The line that says why the deployment failed; `None` where no line speaks of an error.
pub(super) fn reason(log: &str) -> Option<String> {
    let lines: Vec<String> = log.lines().map(plain).filter(|line| !line.is_empty()).collect();
    let end = lines.iter().rposition(|line| is_end(line));
    let above = &lines[..end.unwrap_or(lines.len())];
    let above = &above[above.len().saturating_sub(MAX_LINES_ABOVE_END)..];
    let cause = above.iter().rposition(|line| speaks_of_error(line) && !is_pointer(line) && !is_summary(line));
    // Where Dokploy itself says that something failed, the line right above that says more than the saying, even without
    // a word for it: `yaml: line 3: mapping values are not in this context`.
    let is_sign = |line: &String| is_dokploys_summary(line);
    let signs = above.iter().rev().take_while(|line| is_sign(line)).count();
    let message = (end.is_some() || signs > 0).then(|| above.len().checked_sub(signs + 1)).flatten();
    let message = message.filter(|place| !is_success(&above[*place]) && !is_progress(&above[*place]));
    let summary = above.iter().rposition(|line| speaks_of_error(line) && !is_pointer(line));
    let place = cause.map(|place| first_of_block(above, place)).or(message).or(summary)?;
    let line = above[place].trim_start_matches(['❌', ' ']);
    let cut = line.char_indices().nth(MAX_REASON_CHARS).map_or(line, |(end, _)| &line[..end]);
    Some(mask(cut))
}

/// The line as a person sees it, without control sequences, its time and the step of a build.
fn plain(line: &str) -> String {
    let text = failure::plain(line);
    let text = text.trim();
    // BuildKit writes `#12 3.456 ` before what a step of a build prints.
    let step = text.strip_prefix('#').and_then(|rest| rest.split_once(' '));
    let printed = match step {
        Some((number, rest)) if number.bytes().all(|digit| digit.is_ascii_digit()) => rest,
        _ => text,
    };
    let timed = printed.split_once(' ').filter(|(time, _)| time.contains('.') && time.parse::<f64>().is_ok());
    timed.map_or(printed, |(_, rest)| rest).trim().to_owned()
}

/// Whether Dokploy ends a failed log with this line.
fn is_end(line: &str) -> bool {
    line.to_lowercase().contains("check the logs for details")
}

fn is_pointer(line: &str) -> bool {
    contains_any(line, &POINTERS)
}

/// Whether a line only says that something failed, by Dokploy itself or by the tool that ran the one that failed.
fn is_summary(line: &str) -> bool {
    contains_any(line, &SUMMARIES) || is_dokploys_summary(line) || line.ends_with(':')
}

fn is_dokploys_summary(line: &str) -> bool {
    line.contains('❌') || contains_any(line, &SUMMARIES[..2])
}

fn is_success(line: &str) -> bool {
    let words = ["succeeded", "successfully", "completed", "complete"];
    line.starts_with('✅') || (!speaks_of_error(line) && contains_any(line, &words))
}

/// Whether a line only says what is being done.
fn is_progress(line: &str) -> bool {
    ["Initializing", "Pulling", "Cloning", "Building", "Status:", "Digest:", "docker.io/", "---"]
        .iter()
        .any(|word| line.starts_with(word))
}

fn speaks_of_error(line: &str) -> bool {
    let warns = ["warn", "npm warn", "[warn", "(warn", "note:", "hint:", "info"];
    let lower = line.to_lowercase();
    // A line of a source file is shown for where it stands, not for its words.
    let is_source = lower.split_once('|').is_some_and(|(number, _)| number.trim().bytes().all(|b| b.is_ascii_digit()));
    !is_source
        && !line.starts_with('✅')
        && !warns.iter().any(|word| lower.starts_with(word))
        && !HARMLESS.iter().any(|word| lower.contains(word))
        && ERROR_WORDS.iter().any(|word| lower.contains(word))
}

/// The line of a block of npm's that says most: the first one after its codes.
fn first_of_block(lines: &[String], place: usize) -> usize {
    let label = |line: &String| ["npm error", "npm ERR!"].into_iter().find(|label| line.starts_with(label));
    let Some(of_block) = label(&lines[place]) else { return place };
    let start = lines[..place].iter().rposition(|line| label(line) != Some(of_block)).map_or(0, |before| before + 1);
    let is_code = |line: &String| {
        let text = line[of_block.len()..].trim_start();
        text.is_empty() || ["code ", "errno ", "syscall ", "path ", "dest "].iter().any(|code| text.starts_with(code))
    };
    (start..place).find(|place| !is_code(&lines[*place])).unwrap_or(place)
}

fn contains_any(line: &str, words: &[&str]) -> bool {
    let line = line.to_lowercase();
    words.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_reason_of_a_failed_log_is_the_sentence_that_a_person_would_choose() {
        let logs = include_str!("../../tests/recorded/dokploy-logs.jsonl");
        let mut reasons = 0;
        for line in logs.lines() {
            let log: Value = serde_json::from_str(line).unwrap();
            let text = log["log"].as_str().unwrap();
            assert_eq!(reason(text).as_deref(), log["reason"].as_str(), "{}", log["name"]);
            reasons += usize::from(log["reason"].is_string());
        }
        assert!(reasons >= 12, "{reasons}");
    }

    #[test]
    fn a_line_that_speaks_of_no_error_is_no_reason() {
        for log in [
            "",
            "\n",
            "Initializing deployment\n✅ Pulling image completed.\nRolling update completed.\n",
            "Initializing deployment\n✅ Pulling image completed.\nError occurred ❌, check the logs for details.\n",
            "Found 0 errors. Watching for file changes.\n",
            "npm warn deprecated inflight@1.0.6: This module is not supported\nadded 12 packages\n",
            "Error occurred ❌, check the logs for details.\n",
        ] {
            assert_eq!(reason(log), None, "{log}");
        }
    }

    #[test]
    fn a_reason_holds_no_control_sequence_and_no_secret() {
        let log = "10 %\r\u{1b}[31mERROR\u{1b}[0m: fatal: Authentication failed for 'https://x:ghs_0123456789abcdef0123456789abcdef0123@github.com/a/b'\n";
        let found = reason(log).unwrap();
        assert!(found.starts_with("ERROR: fatal: Authentication failed"), "{found}");
        assert!(!found.contains("ghs_0123") && !found.contains('\u{1b}'), "{found}");
    }

    proptest! {
        #[test]
        fn any_text_has_a_short_reason_or_none(log in r"(?s).{0,200}", word in "error|❌|#1 2.0 |\u{1b}\\[|check the logs for details|npm error ") {
            for log in [log.clone(), format!("{word}{log}"), format!("{log}{word}"), format!("{log}\n{word}\n{log}")] {
                if let Some(reason) = reason(&log) {
                    prop_assert!(!reason.contains('\n'));
                }
            }
        }
    }
}

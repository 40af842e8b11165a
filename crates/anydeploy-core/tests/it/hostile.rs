//! Text that somebody else wrote: read or refused in a few words on one line, and never more of it held than is wanted.

use anydeploy_core::{DeploymentId, Error, ErrorKind, LogOptions, LogPage, Platform, Target};
use proptest::collection::vec;
use proptest::prelude::*;

/// The longest refusal: our own words, and the beginning of what was refused.
const MAX_LINE_BYTES: usize = 500;

/// Text that is nearly an id of a deployment.
fn nearly() -> impl Strategy<Value = String> {
    let part = prop::sample::select(&[
        "alpha",
        "beta",
        "gamma",
        ":",
        "application",
        "compose",
        "@",
        "?",
        "&",
        "=",
        "%",
        "%00",
        "%ff",
        "+",
        ".",
        "..",
        "/",
        "\\",
        "\n",
        "\u{1b}[2J",
        "\u{202e}",
        "é",
        " ",
        "since",
        "9223372036854775808",
        "deployment",
        "a",
    ]);
    let valid = "(alpha|beta|gamma):(application|job):[a-z]{1,4}(@e)?[?]([a-z]{0,3}=[0-9a-z%+.~!-]{0,9}&?){0,4}";
    prop_oneof![any::<String>(), vec(part, 0..24).prop_map(|parts| parts.concat()), valid]
}

fn check(error: &Error) -> Result<(), TestCaseError> {
    let line = error.to_string();
    prop_assert_eq!(error.kind(), ErrorKind::InvalidInput);
    prop_assert!(line.len() <= MAX_LINE_BYTES, "{} bytes", line.len());
    prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_an_id_that_stays_the_same_or_is_refused_in_a_few_words(text in nearly(), times in 1..2000_usize) {
        for text in [text.clone(), text.repeat(times)] {
            match text.parse::<DeploymentId>() {
                Ok(id) => {
                    let written = id.to_string();
                    prop_assert!(written.len() <= 4096 && !written.contains(char::is_whitespace), "{}", written);
                    let again: DeploymentId = written.parse().unwrap();
                    prop_assert_eq!(again.to_string(), written);
                    prop_assert_eq!(again, id);
                }
                Err(error) => check(&error)?,
            }
            match text.parse::<Target>() {
                Ok(target) => prop_assert_eq!(target.to_string().parse::<Target>().unwrap(), target),
                Err(error) => check(&error)?,
            }
        }
    }

    #[test]
    fn details_of_any_characters_are_read_back(details in vec((any::<String>(), any::<String>()), 0..6)) {
        let id = DeploymentId::new(Platform::new("gamma"), Target::application("web").in_environment("e"));
        let id = details.into_iter().fold(id, |id, (key, value)| id.with(&key, value));
        let text = id.to_string();
        match text.parse::<DeploymentId>() {
            Ok(again) => prop_assert_eq!(again, id),
            Err(_) => prop_assert!(text.len() > 4096),
        }
    }

    #[test]
    fn a_target_that_cannot_be_used_is_refused_in_a_few_words(id in any::<String>(), times in 1..2000_usize) {
        for target in [Target::application(id.repeat(times)), Target::application("a").in_environment(id.clone())] {
            if let Err(error) = target.validate() {
                check(&error)?;
            }
        }
    }

    #[test]
    fn a_sentence_of_the_server_is_one_line_of_at_most_300_characters(sentence in any::<String>(), times in 1..50_usize) {
        let error = Error::new(ErrorKind::Rejected, "no").with_server_message(&sentence.repeat(times));
        let kept = error.server_message().unwrap_or("-");
        prop_assert!(kept.chars().count() <= 301 && !kept.is_empty());
        prop_assert!(!kept.chars().any(char::is_control));
    }

    #[test]
    fn a_page_is_the_end_of_a_text(text in "[a-z\n\r]{0,40}|.{0,40}", tail in 0..30_usize) {
        let all: Vec<_> = text.lines().collect();
        let page = LogPage::from_text(&text, LogOptions::tail(tail));
        let lines: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).collect();
        prop_assert_eq!(page.truncated, all.len() > tail);
        prop_assert_eq!(&lines[..], &all[all.len().saturating_sub(tail)..]);
    }
}

#[test]
fn no_more_lines_are_taken_than_the_page_holds_and_one() {
    let mut taken = 0;
    let endless = std::iter::repeat_with(|| {
        taken += 1;
        anydeploy_core::LogLine::new("x")
    });
    let page = LogPage::from_newest(endless, LogOptions::tail(5));
    assert_eq!((page.lines.len(), page.truncated, taken), (5, true, 6));
}

//! Edits of a text of variables that keep every byte of what they are not about.

use std::cmp::Reverse;

use super::dialect::assignments;
use crate::adapter::sorted_by;

/// What is done with one variable of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// The variable at this place among the assignments gets another value.
    Set { place: usize, value: String },
    /// The variable at this place goes, with its lines.
    Remove { place: usize },
    /// A variable is added at the end.
    Add { key: String, value: String },
}

impl Edit {
    /// The place of the variable that is there already.
    const fn place(&self) -> Option<usize> {
        match self {
            Self::Set { place, .. } | Self::Remove { place } => Some(*place),
            Self::Add { .. } => None,
        }
    }
}

/// The text after edits; an error is the place in `edits` of one after which the server would read other values.
pub(super) fn edited(text: &str, edits: &[Edit]) -> Result<String, usize> {
    let rank = |edit: &Edit| (edit.place().is_none(), Reverse(edit.place()));
    // From the end on, so that the places before stay what they are; what is added comes last, in its order.
    let order = sorted_by(edits.iter().enumerate().collect(), |(_, one), (_, other)| rank(one).cmp(&rank(other)));
    order.into_iter().try_fold(text.to_owned(), |text, (number, edit)| apply(&text, edit).ok_or(number))
}

/// The text after one edit, written in the first form that the server reads as what is meant.
fn apply(text: &str, edit: &Edit) -> Option<String> {
    let present = assignments(text);
    let mut expected: Vec<_> = present.iter().map(|one| (one.key, one.value.as_str())).collect();
    let candidates = match edit {
        Edit::Set { place, value } => {
            expected.get_mut(*place)?.1 = value;
            let span = &present.get(*place)?.span;
            forms(value).map(|form| format!("{}{form}{}", &text[..span.start], &text[span.end..]))
        }
        Edit::Remove { place } => {
            expected.remove(*place);
            let lines = &present.get(*place)?.lines;
            [Some(format!("{}{}", &text[..lines.start], &text[lines.end..])), None, None].map(Option::unwrap_or_default)
        }
        Edit::Add { key, value } => {
            expected.push((key, value));
            let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            let before = if text.is_empty() || text.ends_with(['\n', '\r']) { "" } else { line_end };
            forms(value).map(|form| format!("{text}{before}{key}={form}{line_end}"))
        }
    };
    let is_read_as_meant = |text: &String| {
        let read = assignments(text);
        read.len() == expected.len() && read.iter().zip(&expected).all(|(one, meant)| (one.key, &*one.value) == *meant)
    };
    candidates.into_iter().find(is_read_as_meant)
}

/// The forms in which a value can be written: without quotes, in single and in double ones.
fn forms(value: &str) -> [String; 3] {
    [value.to_owned(), format!("'{value}'"), format!("\"{}\"", value.replace('\r', "\\r"))]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(place: usize, value: &str) -> Edit {
        Edit::Set { place, value: value.to_owned() }
    }

    fn add(key: &str, value: &str) -> Edit {
        Edit::Add { key: key.to_owned(), value: value.to_owned() }
    }

    const TEXT: &str = "# top\r\nA = 'one' # why\r\n\r\nexport B=2\r\nC=\"x\ny\"\r\nB=3";

    #[test]
    fn a_text_keeps_every_other_byte() {
        let edits = [set(0, "two words"), set(1, "b#"), Edit::Remove { place: 2 }, add("D", "")];
        let expected = "# top\r\nA = two words # why\r\n\r\nexport B='b#'\r\nB=3\r\nD=\r\n";
        assert_eq!(edited(TEXT, &edits).unwrap(), expected);
        assert_eq!(edited(TEXT, &[]).unwrap(), TEXT);
        assert_eq!(edited("", &[add("A", "1"), add("B", "2")]).unwrap(), "A=1\nB=2\n");
    }

    #[test]
    fn a_hash_in_a_value_is_quoted() {
        for (value, form) in [
            ("plain", "plain"),
            ("a#b", "'a#b'"),
            (" edge ", "' edge '"),
            ("it's#", "\"it's#\""),
            ("\"q\"", "'\"q\"'"),
            ("two\nlines", "'two\nlines'"),
            ("cr\rx", "\"cr\\rx\""),
            ("{\"a\":\"it's\"}", "{\"a\":\"it's\"}"),
            ("C:\\new", "C:\\new"),
            ("", ""),
        ] {
            assert_eq!(edited("A=x", &[set(0, value)]).unwrap(), format!("A={form}"), "{value:?}");
        }
    }

    #[test]
    fn a_value_that_no_quoting_keeps_is_refused() {
        for value in ["'\"#", "it's\n\"quoted\"", "#'\\n", "'\r\\n"] {
            assert_eq!(edited("A=1\nB=2", &[set(0, "fits"), set(1, value)]), Err(1), "{value:?}");
        }
    }

    #[test]
    fn an_edit_that_would_change_another_value_is_refused() {
        // Without its line, the quote below would become the value of `K`.
        assert_eq!(edited("K=\nB=1\n'x'\n", &[Edit::Remove { place: 1 }]), Err(0));
    }

    proptest! {
        // Many where the code is fast.
        #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 500 } else { 100_000 }))]

        #[test]
        fn what_is_written_is_read_and_nothing_else_changes(
            text in r#"([A-C]{1,2}( = |=)("[a\\n#]{0,3}"|'[a\n"]{0,3}'|[a# '"]{0,4})(\r?\n| # c\n)|# [a=']{0,3}\n|\n|[A ]\n){0,5}"#,
            value in r#"[a-c \n\r\t\\"'#$={}`é]{0,8}"#,
            place in 0_usize..4,
        ) {
            let present: Vec<_> = assignments(&text).into_iter().map(|one| (one.key.to_owned(), one.value)).collect();
            let edits = [set(place, &value), Edit::Remove { place }, add("NEW", &value)];
            for edit in edits.into_iter().filter(|edit| edit.place().is_none_or(|place| place < present.len())) {
                let mut expected = present.clone();
                match &edit {
                    Edit::Set { place, value } => expected[*place].1.clone_from(value),
                    Edit::Remove { place } => drop(expected.remove(*place)),
                    Edit::Add { key, value } => expected.push((key.clone(), value.clone())),
                }
                if let Ok(text) = edited(&text, std::slice::from_ref(&edit)) {
                    let read: Vec<_> =
                        assignments(&text).into_iter().map(|one| (one.key.to_owned(), one.value)).collect();
                    prop_assert_eq!(read, expected, "{:?} {}", edit, text);
                }
            }
            // A value that some form of quotes can hold is never refused on a text of its own.
            let is_plain = !value.contains(['\'', '\r']) && !value.ends_with('\\');
            prop_assert!(!is_plain || edited("", &[add("NEW", &value)]).is_ok(), "{:?}", value);
        }
    }
}

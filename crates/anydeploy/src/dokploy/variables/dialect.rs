//! How Dokploy reads a text of variables: as the package `dotenv` of npm does, when it deploys or reloads (0.30.2).
//!
//! A `#` ends a value without quotes even without a space before it, `$A` and `${A}` are not expanded, a backslash before a
//! quote stays, and only double quotes know `\n` and `\r`.

use std::ops::Range;

/// One variable as it stands in a text; of several with one key the last takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment<'a> {
    pub(super) key: &'a str,
    /// What a process gets, with its references as they stand.
    pub(super) value: String,
    /// Where the value stands with its quotes, in bytes.
    pub(super) span: Range<usize>,
    /// The lines that it takes, with the end of the last one.
    pub(super) lines: Range<usize>,
}

/// The variables of a text, in order.
pub(super) fn assignments(text: &str) -> Vec<Assignment<'_>> {
    let (mut found, mut line) = (Vec::new(), 0);
    while line < text.len() {
        let read = assignment(text, line);
        line = line_end(text, read.as_ref().map_or(line, |one| one.span.end));
        found.extend(read);
    }
    found
}

/// The variable that begins at the start of a line, or after empty lines that begin there.
fn assignment(text: &str, line: usize) -> Option<Assignment<'_>> {
    let start = skip_space(text, line);
    let exported = text[start..].strip_prefix("export").filter(|rest| rest.starts_with(is_space));
    let exported = exported.map(|_| skip_space(text, start + "export".len()));
    [exported, Some(start)].into_iter().flatten().find_map(|key| {
        let end = key + text[key..].find(|letter| !is_of_key(letter)).unwrap_or(text.len() - key);
        let from = value_start(text, end).filter(|_| end > key)?;
        let span = quoted(text, skip_space(text, from)).unwrap_or_else(|| unquoted(text, from));
        let lines = line_start(text, start)..line_end(text, span.end);
        Some(Assignment { key: &text[key..end], value: value(&text[span.clone()]), span, lines })
    })
}

/// Where a value begins after a key that ends here: behind a `=`, or behind a `:` and one white space.
fn value_start(text: &str, key_end: usize) -> Option<usize> {
    let equals = skip_space(text, key_end);
    if text[equals..].starts_with('=') {
        return Some(equals + 1);
    }
    let space = text[key_end..].strip_prefix(':')?.chars().next().filter(|letter| is_space(*letter))?;
    Some(key_end + 1 + space.len_utf8())
}

/// The place of a value in quotes, behind which nothing but a comment follows on its line.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let quote = text[at..].chars().next().filter(|letter| matches!(letter, '\'' | '"' | '`'))?;
    let mut escaped = Vec::new();
    for (place, _) in text[at + 1..].match_indices(quote) {
        let place = at + 1 + place;
        if text[at + 1..place].ends_with('\\') {
            escaped.push(place);
            continue;
        }
        // The first quote without a backslash is the last that can end the value; one with a backslash may, if need be.
        escaped.push(place);
        break;
    }
    let ends_line = |end: usize| {
        let rest = text[end..].trim_start_matches(|letter| is_space(letter) && !is_line_end(letter));
        rest.is_empty() || rest.starts_with(['#', '\n', '\r'])
    };
    escaped.into_iter().rev().map(|place| place + 1).find(|end| ends_line(*end)).map(|end| at..end)
}

/// The place of a value without quotes, which may be empty.
fn unquoted(text: &str, from: usize) -> Range<usize> {
    let rest = &text[from..];
    let rest = &rest[..rest.find(['#', '\n', '\r']).unwrap_or(rest.len())];
    let trimmed = rest.trim_matches(is_space);
    if trimmed.is_empty() {
        return from..from;
    }
    let start = from + (rest.len() - rest.trim_start_matches(is_space).len());
    start..start + trimmed.len()
}

/// The value that stands so in a text.
fn value(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n").replace('\r', "\n");
    let quote = raw.chars().next().filter(|letter| matches!(letter, '\'' | '"' | '`'));
    let inner = quote.and_then(|quote| raw.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(&raw);
    if quote == Some('"') { inner.replace("\\n", "\n").replace("\\r", "\r") } else { inner.to_owned() }
}

/// Whether a letter can be one of a key.
pub(super) fn is_of_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

/// Whether JavaScript takes a letter for white space.
fn is_space(letter: char) -> bool {
    letter == '\u{feff}' || letter.is_whitespace() && letter != '\u{85}'
}

fn is_line_end(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

fn skip_space(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start_matches(is_space).len()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(is_line_end).map_or(0, |end| end + 1)
}

/// Where the next line begins.
fn line_end(text: &str, at: usize) -> usize {
    match text[at..].find(is_line_end) {
        Some(end) if text[at + end..].starts_with("\r\n") => at + end + 2,
        Some(end) => at + end + 1,
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, String)> {
        assignments(text).into_iter().map(|one| (one.key, one.value)).collect()
    }

    /// The lines that were saved on a genuine server, and what the container got of them.
    #[test]
    fn every_line_is_read_as_the_server_reads_it() {
        for (line, expected) in [
            ("# c", None),
            ("", None),
            ("O", None),
            ("B=\"two words\"", Some(("B", "two words"))),
            ("C='single $A `x`'", Some(("C", "single $A `x`"))),
            ("D=\"a\\nb\"", Some(("D", "a\nb"))),
            ("E=\"real\nnewline\"", Some(("E", "real\nnewline"))),
            ("J=\"quo\\\"te\"", Some(("J", "quo\\\"te"))),
            ("F=tail # trailing", Some(("F", "tail"))),
            ("M=hash#in", Some(("M", "hash"))),
            ("  G = spaced ", Some(("G", "spaced"))),
            ("export H=1", Some(("H", "1"))),
            ("K=", Some(("K", ""))),
            ("I=a=b=c", Some(("I", "a=b=c"))),
            ("L=é漢字", Some(("L", "é漢字"))),
            ("Q=$A ${A}", Some(("Q", "$A ${A}"))),
            ("P=${{project.PV}}-x", Some(("P", "${{project.PV}}-x"))),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
            assert_eq!(read(line), expected, "{line:?}");
            assert_eq!(read(&format!("{line}\r\n")), expected, "{line:?}");
        }
    }

    /// What follows from the expression by which the package finds a line.
    #[test]
    fn odd_lines_are_read_as_the_package_reads_them() {
        let own = |pairs: &[(&'static str, &str)]| -> Vec<(&str, String)> {
            pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
        };
        for (text, expected) in [
            ("A=\"open\nB=2", &[("A", "\"open"), ("B", "2")][..]),
            ("A='it''s'", &[("A", "it''s")]),
            ("A=\"x\" y\nB=1", &[("A", "\"x\" y"), ("B", "1")]),
            ("A='a\\'\nB=1", &[("A", "a\\"), ("B", "1")]),
            ("A='x' # c\nB=1", &[("A", "x"), ("B", "1")]),
            ("A='x'#c", &[("A", "x")]),
            ("A=`b`", &[("A", "b")]),
            ("A: yaml\nB:none", &[("A", "yaml")]),
            ("export =1", &[("export", "1")]),
            ("exportA=1", &[("exportA", "1")]),
            ("A b=1\nC=2", &[("C", "2")]),
            ("\u{feff}A=1\rB=2", &[("A", "1"), ("B", "2")]),
            // A quote at the start of the next line belongs to the empty value before it.
            ("K=\n'x'\nB=1", &[("K", "x"), ("B", "1")]),
            ("A=\"l1\r\nl2\"\r\nB=1", &[("A", "l1\nl2"), ("B", "1")]),
        ] {
            assert_eq!(read(text), own(expected), "{text:?}");
        }
    }

    #[test]
    fn an_assignment_knows_its_value_and_its_lines() {
        let text = "# c\r\n  export A = 'x y' # why\r\nB=1";
        let [a, b] = &assignments(text)[..] else { panic!() };
        assert_eq!((&text[a.span.clone()], &text[a.lines.clone()]), ("'x y'", "  export A = 'x y' # why\r\n"));
        assert_eq!((&text[b.span.clone()], &text[b.lines.clone()]), ("1", "B=1"));
    }
}

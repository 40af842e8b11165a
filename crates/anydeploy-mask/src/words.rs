//! Words, quotes and their ends.

use crate::REDACTED;

/// How long the value is that a text begins with: to the end of its quotes, or of the word.
pub(crate) fn length(text: &str) -> usize {
    // What was masked before is masked to its end.
    if text.starts_with(REDACTED) {
        return REDACTED.len();
    }
    let mut closed = quoted(text);
    // A shell writes a quote within quotes as `'\''` or `'"'"'`: the value goes on.
    while closed > 0 {
        let rest = &text[closed..];
        let joint = ["\\''", "\"'\"'"].into_iter().find(|joint| rest.starts_with(joint));
        let Some(joint) = joint else { break };
        let begin = closed + joint.len() - 1;
        closed = begin + quoted(&text[begin..]);
    }
    let is_end = |c: char| c.is_whitespace() || (closed > 0 && ",;)]}\\".contains(c));
    text[closed..].find(is_end).map_or(text.len(), |length| closed + length)
}

/// How long the quoted value is that a text begins with, quotes included; 0 if it begins with none.
fn quoted(text: &str) -> usize {
    let open = text.len() - text.trim_start_matches('\\').len() + 1;
    let quote = text.get(..open).filter(|quote| quote.ends_with(['"', '\'', '`']));
    // A quote of the text itself has one more backslash before it; a shell knows none in single quotes.
    let closed = quote.map(|quote| {
        let escapes = !quote.ends_with('\'');
        let mut quotes = text.match_indices(quote).skip(1).filter(|(at, _)| !(escapes && text[..*at].ends_with('\\')));
        quotes.next().map_or(text.len(), |(at, _)| at + quote.len())
    });
    closed.unwrap_or_default()
}

/// Whether a character stands between the words of one line; a shell's line may hold any blank of Unicode.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

/// The words of a command with the place of each, quotes kept together; it ends with its line or at `|`, `;` or `&`.
pub(crate) fn arguments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut read = 0;
    std::iter::from_fn(move || {
        let rest = &text[read..];
        let start = read + (rest.len() - rest.trim_start_matches(is_blank).len());
        let word = &text[start..];
        if word.is_empty() || word.starts_with(['|', ';', '&', '\n', '\r']) {
            return None;
        }
        let mut end = 0;
        while let Some(c) = word[end..].chars().next().filter(|c| !c.is_whitespace() && !"|;&".contains(*c)) {
            let quoted = quoted(&word[end..]);
            end += if quoted == 0 { c.len_utf8() } else { quoted };
        }
        read = start + end;
        Some((start, &word[..end]))
    })
}

//! Text without control sequences.

/// A line without control sequences; of a progress line that overwrites itself the last state.
///
/// It removes escape sequences (colours, cursor movements, titles), backspaces with what they delete, and every other
/// control character; line breaks and tabs become spaces.
/// A second call changes nothing.
///
/// ```
/// use anydeploy_mask::plain;
///
/// assert_eq!(plain("\x1b[31mfailed\x1b[0m"), "failed");
/// assert_eq!(plain("Progress 0 %\rProgress 1 %\r"), "Progress 1 %");
/// ```
#[must_use]
pub fn plain(text: &str) -> String {
    let lines = lines(text);
    if lines.contains('\n') { lines.replace('\n', " ") } else { lines }
}

/// The same for several lines, whose breaks are kept.
pub(crate) fn lines(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Where the line begins, and the state of it that a carriage return may bring back.
    let mut line = 0;
    let mut last = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => {
                restore(&mut plain, line, &last);
                plain.push('\n');
                (line, last) = (plain.len(), String::new());
            }
            '\r' => overwrite(&mut plain, line, &mut last),
            '\t' => plain.push(' '),
            '\u{8}' => {
                if plain.len() > line {
                    plain.pop();
                }
            }
            '\u{1b}' => match chars.next_if(|c| ('\u{20}'..'\u{7f}').contains(c)) {
                Some('[') if moves_to_start(&mut chars) => overwrite(&mut plain, line, &mut last),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut chars),
                Some(' '..='/') => {
                    while chars.next_if(|c| (' '..='/').contains(c)).is_some() {}
                    chars.next_if(|c| ('0'..='~').contains(c));
                }
                _ => {}
            },
            '\u{9b}' => {
                if moves_to_start(&mut chars) {
                    overwrite(&mut plain, line, &mut last);
                }
            }
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    restore(&mut plain, line, &last);
    plain
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The next text overwrites the line; it comes back if nothing follows.
fn overwrite(plain: &mut String, line: usize, last: &mut String) {
    if !plain[line..].trim().is_empty() {
        last.clear();
        last.push_str(&plain[line..]);
    }
    plain.truncate(line);
}

fn restore(plain: &mut String, line: usize, last: &str) {
    if plain[line..].trim().is_empty() && !last.is_empty() {
        plain.truncate(line);
        plain.push_str(last);
    }
}

/// Skips a control sequence to its end, and says whether the line is written from its start after it: `ESC[G`, `ESC[2K`.
fn moves_to_start(chars: &mut Chars<'_>) -> bool {
    let mut parameters = String::new();
    while let Some(c) = chars.next_if(|c| (' '..='?').contains(c)) {
        parameters.push(c);
    }
    match chars.next_if(|c| ('@'..='~').contains(c)) {
        Some('G') => matches!(&*parameters, "" | "0" | "1"),
        Some('K') => parameters == "2",
        _ => false,
    }
}

/// Skips a string such as a title to its end; one without an end is skipped to the end of its line.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

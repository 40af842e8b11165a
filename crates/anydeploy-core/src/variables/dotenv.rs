//! Reading desired variables from the text of a `.env` file.

use super::desired::{DesiredVariable, DesiredVariables};
use super::set::VariableScope;
use crate::{Error, ErrorKind, Result};

impl DesiredVariables {
    /// Reads the text of a `.env` file.
    ///
    /// | text | value |
    /// |---|---|
    /// | `KEY=a b # why` | `a b`: without quotes, up to a `#` after white space, without white space around it |
    /// | `KEY='a # $b'` | `a # $b`: in single quotes everything stands for itself, also across lines, and the variable is [literal](DesiredVariable::literal) |
    /// | `KEY="a\nb"` | two lines: in double quotes `\n`, `\r`, `\t`, `\\`, `\"` and `\$` are escapes; they may go across lines |
    /// | `export KEY=a` | `a` |
    /// | `KEY=` | the empty text |
    ///
    /// A reference such as `$OTHER` is not expanded.
    /// Empty lines and lines that begin with `#` are left out.
    /// A byte order mark at the beginning is left out, and a line may end in CR LF, which counts as LF also within quotes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with the number of the line, and never its text: for a line without `=`, a key with
    /// anything but ASCII letters, digits, `_`, `.` and `-`, a key that stands twice, a quote without an end, text after
    /// one, or another escape.
    pub fn from_dotenv(text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut parser = Parser { rest: &text, line: 1 };
        let mut desired = Self::new();
        while let Some((variable, line)) = parser.next()? {
            if desired.get(&variable.key, &VariableScope::Runtime).is_some() {
                return Err(at(line, &format!("the key `{}` stands in the text twice", variable.key)));
            }
            desired = desired.with(variable);
        }
        Ok(desired)
    }
}

/// White space within a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// The error of a line, without its text, which may be a secret.
fn at(line: usize, what: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("line {line} of the dotenv text cannot be read: {what}"))
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

/// The rest of a text, and the number of the line at which it begins.
struct Parser<'a> {
    rest: &'a str,
    line: usize,
}

impl Parser<'_> {
    /// The next variable with the number of its line; `None` at the end.
    fn next(&mut self) -> Result<Option<(DesiredVariable, usize)>> {
        loop {
            self.skip_blanks();
            if self.rest.is_empty() {
                return Ok(None);
            }
            if !self.rest.starts_with(['#', '\n']) {
                break;
            }
            self.take_line();
        }
        let line = self.line;
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let Some(equals) = self.rest[..end].find('=') else { return Err(at(line, "there is no `=` in it")) };
        let key = self.rest[..equals].trim();
        let key = key.strip_prefix("export").filter(|key| key.starts_with(BLANKS)).map_or(key, str::trim);
        if !is_key(key) {
            return Err(at(line, "its key is not made of ASCII letters, digits, `_`, `.` and `-`"));
        }
        let key = key.to_owned();
        self.take(equals + 1);
        let variable = match self.rest.trim_start_matches(BLANKS).chars().next() {
            Some('\'') => DesiredVariable::new(key, self.single_quoted()?).with_literal(true),
            Some('"') => DesiredVariable::new(key, self.double_quoted()?),
            _ => DesiredVariable::new(key, self.unquoted()),
        };
        Ok(Some((variable, line)))
    }

    /// A value without quotes, up to the end of the line or to a comment.
    fn unquoted(&mut self) -> String {
        let line = self.take_line();
        let is_comment = |(index, _): &(usize, &str)| line[..*index].ends_with(BLANKS);
        let end = line.match_indices('#').find(is_comment).map_or(line.len(), |(index, _)| index);
        line[..end].trim_matches(BLANKS).to_owned()
    }

    fn single_quoted(&mut self) -> Result<String> {
        let line = self.line;
        self.skip_blanks();
        self.take(1);
        let Some(end) = self.rest.find('\'') else { return Err(at(line, "its single quote has no end")) };
        let value = self.take(end).to_owned();
        self.take(1);
        self.end_of_quoted()?;
        Ok(value)
    }

    fn double_quoted(&mut self) -> Result<String> {
        let line = self.line;
        self.skip_blanks();
        self.take(1);
        let mut value = String::new();
        loop {
            let Some(special) = self.rest.find(['"', '\\']) else {
                return Err(at(line, "its double quote has no end"));
            };
            value.push_str(self.take(special));
            if self.take(1) == "\"" {
                break;
            }
            value.push(match self.rest.chars().next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(itself @ ('\\' | '"' | '$')) => itself,
                Some(_) => return Err(at(self.line, "a backslash in its double quotes is no escape; write `\\\\`")),
                None => return Err(at(line, "its double quote has no end")),
            });
            self.take(1);
        }
        self.end_of_quoted()?;
        Ok(value)
    }

    /// Takes what may follow a quote: white space, and a comment.
    fn end_of_quoted(&mut self) -> Result<()> {
        let line = self.line;
        let rest = self.take_line();
        let text = rest.trim_start_matches(BLANKS);
        if text.is_empty() || (text.starts_with('#') && text.len() < rest.len()) {
            return Ok(());
        }
        Err(at(line, "there is text after its quote"))
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(BLANKS);
    }
}

impl<'a> Parser<'a> {
    /// Takes the rest of the line, and its end.
    fn take_line(&mut self) -> &'a str {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = self.take(end);
        self.take(1.min(self.rest.len()));
        line
    }

    /// Takes this many bytes.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let desired = DesiredVariables::from_dotenv(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        desired.iter().map(|variable| (variable.key.clone(), variable.value.expose().to_owned())).collect()
    }

    fn refused(text: &str) -> String {
        DesiredVariables::from_dotenv(text).unwrap_err().to_string()
    }

    #[test]
    fn each_form_of_a_line_is_read() {
        let table = [
            ("KEY=a b # why", "a b"),
            ("KEY=a#b", "a#b"),
            ("KEY=#a", "#a"),
            ("KEY= # why", ""),
            ("KEY=\t#", ""),
            ("KEY=", ""),
            ("KEY", ""),
            ("  export \t KEY = a=b ", "a=b"),
            ("export.KEY=a", "a"),
            ("KEY='a # $b\\n' # why", "a # $b\\n"),
            ("KEY='a\nb'", "a\nb"),
            ("KEY=\"a\\nb\\r\\t\\\\\\\"\\$c $d\"\t# why", "a\nb\r\t\\\"$c $d"),
            ("KEY=\"a\nb\"", "a\nb"),
            ("KEY=a\"b\" 'c'", "a\"b\" 'c'"),
            ("KEY=größe \u{1f600}\u{a0}", "größe \u{1f600}\u{a0}"),
        ];
        for (text, value) in table {
            if text == "KEY" {
                assert!(refused(text).contains("line 1"), "{text}");
                continue;
            }
            let [(_, read)] = &read(text)[..] else { panic!("{text:?}") };
            assert_eq!(read, value, "{text:?}");
        }
    }

    #[test]
    fn comments_empty_lines_a_byte_order_mark_and_line_ends_of_windows_are_no_part_of_a_value() {
        let text = "\u{feff}# first\r\n\r\nA=1\r\n  # second\r\nB='x\r\ny'\r\n";
        let expected = [("A", "1"), ("B", "x\ny")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read(text), expected);
    }

    #[test]
    fn only_single_quotes_make_a_value_literal() {
        let desired = DesiredVariables::from_dotenv("A='$B'\nC=\"$B\"\nD=$B").unwrap();
        let literal: Vec<_> = desired.iter().map(|variable| variable.literal).collect();
        assert_eq!(literal, [Some(true), None, None]);
    }

    #[test]
    fn an_error_names_the_line_and_never_shows_it() {
        let table = [
            ("A=1\nhunter2", "line 2", "no `=`"),
            ("A=1\n\nB='hunter2\n\n", "line 3", "single quote has no end"),
            ("A=\"hunter2\\", "line 1", "double quote has no end"),
            ("A=\"\n\\x hunter2\"", "line 2", "is no escape"),
            ("A='x\ny' hunter2", "line 2", "text after its quote"),
            ("A='x'#hunter2", "line 1", "text after its quote"),
            ("hunter2 =1=\nhunter 2=3", "line 2", "its key"),
            ("=hunter2", "line 1", "its key"),
            ("A=hunter2\nB=2\nA=3", "line 3", "the key `A` stands in the text twice"),
        ];
        for (text, line, what) in table {
            let error = refused(text);
            assert!(error.contains(&format!("{line} of")) && error.contains(what), "{text:?}: {error}");
            assert!(!error.contains("hunter"), "{error}");
        }
    }
}

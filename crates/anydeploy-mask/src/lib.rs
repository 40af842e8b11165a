//! Takes secrets and control sequences out of text that a server or a build wrote, before it is shown.
//!
//! * [`mask`] replaces secrets, recognised by their form or their place, with `[redacted]`.
//! * [`plain`] removes control sequences, and keeps the last state of a progress line.
//! * [`one_line`] does both, for a sentence in an error or an outcome.
//!
//! Servers put raw exceptions into their answers, with commands and SQL in them (seen on Dokploy 0.30.2), and the last
//! line of a failed build often holds the command that failed.
//! A mask is a safety net: a secret whose form and place it does not know stays in the text.
//!
//! It has no dependencies, so that `anydeploy-core` and `anydeploy-wire` share it without knowing each other.

mod cover;
mod names;
mod plain;
mod shapes;
mod shell;
mod urls;
mod words;

use cover::Cover;
pub use plain::plain;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// The longest text that is kept, in characters.
pub const LONGEST: usize = 4096;

/// What only secrets may follow: the values of a failed SQL statement, and the head of a key.
const ENDS: [&str; 2] = ["\nparams:", "-----BEGIN"];

/// Replaces secrets with `[redacted]`; of a text longer than 4096 characters the beginning is kept.
///
/// It covers:
/// * what precedes the `@` in a URL of any scheme;
/// * the value after a name such as `password=`, `"token":`, `--secret`, or `STRIPE_KEY=`;
/// * the value of an `Authorization` or `Cookie` header;
/// * what a shell pipes into a login, and the password arguments of `curl`, `mysql`, `sshpass`, `redis-cli` and others;
/// * tokens that are known by their form, such as `ghp_…`, `glpat-…`, `npm_…`, a JWT, or Coolify's `1|…`;
/// * private keys and certificates, as PEM (with everything after) and as base64.
///
/// A bare lower-case `key=` is left alone, because caches, queries and JSON use it for what is no secret.
///
/// ```
/// use anydeploy_mask::mask;
///
/// assert_eq!(mask("clone https://u:pw@git.example/x failed"), "clone https://[redacted]@git.example/x failed");
/// assert_eq!(mask("The token is invalid."), "The token is invalid.");
/// ```
#[must_use]
pub fn mask(text: &str) -> String {
    let text = ENDS.iter().fold(beginning(text), |text, end| text.split(end).next().unwrap_or_default());
    let mut cover = Cover::new(text);
    urls::cover(&mut cover);
    names::cover(&mut cover);
    shell::cover(&mut cover);
    shapes::cover(&mut cover);
    cover.into_masked()
}

/// The text on one line, without control sequences and secrets: what a server's own words become when they are shown.
#[must_use]
pub fn one_line(text: &str) -> String {
    // Lines are kept until the mask has read them, because some secrets end with their line.
    let masked = match beginning(text) {
        "" => start_of_word(text),
        start => of_lines(start),
    };
    let mut line = String::with_capacity(masked.len());
    for word in masked.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Lines without control sequences and secrets.
///
/// Secrets are searched for before and after control sequences are removed: a sequence may stand inside the name of a
/// secret, and one that is not well formed may swallow the first letter of it.
fn of_lines(text: &str) -> String {
    mask(&plain::lines(&mask(text)))
}

/// The first letters of a single word that is longer than the limit, masked; they are as far from the cut as they can be.
fn start_of_word(word: &str) -> String {
    let start = |text: &str, length| text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
    let mut masked = of_lines(&word[..start(word, LONGEST)]);
    masked.truncate(start(&masked, LONGEST / 4));
    masked
}

/// The first words of a text: more than are shown, and few enough to search each.
fn beginning(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
    // Half a word may be half a secret, which is not known for one.
    text[..end].rsplit_once(char::is_whitespace).map_or("", |(whole, _)| whole)
}

#[cfg(test)]
mod tests;

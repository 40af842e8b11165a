//! Values after the names of secrets.

use crate::cover::Cover;
use crate::words::length;

/// A name that holds one of these, whatever its case and without `_` and `-`, may stand before a secret.
const TELLTALES: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
    "authorization",
    "cookie",
];

/// A part of a name in capitals, between underscores, that says that a secret follows.
const CAPITALS: [&str; 19] = [
    "KEY",
    "KEYS",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "TOKENS",
    "PASS",
    "PASSWORD",
    "PWD",
    "PW",
    "CRED",
    "CREDS",
    "CREDENTIAL",
    "CREDENTIALS",
    "DSN",
    "AUTH",
    "PRIVATE",
    "SIGNATURE",
    "SALT",
];

/// A word in capitals that ends with one of these is like one with an underscore before it.
const ENDINGS: [&str; 4] = ["KEY", "PASS", "PWD", "AUTH"];

/// These say so before `=`, or in quotes before a colon; in a sentence they are ordinary words.
const ASSIGNED: [&str; 9] = ["pass", "pwd", "pw", "auth", "_auth", "dsn", "sig", "signature", "x-amz-signature"];

/// Words that stand between a name and its secret.
const SCHEMES: [&str; 7] = ["bearer", "token", "basic", "digest", "negotiate", "apikey", "aws4-hmac-sha256"];

/// Words before a name after which its value follows without a sign: `ENV NAME value`, `config set NAME value`.
const SETTERS: [&str; 3] = ["set", "setenv", "ENV"];

/// Hides whatever follows `password=`, `"token":`, `--secret`, `STRIPE_KEY=` and the like.
pub(crate) fn cover(cover: &mut Cover<'_>) {
    let text = cover.text();
    let mut read = 0;
    while let Some((name, mut secret)) = secret_after(text, read) {
        // What is taken for a secret may itself be a name with one after it.
        read = name.end;
        // `x-access-token:` is the user of a URL, which is hidden up to the host and no further.
        if cover.hides(name.start) && cover.hides(secret) {
            continue;
        }
        let mut end = secret + length(&text[secret..]);
        if SCHEMES.contains(&&*text[secret..end].to_ascii_lowercase()) {
            secret = text.len() - text[end..].trim_start().len();
            end = secret + length(&text[secret..]);
        }
        // A cookie header holds several pairs.
        if normal(&text[name.clone()]).ends_with("cookie") && text[..secret].trim_end().ends_with(':') {
            end = text[secret..].find(['\n', '"', '\'']).map_or(text.len(), |length| secret + length).max(end);
        }
        cover.hide(secret, end);
    }
}

/// The next name that a secret follows, and where the secret begins.
fn secret_after(text: &str, read: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let mut end = read;
    while let Some(start) = text[end..].find(is_part_of_name) {
        let start = end + start;
        end = text[start..].find(|c| !is_part_of_name(c)).map_or(text.len(), |length| start + length);
        if let Some(secret) = value_of(&text[..start], &text[start..end], &text[end..]) {
            return Some((start..end, text.len() - secret.len()));
        }
    }
    None
}

/// What follows a name up to the end of the text, if the name says that a secret begins there.
fn value_of<'a>(before: &str, name: &str, tail: &'a str) -> Option<&'a str> {
    let between = |c: char| c.is_whitespace() || "\"'`\\])".contains(c);
    let sign = tail.trim_start_matches(between);
    let assigned = sign.starts_with('=');
    let is_quoted = before.ends_with(['"', '\'']) && tail.trim_start_matches('\\').starts_with(['"', '\'']);
    let telltale = is_telltale(name) && !is_syntax(before, name);
    let secret = if telltale || in_capitals(name, assigned) || ((assigned || is_quoted) && is_assigned(name)) {
        match sign.strip_prefix(['=', ':']) {
            Some(after) => after.trim_start_matches(|c: char| c.is_whitespace() || "=:>".contains(c)),
            None if !tail.starts_with(char::is_whitespace) => return None,
            // `--password hunter2`, but not `--password-stdin`.
            None if is_flag(name) || is_set(before) => tail.trim_start(),
            None => return None,
        }
    } else {
        return None;
    };
    // The working directory is no password.
    let is_directory = matches!(name, "PWD" | "OLDPWD" | "pwd") && secret.starts_with('/');
    (!secret.is_empty() && !is_directory).then_some(secret)
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn normal(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_telltale(name: &str) -> bool {
    let name = normal(name);
    TELLTALES.iter().any(|telltale| name.contains(telltale))
}

/// Whether `token` is a word of a parser's message, as in `Unexpected token: )`.
fn is_syntax(before: &str, name: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default().to_ascii_lowercase();
    name == "token" && last.ends_with("expected")
}

/// Whether a name in capitals stands for a secret; a single word does so only where a value is assigned.
fn in_capitals(name: &str, assigned: bool) -> bool {
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(is_capital) || !(assigned || name.contains('_')) {
        return false;
    }
    name.split('_').any(|part| CAPITALS.contains(&part)) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn is_assigned(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ASSIGNED.contains(&&*name)
}

fn is_flag(name: &str) -> bool {
    name.starts_with("--") && TELLTALES.iter().any(|telltale| normal(name).ends_with(telltale))
}

fn is_set(before: &str) -> bool {
    let mut words = before.split_whitespace().rev();
    // npm's names begin with the address of a registry: `config set //host/:_authToken value`.
    let last = words.next().unwrap_or_default();
    let setter = if before.ends_with(char::is_whitespace) { last } else { words.next().unwrap_or_default() };
    SETTERS.contains(&setter)
}

//! Takes secrets out of a sentence that a server wrote.

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

/// Words that stand between a name and its secret.
const SCHEMES: [&str; 3] = ["bearer", "token", "basic"];

/// What only secrets may follow: the values of a failed SQL statement, and the head of a key.
const ENDS: [&str; 2] = ["\nparams:", "-----BEGIN"];

/// The first words of a sentence: more than are kept, and few enough to look at each.
pub(super) fn beginning(sentence: &str) -> &str {
    const LONGEST: usize = 4096;
    let Some((end, _)) = sentence.char_indices().nth(LONGEST) else { return sentence };
    // Half a word may be half a secret, which is not known for one.
    sentence[..end].rsplit_once(char::is_whitespace).map_or("", |(whole, _)| whole)
}

/// Masks passwords in URLs and whatever follows `password=`, `"token":`, `--secret` and the like.
///
/// Servers put raw exceptions into their answers, with commands and SQL in them (seen on Dokploy).
/// Of a long text the beginning is kept.
pub(crate) fn mask(sentence: &str) -> String {
    let sentence =
        ENDS.iter().fold(beginning(sentence), |sentence, end| sentence.split(end).next().unwrap_or_default());
    let text = &*without_userinfo(sentence);
    let mut masked = String::with_capacity(text.len());
    let (mut read, mut hidden) = (0, 0);
    while let Some((name, mut secret)) = secret_after(text, read) {
        // What is taken for a secret may itself be a name with one after it.
        read = name;
        let mut end = secret + length(&text[secret..]);
        if SCHEMES.contains(&&*text[secret..end].to_ascii_lowercase()) {
            secret = text.len() - text[end..].trim_start().len();
            end = secret + length(&text[secret..]);
        }
        if secret > hidden {
            masked.extend([&text[hidden..secret], if secret < end { "[redacted]" } else { "" }]);
        }
        hidden = hidden.max(end);
        if hidden == text.len() {
            break;
        }
    }
    masked.push_str(&text[hidden..]);
    masked
}

fn without_userinfo(sentence: &str) -> String {
    let mut masked = String::with_capacity(sentence.len());
    for word in sentence.split_inclusive(char::is_whitespace) {
        match word.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
            Some((scheme, host)) => masked.extend([scheme, "://[redacted]@", host]),
            None => masked.push_str(word),
        }
    }
    masked
}

/// Where the next name ends that a secret follows, and where the secret begins.
fn secret_after(text: &str, read: usize) -> Option<(usize, usize)> {
    let mut end = read;
    while let Some(start) = text[end..].find(is_part_of_name) {
        let start = end + start;
        end = text[start..].find(|c| !is_part_of_name(c)).map_or(text.len(), |length| start + length);
        let (name, tail) = (&text[start..end], &text[end..]);
        if !is_telltale(name) {
            continue;
        }
        let between = |c: char| c.is_whitespace() || "\"'`\\])".contains(c);
        let secret = match tail.trim_start_matches(between).strip_prefix(['=', ':']) {
            Some(after) => after.trim_start_matches(|c: char| c.is_whitespace() || "=:>".contains(c)),
            // `--password hunter2`, but not `--password-stdin`.
            None if is_flag(name) && tail.starts_with(char::is_whitespace) => tail.trim_start(),
            None => continue,
        };
        if !secret.is_empty() {
            return Some((end, text.len() - secret.len()));
        }
    }
    None
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

fn is_flag(name: &str) -> bool {
    name.starts_with("--") && TELLTALES.iter().any(|telltale| normal(name).ends_with(telltale))
}

/// How long the secret is that a text begins with: to the end of its quotes, or of the word.
fn length(text: &str) -> usize {
    let open = text.len() - text.trim_start_matches('\\').len() + 1;
    let quote = text.get(..open).filter(|quote| quote.ends_with(['"', '\'', '`']));
    // A quote of the text itself has one more backslash before it.
    let closed = quote.map(|quote| {
        let mut quotes = text.match_indices(quote).skip(1).filter(|(at, _)| !text[..*at].ends_with('\\'));
        quotes.next().map_or(text.len(), |(at, _)| at + quote.len())
    });
    let closed = closed.unwrap_or_default();
    let is_end = |c: char| c.is_whitespace() || (closed > 0 && ",;)]}\\".contains(c));
    text[closed..].find(is_end).map_or(text.len(), |length| closed + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn passwords_and_tokens_are_masked() {
        let cases = [
            ("clone https://u:hunter2@git.example/x failed", "clone https://[redacted]@git.example/x failed"),
            ("get https://u:hunter2@h/?token=hunter2 now", "get https://[redacted]@h/?token=[redacted] now"),
            ("env PASSWORD=hunter2 was refused", "env PASSWORD=[redacted] was refused"),
            ("AWS_SECRET_ACCESS_KEY=hunter2 x", "AWS_SECRET_ACCESS_KEY=[redacted] x"),
            ("password: hunter2", "password: [redacted]"),
            ("password = hunter2", "password = [redacted]"),
            ("user[password]=hunter2", "user[password]=[redacted]"),
            (r#"password: "hunter 2" and on"#, "password: [redacted] and on"),
            ("Authorization: Bearer hunter2 was refused", "Authorization: Bearer [redacted] was refused"),
            ("Authorization:Bearer hunter2", "Authorization:Bearer [redacted]"),
            ("docker login --password hunter2 failed", "docker login --password [redacted] failed"),
            ("docker login --password 'hunter 2' failed", "docker login --password [redacted] failed"),
            ("x-api-key=hunter2", "x-api-key=[redacted]"),
            (r#"{"privateKey": "hunter\" 2"}"#, r#"{"privateKey": [redacted]}"#),
            (r#"{"token":"hunter2","password":"x"}"#, r#"{"token":[redacted],"password":[redacted]}"#),
            (r#""{\"token\":\"hunter 2\",\"a\":1}""#, r#""{\"token\":[redacted],\"a\":1}""#),
            ("password: 'hunter 2", "password: [redacted]"),
            ("token: (password: hunter2", "token: [redacted] [redacted]"),
            ("token: password = hunter2", "token: [redacted] = [redacted]"),
            ("token: Bearer", "token: Bearer"),
            ("the key -----BEGIN OPENSSH PRIVATE KEY----- hunter2", "the key "),
            ("Failed query: insert into x\nparams: hunter2", "Failed query: insert into x"),
        ];
        for (sentence, masked) in cases {
            assert_eq!(mask(sentence), masked);
        }
    }

    #[test]
    fn an_ordinary_sentence_is_left_alone() {
        for sentence in [
            "Invalid token.",
            "The token field is required.",
            "Missing required permissions: deploy",
            "docker login --password-stdin ghcr.io",
            "Invalid token:",
            "see https://host.example/docs: it says more",
        ] {
            assert_eq!(mask(sentence), sentence);
        }
    }

    proptest! {
        #[test]
        fn what_follows_a_telltale_is_gone(
            before in "[a-z ]{0,20}",
            prefix in "([A-Z]{1,8}_)?",
            telltale in prop::sample::select(&TELLTALES),
            suffix in "(_[A-Z]{1,8})?",
            joint in r#"["'\])]{0,2} ?(=|:|=>|:=) ?(Bearer |basic )?"#,
            quote in r#"|"|'|`|\\""#,
            secret in "hunter2[^\"'`\\\\\\s]{0,8}",
        ) {
            let sentence = format!("{before} {prefix}{telltale}{suffix}{joint}{quote}{secret}{quote} after");
            let masked = mask(&sentence);
            prop_assert!(!masked.contains("hunter2"), "{}", masked);
            prop_assert!(masked.ends_with(" after"), "{}", masked);
        }

        #[test]
        fn a_quoted_secret_is_gone_to_its_last_word(words in "[^\"\\\\]{0,20}hunter2[^\"\\\\]{0,20}", rest in ".{0,20}") {
            let masked = mask(&format!(r#"{{"password":"{words}","rest":1}}{rest}"#));
            prop_assert!(!masked.contains("hunter2"), "{}", masked);
        }

        #[test]
        fn a_password_in_a_url_is_gone(user in "[a-z]{0,8}", secret in "hunter2[!-~]{0,12}", host in "[a-z.]{1,12}") {
            let masked = mask(&format!("cannot reach x://{user}:{secret}@{host}/ at all"));
            prop_assert!(!masked.contains("hunter2"), "{}", masked);
        }

        #[test]
        fn any_text_is_read_and_only_secrets_are_taken_out(text in any::<String>(), tokens in telling()) {
            let masked = mask(&text);
            prop_assert!(masked.len() <= text.len() * "x:[redacted]".len());
            if !masked.contains("[redacted]") {
                prop_assert!(text.starts_with(&masked));
            }
            mask(&tokens);
        }
    }

    /// Text of the signs that mean something here.
    fn telling() -> impl Strategy<Value = String> {
        let part =
            prop::sample::select(&["token", "--token", "=", ":", "\"", "\\", "'", " ", "é", "://", "@", "bearer"]);
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }
}

//! Takes secrets out of a sentence that a server wrote.

/// Words after which a server's sentence may give a secret away.
const TELLTALES: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "private_key",
    "access_key",
    "credential",
    "authorization",
];

/// Words that stand between a telltale and its secret.
const SCHEMES: [&str; 3] = ["bearer", "token", "basic"];

/// Masks passwords in URLs and whatever follows `password=`, `token:`, `--secret` and the like.
///
/// Servers put raw exceptions into their answers, with commands and SQL in them (seen on Dokploy).
pub(crate) fn mask(sentence: &str) -> String {
    // The values of a failed SQL statement follow this word.
    let sentence = sentence.split("\nparams:").next().unwrap_or_default();
    let mut masked = String::with_capacity(sentence.len());
    let mut secret_follows = false;
    for word in sentence.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end();
        let space = &word[trimmed.len()..];
        if secret_follows && !trimmed.is_empty() {
            let is_scheme = SCHEMES.contains(&&*trimmed.to_ascii_lowercase());
            masked.push_str(if is_scheme { trimmed } else { "[redacted]" });
            secret_follows = is_scheme;
        } else {
            secret_follows |= mask_word(trimmed, &mut masked);
        }
        masked.push_str(space);
    }
    masked
}

/// Appends a word without its secret, and tells whether the next word is one.
fn mask_word(word: &str, masked: &mut String) -> bool {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((_, host)) = rest.rsplit_once('@')
    {
        masked.extend([scheme, "://[redacted]@", host]);
        return false;
    }
    let lower = word.to_ascii_lowercase();
    let first = TELLTALES.iter().filter_map(|telltale| Some((lower.find(telltale)?, telltale.len()))).min();
    let Some((at, length)) = first else {
        masked.push_str(word);
        return false;
    };
    let rest = word[at + length..].trim_start_matches(['"', '\'']);
    match rest.strip_prefix(['=', ':']) {
        Some("") => {
            masked.push_str(word);
            true
        }
        Some(value) => {
            masked.push_str(&word[..word.len() - value.len()]);
            masked.push_str("[redacted]");
            false
        }
        None => {
            masked.push_str(word);
            word.starts_with("--") && rest.is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn passwords_and_tokens_are_masked() {
        let cases = [
            ("clone https://u:hunter2@git.example/x failed", "clone https://[redacted]@git.example/x failed"),
            ("env PASSWORD=hunter2 was refused", "env PASSWORD=[redacted] was refused"),
            ("password: hunter2", "password: [redacted]"),
            ("Authorization: Bearer hunter2 was refused", "Authorization: Bearer [redacted] was refused"),
            ("docker login --password hunter2 failed", "docker login --password [redacted] failed"),
            ("x-api-key=hunter2", "x-api-key=[redacted]"),
            (r#"{"token":"hunter2","password":"x"}"#, r#"{"token":[redacted]"#),
            ("Failed query: insert into x\nparams: hunter2", "Failed query: insert into x"),
        ];
        for (sentence, masked) in cases {
            assert_eq!(mask(sentence), masked);
        }
    }

    #[test]
    fn an_ordinary_sentence_is_left_alone() {
        for sentence in ["Invalid token.", "The token field is required.", "Missing required permissions: deploy"] {
            assert_eq!(mask(sentence), sentence);
        }
    }

    proptest! {
        #[test]
        fn what_follows_a_telltale_is_gone(before in "[a-z ]{0,20}", telltale in 0..TELLTALES.len(), joint in "=|:|: ") {
            let sentence = format!("{before} {}{joint}hunter2 after", TELLTALES[telltale]);
            prop_assert!(!mask(&sentence).contains("hunter2"), "{}", mask(&sentence));
        }
    }
}

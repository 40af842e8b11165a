//! Takes secrets out of a sentence that a server wrote.

/// Words after which a server's sentence may give a secret away.
const TELLTALES: [&str; 7] = ["password", "passwd", "secret", "token", "api_key", "apikey", "authorization"];

/// Masks passwords in URLs and whatever follows `password=`, `token:` and the like.
///
/// Servers put raw exceptions into their answers, with commands and SQL in them (seen on Dokploy).
pub(crate) fn mask(sentence: &str) -> String {
    // The values of a failed SQL statement follow this word.
    let sentence = sentence.split("\nparams:").next().unwrap_or_default();
    let mut masked = String::with_capacity(sentence.len());
    for word in sentence.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end();
        masked.push_str(&mask_word(trimmed));
        masked.push_str(&word[trimmed.len()..]);
    }
    masked
}

fn mask_word(word: &str) -> String {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((_, host)) = rest.rsplit_once('@')
    {
        return format!("{scheme}://[redacted]@{host}");
    }
    let lower = word.to_ascii_lowercase();
    for telltale in TELLTALES {
        let Some(at) = lower.find(telltale) else { continue };
        let rest = &word[at + telltale.len()..];
        let rest = rest.trim_start_matches(['"', '\'']);
        if let Some(value) = rest.strip_prefix(['=', ':'])
            && !value.is_empty()
        {
            let kept = word.len() - value.len();
            return format!("{}[redacted]", &word[..kept]);
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_are_masked() {
        let cases = [
            ("clone https://u:hunter2@git.example/x failed", "clone https://[redacted]@git.example/x failed"),
            ("env PASSWORD=hunter2 was refused", "env PASSWORD=[redacted] was refused"),
            (r#"{"token":"hunter2"}"#, r#"{"token":[redacted]"#),
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
}

//! The forms of a token, and why a text cannot be one.

/// Why a text cannot be a token, if it cannot; it is never repeated.
pub(crate) fn token_mismatch(token: &str) -> Option<&'static str> {
    let starts = |prefix: &str| token.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let schemes = ["Bearer ", "Token ", "Basic ", "Authorization:", "x-api-key:"];
    if token.is_empty() {
        Some("is empty")
    } else if token.starts_with(['"', '\'', '`']) || token.ends_with(['"', '\'', '`']) {
        Some("stands in quotes; give it without them")
    } else if schemes.into_iter().any(starts) {
        Some("begins with how it is presented; give what follows that alone")
    } else if token.starts_with(['$', '<']) || token.contains("${") || token.contains("{{") || token.starts_with('%') {
        Some("is the name of a variable that was not replaced; give its value")
    } else if token.contains(char::is_whitespace) {
        Some("holds white space within; give one token")
    } else {
        None
    }
}

/// Whether a token is a JWT: three parts of base64url with dots between, the first of them an object.
#[must_use]
pub fn is_jwt(token: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let parts: Vec<_> = token.trim().split('.').collect();
    // The base64 of `{` is `e` and one of the last sixteen letters of its alphabet.
    let is_object = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next() == Some(b'e')
            && bytes.next().is_some_and(|byte| matches!(byte, b'w'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    parts.len() == 3 && parts.iter().all(|part| is_part(part)) && is_object(parts[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_cannot_be_a_token_is_refused_without_being_repeated() {
        for token in [
            "",
            "\"1|planted\"",
            "'planted'",
            "Bearer 1|planted",
            "bearer planted",
            "Token planted",
            "Basic planted",
            "Authorization: Bearer planted",
            "x-api-key: planted",
            "${COOLIFY_TOKEN}",
            "$TOKEN",
            "{{ planted }}",
            "<token>",
            "%TOKEN%",
            "plan ted",
            "plan\nted",
        ] {
            let reason = token_mismatch(token).unwrap_or_else(|| panic!("{token}"));
            assert!(!reason.contains("plan"), "{reason}");
        }
        for token in ["1|abc", "eyJ.e.x", "bearer", "token-of-mine", "a$b"] {
            assert_eq!(token_mismatch(token), None, "{token}");
        }
    }

    #[test]
    fn a_jwt_is_distinguished_from_a_token_by_its_form() {
        for token in ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-", " eyJh.e30.x\n", "ewogICJ0Ijox.e30.x"] {
            assert!(is_jwt(token), "{token}");
        }
        for token in
            ["qov_abc", "a.b.c", "eyJh.e30", "eyJh.e30.", "eyJh..x", "eyJh.e30.x.y", "eyJh.e+0.x", "W10.e30.x", ""]
        {
            assert!(!is_jwt(token), "{token}");
        }
    }
}

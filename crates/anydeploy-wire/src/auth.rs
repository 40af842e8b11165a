//! Credentials, as the header that carries them.

use std::fmt;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::secret::Secret;

/// How a client proves who it is.
///
/// `Debug` shows the header and the scheme, never the secret.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::Auth;
///
/// let auth = Auth::header("x-api-key", "planted");
/// assert_eq!(format!("{auth:?}"), "Auth(x-api-key: [redacted])");
/// ```
#[derive(Clone)]
pub struct Auth {
    header: String,
    scheme: Option<String>,
    secret: Secret,
}

impl Auth {
    /// `Authorization: Bearer …`
    pub fn bearer(secret: impl Into<Secret>) -> Self {
        Self::scheme("Bearer", secret)
    }

    /// `Authorization: <scheme> …`, such as `Token`.
    pub fn scheme(scheme: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { header: AUTHORIZATION.to_string(), scheme: Some(scheme.into()), secret: secret.into() }
    }

    /// A header of its own, such as `x-api-key`, that holds the secret alone.
    pub fn header(name: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { header: name.into(), scheme: None, secret: secret.into() }
    }

    pub(crate) fn to_header(&self) -> Result<(HeaderName, HeaderValue), String> {
        sensitive_header(&self.header, self.scheme.as_deref(), &self.secret, "the token")
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_deref().map(|scheme| format!("{scheme} ")).unwrap_or_default();
        write!(f, "Auth({}: {scheme}[redacted])", self.header)
    }
}

/// Builds a header whose value no `Debug` prints; the reason of a refusal calls it `what`.
pub(crate) fn sensitive_header(
    name: &str,
    scheme: Option<&str>,
    secret: &Secret,
    what: &str,
) -> Result<(HeaderName, HeaderValue), String> {
    let header =
        HeaderName::try_from(name).map_err(|_| "a header's name holds a character that is not allowed".to_owned())?;
    let text = secret.expose();
    let reason = if text.is_empty() {
        "is empty"
    } else if text.trim() != text {
        // A token read from a file often ends in a line break, which servers answer with a bare 400.
        "begins or ends with white space"
    } else if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        "holds a character that is not allowed"
    } else {
        let text = scheme.map_or_else(|| text.to_owned(), |scheme| format!("{scheme} {text}"));
        let mut value = HeaderValue::try_from(text).map_err(|_| "the scheme of a header is not allowed")?;
        value.set_sensitive(true);
        return Ok((header, value));
    };
    Err(format!("{what} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_makes_its_header() {
        let header = |auth: Auth| {
            let (name, value) = auth.to_header().unwrap();
            assert!(value.is_sensitive());
            format!("{name}: {}", value.to_str().unwrap())
        };
        assert_eq!(header(Auth::bearer("t")), "authorization: Bearer t");
        assert_eq!(header(Auth::scheme("Token", "t")), "authorization: Token t");
        assert_eq!(header(Auth::header("X-API-Key", "t")), "x-api-key: t");
    }

    #[test]
    fn a_refused_secret_is_not_printed() {
        for text in ["", "planted\n", " planted", "plan\nted", "plan\0ted", "plantéd"] {
            let reason = Auth::bearer(text).to_header().unwrap_err();
            assert!(reason.starts_with("the token ") && !reason.contains("plan"), "{reason}");
        }
        let reason = Auth::header("planted name", "t").to_header().unwrap_err();
        assert!(!reason.contains("planted"), "{reason}");
    }
}

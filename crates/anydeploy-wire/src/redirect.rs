//! Where a redirect points to, which is never followed.

use std::fmt;

use reqwest::{Response, Url, header::LOCATION};

/// Segments of a path that lead to a login.
const LOGIN_SEGMENTS: [&str; 15] = [
    "login",
    "signin",
    "sign-in",
    "sign_in",
    "log-in",
    "auth",
    "oauth",
    "oauth2",
    "authorize",
    "sso",
    "saml",
    "saml2",
    "access",
    "authenticate",
    "outpost.goauthentik.io",
];

/// Where a response redirects to.
///
/// Only the origin is kept, because path and query may hold a token.
/// `Display` is a part of a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    origin: Option<String>,
    kind: RedirectKind,
}

/// What a redirect means for a caller of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RedirectKind {
    /// To `https` on the same host.
    ToHttps,
    /// To a login, on any host.
    Login,
    /// To another path of the same host.
    SameHost,
    /// To another host.
    OtherHost,
    /// To nowhere: the response does not say where, or not in a way that can be read.
    Nowhere,
}

impl Redirect {
    /// The origin it points to, such as `https://host:8000`.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> RedirectKind {
        self.kind
    }

    pub(crate) fn of(response: &Response) -> Option<Self> {
        if !response.status().is_redirection() {
            return None;
        }
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let target = location.and_then(|location| response.url().join(location).ok());
        Some(target.map_or(Self { origin: None, kind: RedirectKind::Nowhere }, |to| Self::between(response.url(), &to)))
    }

    fn between(from: &Url, to: &Url) -> Self {
        let origin = to.origin();
        let kind = if !origin.is_tuple() {
            RedirectKind::Nowhere
        } else if is_login(to) {
            RedirectKind::Login
        } else if from.host_str() != to.host_str() {
            RedirectKind::OtherHost
        } else if from.scheme() == "http" && to.scheme() == "https" {
            RedirectKind::ToHttps
        } else {
            RedirectKind::SameHost
        };
        Self { origin: origin.is_tuple().then(|| origin.ascii_serialization()), kind }
    }
}

fn is_login(url: &Url) -> bool {
    let mut segments = url.path_segments().into_iter().flatten().map(str::to_ascii_lowercase);
    segments.any(|segment| segment.starts_with("cdn-cgi") || LOGIN_SEGMENTS.contains(&&*segment))
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(origin) = &self.origin else {
            return f.write_str("which points nowhere");
        };
        write!(f, "which points to {origin} and is not followed; ")?;
        match self.kind {
            RedirectKind::ToHttps => write!(f, "use {origin} as the URL"),
            RedirectKind::Login => f.write_str("an access proxy asks for a login: set its headers with `header`"),
            RedirectKind::SameHost => f.write_str("check the path of the URL"),
            RedirectKind::OtherHost | RedirectKind::Nowhere => f.write_str(
                "if an access proxy asks for a login there, set its headers with `header`; if the platform has moved, use \
                 that address as the URL",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_says_what_to_do_and_shows_no_path() {
        let cases = [
            (
                "http://c.example/api",
                "https://c.example/api?planted",
                RedirectKind::ToHttps,
                "use https://c.example as",
            ),
            ("http://c.example:8000/api", "https://c.example/", RedirectKind::ToHttps, "use https://c.example as"),
            (
                "https://c.example/api",
                "https://team.cloudflareaccess.com/cdn-cgi/access/login/planted",
                RedirectKind::Login,
                "https://team.cloudflareaccess.com and is not followed; an access proxy asks for a login",
            ),
            ("https://c.example/api", "/login?rd=planted", RedirectKind::Login, "set its headers"),
            ("http://c.example/api", "https://c.example/oauth2/start?rd=planted", RedirectKind::Login, "a login"),
            ("https://c.example/api", "https://auth.example/?planted", RedirectKind::OtherHost, "https://auth.example"),
            ("https://c.example/api", "https://new.example/api", RedirectKind::OtherHost, "has moved"),
            ("https://c.example/api", "/api/", RedirectKind::SameHost, "the path of the URL"),
            ("https://c.example/api", "mailto:planted", RedirectKind::Nowhere, "nowhere"),
        ];
        for (from, to, kind, words) in cases {
            let from = Url::parse(from).unwrap();
            let redirect = Redirect::between(&from, &from.join(to).unwrap());
            let text = redirect.to_string();
            assert_eq!(redirect.kind(), kind, "{to}");
            assert!(text.contains(words) && !text.contains("planted"), "{text}");
        }
    }
}

//! Which proxy requests go through.

use std::fmt;

use reqwest::{ClientBuilder, Url};

use crate::{base_url::is_loopback, secret::Secret};

/// Which proxy requests go through.
#[derive(Clone, Default)]
pub(crate) enum Proxy {
    /// What the environment sets, by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    Environment,
    /// No proxy, even if the environment sets one.
    Direct,
    /// This one, for every request; its URL may hold a password.
    Url(Secret),
}

/// A proxy that was checked.
pub(crate) enum Route {
    Environment,
    Direct,
    Through(Url),
}

impl Proxy {
    /// Checks the URL; the reason of a refusal does not repeat it.
    pub(crate) fn route(&self) -> Result<Route, String> {
        let url = match self {
            Self::Environment => return Ok(Route::Environment),
            Self::Direct => return Ok(Route::Direct),
            Self::Url(url) => url.expose().trim(),
        };
        let refuse = |reason: &str| Err(format!("the proxy's URL {reason}"));
        let Some((scheme, _)) = url.split_once("://") else {
            return refuse("has no scheme; begin it with http:// or https://");
        };
        if !matches!(&*scheme.to_ascii_lowercase(), "http" | "https") {
            return refuse("is neither http nor https");
        }
        let Ok(url) = Url::parse(url) else { return refuse("is not a URL") };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refuse("holds more than an address, such as http://proxy.example:3128");
        }
        Ok(Route::Through(url))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("Environment"),
            Self::Direct => f.write_str("Direct"),
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
        }
    }
}

impl Route {
    /// Whether the way to the proxy itself is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        matches!(self, Self::Through(url) if url.scheme() == "https")
    }

    /// Whether the proxy is on another machine, so that even an unencrypted request to this machine leaves it.
    pub(crate) fn leaves_this_machine(&self) -> bool {
        matches!(self, Self::Through(url) if !is_loopback(url))
    }

    /// The origin of the proxy that was set, without its credentials.
    pub(crate) fn origin(&self) -> Option<String> {
        match self {
            Self::Through(url) => Some(url.origin().ascii_serialization()),
            Self::Environment | Self::Direct => None,
        }
    }

    /// Sets the client up; `to_this_machine` says that the base URL is plain `http` to this machine.
    pub(crate) fn configure(self, client: ClientBuilder, to_this_machine: bool) -> reqwest::Result<ClientBuilder> {
        Ok(match self {
            // A proxy of the environment would carry the credentials off this machine unencrypted.
            Self::Environment if to_this_machine => client.no_proxy(),
            Self::Environment => client,
            Self::Direct => client.no_proxy(),
            Self::Through(url) => client.proxy(reqwest::Proxy::all(url)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_url_that_cannot_be_used_is_refused_without_being_repeated() {
        for (text, reason) in [
            ("planted:3128", "has no scheme"),
            ("", "has no scheme"),
            ("socks5://planted:1080", "is neither http nor https"),
            ("http://", "is not a URL"),
            ("http://proxy.example/planted", "holds more than an address"),
            ("http://proxy.example?planted", "holds more than an address"),
        ] {
            let message = Proxy::Url(Secret::from(text)).route().err().unwrap();
            assert!(message.starts_with(&format!("the proxy's URL {reason}")), "{text}: {message}");
            assert!(!message.contains("planted"), "{message}");
        }
    }

    #[test]
    fn credentials_of_a_proxy_are_not_part_of_its_origin_nor_shown() {
        let proxy = Proxy::Url(Secret::from(" https://user:planted@proxy.example:3128/\n"));
        assert_eq!(proxy.route().unwrap().origin().as_deref(), Some("https://proxy.example:3128"));
        assert_eq!(format!("{proxy:?}"), "Url([redacted])");
    }
}

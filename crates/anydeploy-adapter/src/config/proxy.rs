//! Which proxy requests go through.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};

/// Which proxy requests go through.
///
/// In a file or a variable it is `environment`, `none`, or the URL of a proxy.
///
/// ```
/// # #[cfg(feature = "coolify")] {
/// use anydeploy::config::Proxy;
/// use anydeploy::coolify::CoolifyConfig;
///
/// let config: CoolifyConfig = serde_json::from_str(
///     r#"{ "url": "https://coolify.example.com", "token": "1|secret", "proxy": "http://name:password@proxy.example:3128" }"#,
/// )?;
/// assert!(matches!(config.proxy, Proxy::Url(_)));
/// assert!(!format!("{config:?}").contains("password"));
/// # }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Proxy {
    /// What the environment sets, by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    ///
    /// An instance on this machine that is reached over plain HTTP is called without it, as the token would leave this
    /// machine unencrypted.
    #[default]
    Environment,
    /// No proxy, even if the environment sets one.
    None,
    /// The proxy with this `http` or `https` URL, for every request; it may hold a name and a password for the proxy.
    Url(SecretString),
}

impl Proxy {
    /// Reads the form of a file or a variable.
    pub(super) fn read(text: &str) -> Self {
        match text.trim() {
            "environment" => Self::Environment,
            "none" => Self::None,
            url => Self::Url(url.into()),
        }
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own message would quote what may hold a password.
        let text = String::deserialize(deserializer).map_err(|_| de::Error::custom("the proxy is not a text"))?;
        Ok(Self::read(&text))
    }
}

//! Configuration: in code, from the environment, or from a file by serde.

mod any;
mod env;
mod forms;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use anydeploy_wire::{Auth, Http, Secret};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub use any::AnyConfig;
#[cfg(feature = "qovery")]
pub(crate) use forms::is_jwt;

use crate::{Deployer, Error, ErrorKind, Platform, Result};

/// What is needed to reach one instance of a platform.
///
/// It is read by serde from any format; a misspelt key is an error.
/// `Debug` never prints the token nor the values of extra headers.
///
/// ```
/// # #[cfg(feature = "dokploy")] {
/// use anydeploy::dokploy::DokployConfig;
///
/// let config: DokployConfig = serde_json::from_str(
///     r#"{ "url": "https://dokploy.example.com", "token": "secret", "timeout": 20 }"#,
/// )?;
/// let dokploy = config.connect()?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
#[non_exhaustive]
pub struct Config<D> {
    /// The address of the instance, with or without the path of its API; Qovery's own by default, else required.
    #[serde(default)]
    pub url: Option<String>,
    /// The token or API key.
    #[serde(default, deserialize_with = "token")]
    pub token: Option<SecretString>,
    /// How the token is presented; only Qovery knows more than one way, and tells a JWT by its form where this is not
    /// set.
    #[serde(default)]
    pub token_scheme: Option<TokenScheme>,
    /// The longest time for one request with its answer, 30 seconds by default; as a number of seconds, or as text such
    /// as `20s`, `500ms` or `2m`.
    #[serde(default = "default_timeout", deserialize_with = "forms::duration")]
    pub timeout: Duration,
    /// The longest time for making a connection, 10 seconds by default; written like `timeout`.
    #[serde(default = "default_connect_timeout", deserialize_with = "forms::duration")]
    pub connect_timeout: Duration,
    /// How long a deployment that the platform accepted may stay out of sight before it counts as lost or as never
    /// started, 60 seconds by default; written like `timeout`.
    #[serde(default = "default_grace", deserialize_with = "forms::duration")]
    pub grace: Duration,
    /// Lets the token go over plain HTTP to a host that is not this machine.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Headers to send with every request, such as those of an access proxy; their values are secrets.
    #[serde(default)]
    pub headers: BTreeMap<String, SecretString>,
    /// A certificate authority (PEM, not a path) to trust besides the usual ones.
    #[serde(default)]
    pub root_certificate: Option<String>,
    /// The longest answer that is read, in bytes; 16 MiB by default.
    #[serde(default = "default_max_body")]
    pub max_body: usize,
    #[serde(skip)]
    deployer: PhantomData<fn() -> D>,
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TokenScheme {
    /// `Authorization: Token …`, for Qovery's API tokens.
    Token,
    /// `Authorization: Bearer …`, for the JWT of a person.
    Bearer,
}

/// A deployer that is made from a [`Config`]; implemented by the adapters of this crate.
pub trait Connect: Deployer + Sized {
    /// The platform's conventions.
    #[doc(hidden)]
    const CONVENTIONS: Conventions;

    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if something is missing or not usable.
    fn connect(config: &Config<Self>) -> Result<Self>;
}

/// What is customary on a platform.
#[doc(hidden)]
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is not part of the public interface")]
pub struct Conventions {
    pub platform: Platform,
    /// The variables of the environment that hold the URL, the best known first.
    pub url_variables: &'static [&'static str],
    /// The variables of the environment that hold the token, the best known first.
    pub token_variables: &'static [&'static str],
    pub scheme_variable: Option<&'static str>,
    /// The variable that the platform itself sets in what it hosts, to an address that is not its own, and the variables
    /// by which that is known.
    pub injected_url: Option<(&'static str, &'static [&'static str])>,
    pub default_url: Option<&'static str>,
    /// The path of the API below the instance's address.
    pub api_path: &'static str,
}

const fn default_timeout() -> Duration {
    Duration::from_secs(30)
}

const fn default_connect_timeout() -> Duration {
    Duration::from_secs(10)
}

/// The longest grace period: a trigger waits for as long at most, and times derived from it stay far from any limit.
const MAX_GRACE: Duration = Duration::from_secs(3600);

const fn default_grace() -> Duration {
    Duration::from_secs(60)
}

const fn default_max_body() -> usize {
    16 * 1024 * 1024
}

/// serde's own complaint would quote a token that is not text.
fn token<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let token = Option::<SecretString>::deserialize(deserializer);
    token.map_err(|_| serde::de::Error::custom("the token is not a text"))
}

impl<D> Default for Config<D> {
    fn default() -> Self {
        Self {
            url: None,
            token: None,
            token_scheme: None,
            timeout: default_timeout(),
            connect_timeout: default_connect_timeout(),
            grace: default_grace(),
            allow_plain_http: false,
            headers: BTreeMap::new(),
            root_certificate: None,
            max_body: default_max_body(),
            deployer: PhantomData,
        }
    }
}

impl<D> fmt::Debug for Config<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field(
                "url",
                &self.url.as_deref().map(|url| if url.contains(['@', '?', '#']) { "[redacted]" } else { url }),
            )
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("token_scheme", &self.token_scheme)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("grace", &self.grace)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("root_certificate", &self.root_certificate.is_some())
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

impl<D: Connect> Config<D> {
    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if something is missing or not usable.
    pub fn connect(&self) -> Result<D> {
        D::connect(self)
    }

    /// The HTTP side of an adapter, with the credential presented as `auth` says.
    pub(crate) fn http(&self, auth: impl FnOnce(Secret) -> Auth) -> Result<Http> {
        let conventions = &D::CONVENTIONS;
        if self.grace > MAX_GRACE {
            return Err(Self::invalid("`grace` is longer than an hour; what was accepted shows within seconds"));
        }
        let url = self
            .url
            .as_deref()
            .or(conventions.default_url)
            .ok_or_else(|| Self::invalid("no URL is set; give one with `url`, or use `from_env`"))?;
        let token = self
            .token
            .as_ref()
            .ok_or_else(|| Self::invalid("no token is set; give one with `token`, or use `from_env`"))?;
        let token = token.expose_secret().trim();
        if let Some(fault) = forms::token_fault(token) {
            return Err(Self::invalid(format_args!("the token {fault}")));
        }
        let url = forms::api_url(&conventions.platform, url, conventions.api_path).map_err(Self::invalid)?;
        #[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
        if url.to_ascii_lowercase().starts_with("https:") {
            return Err(Self::invalid(
                "https needs TLS: enable the feature `rustls`, `native-tls` or `rustls-no-provider` of `anydeploy`",
            ));
        }
        let mut builder = Http::builder(url)
            .auth(auth(Secret::from(token)))
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .allow_plain_http(self.allow_plain_http)
            .max_body(self.max_body)
            .user_agent(concat!("anydeploy/", env!("CARGO_PKG_VERSION")));
        for (name, value) in &self.headers {
            builder = builder.header(name, Secret::from(value.expose_secret().trim()));
        }
        if let Some(pem) = &self.root_certificate {
            #[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
            {
                builder = builder.root_certificate_pem(pem.as_str());
            }
            #[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
            if !pem.is_empty() {
                return Err(Self::invalid("a certificate is given to a program that is built without TLS"));
            }
        }
        builder.build().map_err(|error| Self::invalid(error.message()).with_source(error))
    }

    /// The scheme of a platform that knows only one.
    pub(crate) fn refuse_token_scheme(&self) -> Result<()> {
        match self.token_scheme {
            None => Ok(()),
            Some(_) => Err(Self::invalid("`token_scheme` is for Qovery only")),
        }
    }

    pub(crate) fn invalid(message: impl fmt::Display) -> Error {
        let conventions = &D::CONVENTIONS;
        Error::new(ErrorKind::InvalidConfiguration, message.to_string()).with_platform(conventions.platform.clone())
    }
}

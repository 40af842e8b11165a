//! Configuration: in code, from the environment, or from a file by serde.

mod account;
mod connection;
mod env;
mod forms;
mod proxy;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use anydeploy_wire::Http;
use anydeploy_wire::throttle::Budget;
use secrecy::SecretString;
use serde::Deserialize;

/// The version of `reqwest` that an HTTP client of the caller's own is of.
#[cfg(feature = "raw-api")]
pub use anydeploy_wire::reqwest;
pub use forms::is_jwt;
pub use proxy::Proxy;

use crate::duration::duration;
use crate::{Deployer, Platform, Result, Timing};

/// What is needed to reach one instance of a platform.
///
/// It is read by serde from any format; a misspelt key is an error.
/// `Debug` never prints the token, the values of extra headers, or the URL of a proxy.
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
    /// How the token is presented; only Qovery knows more than one way, and presents a JWT as `Bearer` if this is not set.
    #[serde(default)]
    pub token_scheme: Option<TokenScheme>,
    /// The address of the platform's sockets (WebSocket), such as `wss://ws.example.com`; only Qovery has one.
    ///
    /// By default it is Qovery's own beside Qovery's own `url`; beside another `url` there is none and nothing is read
    /// through sockets, so that the token never goes to an address that was not meant.
    #[serde(default)]
    pub socket_url: Option<String>,
    /// The longest time for one request with its answer, 30 seconds by default; as a number of seconds, or as text such
    /// as `20s`, `500ms` or `2m`.
    #[serde(default = "default_timeout", deserialize_with = "duration")]
    pub timeout: Duration,
    /// The longest time for making a connection, 10 seconds by default; written like `timeout`.
    #[serde(default = "default_connect_timeout", deserialize_with = "duration")]
    pub connect_timeout: Duration,
    /// How long the platform may take to act, and to show what it did; those of the platform by default.
    #[serde(default)]
    pub timing: Timing,
    /// Lets the token go over plain HTTP to a host that is not this machine.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Headers to send with every request, such as those of an access proxy; none by default.
    ///
    /// Their values are secrets, and white space around them is cut off.
    /// The header that carries the token, `Proxy-Authorization` and those that a request sets by itself are refused.
    #[serde(default, deserialize_with = "headers")]
    pub headers: BTreeMap<String, SecretString>,
    /// The proxy that requests go through; what the environment sets by default.
    #[serde(default)]
    pub proxy: Proxy,
    /// What the `User-Agent` says of the application, such as `shop/1.0`, after `anydeploy/<version>`; nothing by default.
    #[serde(default)]
    pub application_name: Option<String>,
    /// A certificate authority (PEM, not a path) to trust besides the usual ones.
    #[serde(default)]
    pub root_certificate: Option<String>,
    /// The longest answer that is read, 16 MiB by default; as a number of bytes, or as text such as `32 MiB`.
    #[serde(default = "default_max_body", deserialize_with = "forms::size")]
    pub max_body: usize,
    /// How many requests may be sent in a time; what is known of the platform by default: 200 a minute on Coolify, 1000 an
    /// hour on Qovery, and no limit on Dokploy.
    ///
    /// In a file it is text such as `200/1m`, `1000/1h leaving 50%` or `unlimited`.
    /// All deployers of this process with the same token on one instance share it, and 20 % of it are left to other users
    /// of the token, unless it says otherwise.
    /// A server whose limit was changed says so in its answers, which correct the default.
    #[serde(default, deserialize_with = "forms::budget")]
    pub budget: Option<Budget>,
    /// How many requests are on the way at once, each on a connection of its own; 16 by default.
    ///
    /// All deployers of this process with the same token on one instance share it.
    #[serde(default)]
    pub max_in_flight: Option<u32>,
    #[cfg(feature = "raw-api")]
    #[serde(skip)]
    http_client: Option<reqwest::Client>,
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

/// A deployer that is made from a [`Config`]; implemented by the adapters.
pub trait Connect: Deployer + Sized {
    /// The platform's conventions.
    const CONVENTIONS: Conventions;

    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if something is missing or not usable.
    fn connect(config: &Config<Self>) -> Result<Self>;
}

/// What is customary on a platform.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an adapter states all of it")]
pub struct Conventions {
    /// The platform.
    pub platform: Platform,
    /// The variables of the environment that hold the URL, the best known first.
    pub url_variables: &'static [&'static str],
    /// The variables of the environment that hold the token, the best known first.
    pub token_variables: &'static [&'static str],
    /// The variable of the environment that holds the scheme of the token; `None` if the platform knows only one, so that a
    /// configured scheme is refused.
    pub scheme_variable: Option<&'static str>,
    /// The variable that the platform itself sets in what it hosts, to an address that is not its own, and the variables
    /// by which that is known.
    pub injected_url: Option<(&'static str, &'static [&'static str])>,
    /// The address of the platform, if there is one for everybody.
    pub default_url: Option<&'static str>,
    /// The address of the platform's sockets (WebSocket) beside its own `default_url`, and the variable of the environment that
    /// holds another one; `None` if it has none of their own, so that a configured one is refused.
    pub socket_url: Option<(&'static str, &'static str)>,
    /// The path of the API below the instance's address.
    pub api_path: &'static str,
    /// The timeout of the operation that triggers, if its document gives it one of its own.
    pub trigger_timeout: Option<Duration>,
    /// How many requests the platform allows a token, as far as is known; [`Budget::assumed`] where the answers say it.
    pub budget: Budget,
    /// How long an idle connection is kept for the next request: less than the server and what stands in front of it keep
    /// it, as a request that meets the end of its connection stays without an answer.
    pub idle_timeout: Duration,
    /// Other paths that people give for it.
    pub api_aliases: &'static [&'static str],
    /// The first parts of paths that lead to a page of the web interface or to an operation, below the address.
    pub pages: &'static [&'static str],
    /// Hosts that are not those of the API, and what to give instead.
    pub foreign_hosts: &'static [(&'static str, &'static str)],
}

const fn default_timeout() -> Duration {
    Http::DEFAULT_TIMEOUT
}

const fn default_connect_timeout() -> Duration {
    Http::DEFAULT_CONNECT_TIMEOUT
}

const fn default_max_body() -> usize {
    Http::DEFAULT_MAX_BODY
}

/// serde's own message would quote a token that is not text.
fn token<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let token = Option::<SecretString>::deserialize(deserializer);
    token.map_err(|_| serde::de::Error::custom("the token is not a text"))
}

/// serde's own message would quote a value that is not text.
fn headers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, SecretString>, D::Error> {
    let headers = BTreeMap::deserialize(deserializer);
    headers.map_err(|_| serde::de::Error::custom("the headers are not a map of texts"))
}

impl<D> Default for Config<D> {
    fn default() -> Self {
        Self {
            url: None,
            token: None,
            token_scheme: None,
            socket_url: None,
            timeout: default_timeout(),
            connect_timeout: default_connect_timeout(),
            timing: Timing::default(),
            allow_plain_http: false,
            headers: BTreeMap::new(),
            proxy: Proxy::default(),
            application_name: None,
            root_certificate: None,
            max_body: default_max_body(),
            budget: None,
            max_in_flight: None,
            #[cfg(feature = "raw-api")]
            http_client: None,
            deployer: PhantomData,
        }
    }
}

impl<D> fmt::Debug for Config<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| {
            url.clone().map(|url| if url.contains(['@', '?', '#']) { "[redacted]".to_owned() } else { url })
        };
        let mut debug = f.debug_struct("Config");
        debug
            .field("url", &shown(&self.url))
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("token_scheme", &self.token_scheme)
            .field("socket_url", &shown(&self.socket_url))
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("timing", &self.timing)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("proxy", &self.proxy)
            .field("application_name", &self.application_name)
            .field("root_certificate", &self.root_certificate.is_some())
            .field("max_body", &self.max_body)
            .field("budget", &self.budget)
            .field("max_in_flight", &self.max_in_flight);
        #[cfg(feature = "raw-api")]
        debug.field("http_client", &self.http_client.is_some());
        debug.finish_non_exhaustive()
    }
}

impl<D: Connect> Config<D> {
    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if something is missing or not usable.
    pub fn connect(&self) -> Result<D> {
        D::connect(self)
    }

    /// Sends by this HTTP client instead of one that is built here.
    ///
    /// Token, headers, `User-Agent`, timeout, the limit of an answer and the refusal of plain HTTP still hold.
    /// What a client decides is up to the caller, and these rules are off:
    ///
    /// * **Redirects.** Build the client with `redirect(Policy::none())`.
    ///   Another one follows a redirect before it can be stopped, and hands extra headers and Dokploy's token to whatever
    ///   address the redirect names.
    ///   An answer that came so is never taken for the platform's: it is
    ///   [`ErrorKind::Unreadable`](crate::ErrorKind::Unreadable).
    /// * **TLS.** The client's certificates and versions hold; a client that accepts invalid certificates shows the token
    ///   to everyone on the way.
    /// * **Connections.** `connect_timeout` is not used, connections are kept for as long as the client does, and nothing keeps a proxy of the environment from an instance on
    ///   this machine.
    ///   Close idle connections before Dokploy does, by `pool_idle_timeout(Duration::from_secs(4))`.
    /// * **Retries.** A client with a `retry` policy of its own may send a trigger twice.
    /// * **Failures.** Redirects and retries may send a trigger before the failure that the client reports, so a failure to
    ///   connect does not prove that it was not sent.
    ///
    /// `proxy` and `root_certificate` are refused beside it, as they would not be used.
    /// Clients of another version of `reqwest` than [`reqwest`] do not fit.
    #[cfg(feature = "raw-api")]
    #[must_use]
    pub fn with_http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }
}

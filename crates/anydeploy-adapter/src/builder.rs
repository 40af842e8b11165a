//! Building a deployer step by step.

use std::time::Duration;

use anydeploy_wire::throttle::Budget;
use secrecy::SecretString;

use crate::config::{Config, Connect, Proxy, TokenScheme};
use crate::{Deployer, Result, Timing};

/// Builds a deployer; made by `Coolify::builder()` and the like.
///
/// ```
/// # #[cfg(feature = "coolify")] {
/// use std::time::Duration;
///
/// use anydeploy::Coolify;
///
/// let coolify = Coolify::builder()
///     .url("https://coolify.example.com")
///     .token("1|secret")
///     .timeout(Duration::from_secs(20))
///     .build()?;
/// assert!(!format!("{coolify:?}").contains("secret"));
/// # }
/// # Ok::<(), anydeploy::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Builder<D> {
    config: Config<D>,
}

impl<D: Connect + Deployer> Default for Builder<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Connect + Deployer> Builder<D> {
    /// A builder without an address and a token; each adapter's `builder()` is this.
    pub fn new() -> Self {
        Self { config: Config::default() }
    }

    /// The address of the instance, with or without the path of its API, such as `https://host` or `https://host/api/v1`.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into());
        self
    }

    /// The token or API key, without the scheme that presents it; white space around it is cut off.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.config.token = Some(token.into());
        self
    }

    /// How the token is presented; only Qovery knows more than one way.
    pub fn token_scheme(mut self, scheme: TokenScheme) -> Self {
        self.config.token_scheme = Some(scheme);
        self
    }

    /// The address of the platform's sockets (WebSocket), such as `wss://ws.example.com`; only Qovery has one, and needs it only
    /// beside another [`url`](Self::url) than its own.
    pub fn socket_url(mut self, url: impl Into<String>) -> Self {
        self.config.socket_url = Some(url.into());
        self
    }

    /// The longest time for one request with its answer; 30 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// The longest time for making a connection; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout;
        self
    }

    /// How long the platform may take to act, and to show what it did; those of the platform by default.
    ///
    /// Of a server that is slow, or behind a gateway that holds requests back, wait longer before a trigger counts as not
    /// acted on.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.config.timing = timing;
        self
    }

    /// Scales all times of [`Timing`] alike, so that a deployment that was accepted and is listed nowhere counts as lost
    /// after this one: shorter ones for a test against a fake, longer ones for a slow server.
    pub fn grace(self, grace: Duration) -> Self {
        self.timing(Timing::scaled_to(grace))
    }

    /// Lets the token go over plain HTTP to a host that is not this machine; off by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.config.allow_plain_http = allow;
        self
    }

    /// Sends one more header with every request, such as those of an access proxy; none by default.
    ///
    /// Its value is kept as a secret, and white space around it is cut off.
    /// The header that carries the token, `Proxy-Authorization` and those that a request sets by itself are refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<SecretString>) -> Self {
        self.config.headers.insert(name.into(), value.into());
        self
    }

    /// Sends every request through this proxy, such as `http://proxy.example:3128`; what the environment sets by default.
    ///
    /// It is `http` or `https`, and may hold a name and a password for the proxy.
    /// See [`Proxy`] for the other choices.
    pub fn proxy(mut self, url: impl Into<SecretString>) -> Self {
        self.config.proxy = Proxy::Url(url.into());
        self
    }

    /// Sends no request through a proxy, whatever the environment sets.
    pub fn no_proxy(mut self) -> Self {
        self.config.proxy = Proxy::None;
        self
    }

    /// Names the application in the `User-Agent`, such as `shop/1.0`, after `anydeploy/<version>`; nothing by default.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.config.application_name = Some(name.into());
        self
    }

    /// Sends by this HTTP client instead of one that is built here; see
    /// [`Config::with_http_client`] for the rules that it switches off.
    #[cfg(feature = "raw-api")]
    pub fn http_client(mut self, client: crate::config::reqwest::Client) -> Self {
        self.config = self.config.with_http_client(client);
        self
    }

    /// The longest answer that is read, in bytes; 16 MiB by default.
    ///
    /// A longer one is [`ErrorKind::AnswerTooLarge`](crate::ErrorKind::AnswerTooLarge); logs of hundreds of kilobytes
    /// stand in some of Coolify's answers.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.config.max_body = bytes;
        self
    }

    /// How many requests may be sent in a time; what is known of the platform by default, see
    /// [`Config::budget`](Config#structfield.budget).
    ///
    /// ```
    /// # #[cfg(feature = "qovery")] {
    /// use std::time::Duration;
    ///
    /// use anydeploy::{Budget, Qovery};
    ///
    /// // Another program uses half of what Qovery allows for this token.
    /// let budget = Budget::new(1000, Duration::from_secs(3600)).with_headroom(50);
    /// let qovery = Qovery::builder().token("secret").budget(budget).build()?;
    /// # }
    /// # Ok::<(), anydeploy::Error>(())
    /// ```
    pub fn budget(mut self, budget: Budget) -> Self {
        self.config.budget = Some(budget);
        self
    }

    /// How many requests are on the way at once, each on a connection of its own; 16 by default.
    pub fn max_in_flight(mut self, requests: u32) -> Self {
        self.config.max_in_flight = Some(requests);
        self
    }

    /// Trusts this certificate authority (the text of a PEM file, not its path) besides the usual ones.
    ///
    /// A server's own self-signed certificate works so too, unless it is marked as that of an authority, which plain
    /// `openssl req -x509` does: make it with `-addext basicConstraints=critical,CA:FALSE` and
    /// `-addext subjectAltName=DNS:host`.
    pub fn root_certificate(mut self, pem: impl Into<String>) -> Self {
        self.config.root_certificate = Some(pem.into());
        self
    }

    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the URL or token is missing or
    /// not usable, or if the token would go over plain HTTP to another machine.
    pub fn build(self) -> Result<D> {
        self.config.connect()
    }
}

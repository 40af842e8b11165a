//! The connection pool with credentials and limits, and its builder.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName},
    redirect::Policy,
};

#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
use crate::pem;
use crate::{Auth, Call, Error, Operation, Secret, auth::sensitive_header, base_url};

/// The headers that each call sets by itself.
const OWN_HEADERS: [HeaderName; 4] = [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST];

/// How long an idle connection is kept: Dokploy closes one after some 5 seconds, and a request that meets that moment is
/// lost without an answer.
const IDLE: Duration = Duration::from_secs(4);

/// The time for a whole call, unless the caller or the operation says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection to one API: base URL, credentials, limits, and a pool of connections.
///
/// Cloning is cheap and shares the pool.
/// `Debug` shows the base URL and no secret.
///
/// Redirects are never followed, because reqwest would hand a header such as `x-api-key` to
/// another host.
#[derive(Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    base_url: String,
    origin: String,
    headers: HeaderMap,
    timeout: Duration,
    max_body: usize,
}

impl Http {
    /// Begins a connection to the API below `base_url`, such as `https://host/api/v1`.
    pub fn builder(base_url: impl Into<String>) -> HttpBuilder {
        HttpBuilder {
            base_url: base_url.into(),
            auth: None,
            headers: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            connect_timeout: Duration::from_secs(10),
            max_body: 16 * 1024 * 1024,
            user_agent: concat!("anydeploy/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_plain_http: false,
            #[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
            root_certificates: Vec::new(),
        }
    }

    /// Starts a call of an operation; nothing is sent before [`Call::send`].
    pub fn call(&self, operation: &Operation) -> Call<'_> {
        Call::new(self, *operation)
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// The longest body that is read, in bytes.
    #[must_use]
    pub fn max_body(&self) -> usize {
        self.0.max_body
    }

    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    /// The time for a whole call of an operation.
    ///
    /// Who sets less than the default wants no call to last longer, and is not overruled.
    pub(crate) fn timeout_of(&self, operation: &Operation) -> Duration {
        let timeout = self.0.timeout;
        if timeout < DEFAULT_TIMEOUT { timeout } else { operation.timeout().map_or(timeout, |own| own.max(timeout)) }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

/// Builds an [`Http`].
#[must_use]
#[derive(Clone)]
pub struct HttpBuilder {
    base_url: String,
    auth: Option<Auth>,
    headers: Vec<(String, Secret)>,
    timeout: Duration,
    connect_timeout: Duration,
    max_body: usize,
    user_agent: String,
    allow_plain_http: bool,
    #[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
    root_certificates: Vec<Vec<u8>>,
}

impl HttpBuilder {
    /// The credentials that every request carries; none by default.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// One more header for every request, such as Cloudflare Access wants; not one that a call sets by itself.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The time for a whole call, from connecting to the last byte of the answer; 30 s by default.
    ///
    /// An [`Operation`] whose work is done before the server answers has a [longer one](Operation::timeout), which
    /// holds unless this is longer still, or less than the default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The time to connect, TLS included; 10 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The longest body that is read, in bytes; 16 MiB by default.
    ///
    /// A longer answer is [`TooLarge`](crate::ErrorKind::TooLarge).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The `User-Agent`; `anydeploy/<version>` by default.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Allows `http://` to a host that is not this machine, which shows the credentials to
    /// everyone on the way; refused by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Trusts the certificates of a PEM file besides those of the system.
    ///
    /// A self-signed certificate of a server is trusted so only if it is not marked as that of an authority, which plain
    /// `openssl req -x509` does: make it with `-addext basicConstraints=critical,CA:FALSE`, and name the host with
    /// `-addext subjectAltName=DNS:host`.
    #[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Checks everything and builds the client; nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the base URL is not an
    /// `http` or `https` URL without credentials, query and fragment, if it is plain `http` to
    /// another machine and that is not allowed, if a header or a certificate cannot be used, or if
    /// a header is one of those that a call sets by itself.
    pub fn build(self) -> Result<Http, Error> {
        let url = base_url::parse(&self.base_url).map_err(Error::configuration)?;
        let plain = url.scheme() == "http";
        let loopback = base_url::is_loopback(&url);
        if plain && !loopback && !self.allow_plain_http {
            return Err(Error::configuration(
                "the base URL is plain http to another machine, which would show the credentials; \
                 use https, or allow plain HTTP with `allow_plain_http(true)`",
            ));
        }
        #[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
        if !plain {
            return Err(Error::configuration(
                "https needs TLS: enable the feature `rustls`, `native-tls` or `rustls-no-provider`",
            ));
        }
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        let without_provider = rustls::crypto::CryptoProvider::get_default().is_none();
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        if without_provider && !plain {
            // reqwest would panic.
            return Err(Error::configuration(
                "the feature `rustls-no-provider` needs a provider of rustls, and none is installed; run \
                 `rustls::crypto::ring::default_provider().install_default()` (or the same of `aws_lc_rs`) before \
                 anything is built",
            ));
        }
        let mut headers = HeaderMap::new();
        if let Some(auth) = &self.auth {
            let (name, value) = auth.to_header().map_err(Error::configuration)?;
            headers.insert(name, value);
        }
        for (name, value) in &self.headers {
            let (name, value) = sensitive_header(name, None, value, &format!("the value of header `{name}`"))
                .map_err(Error::configuration)?;
            // Of two values one would be dropped without a word.
            if OWN_HEADERS.contains(&name) || headers.contains_key(&name) {
                return Err(Error::configuration(format!(
                    "the header `{name}` is set already, or by each call itself"
                )));
            }
            headers.insert(name, value);
        }
        let mut client = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE)
            .user_agent(self.user_agent);
        if plain && loopback {
            // A proxy of the environment would carry the credentials off this machine unencrypted.
            client = client.no_proxy();
        }
        #[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
        {
            for pem in &self.root_certificates {
                client = client.tls_certs_merge(pem::certificates(pem)?);
            }
            if plain {
                // It is never redirected to TLS, and a machine without certificates can make it all the same.
                client = client.tls_certs_only([]);
            }
        }
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        if without_provider && let Some(config) = crate::no_tls::config() {
            client = client.tls_backend_preconfigured(config);
        }
        let client = client.build().map_err(|error| {
            // The line says why, because callers show no more than the line of an error.
            let mut message = "the HTTP client cannot be built".to_owned();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                message = format!("{message}: {error}");
                cause = error.source();
            }
            Error::configuration(message).with_source(error.without_url())
        })?;
        Ok(Http(Arc::new(Inner {
            client,
            base_url: url.as_str().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
            headers,
            timeout: self.timeout,
            max_body: self.max_body,
        })))
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not shown before it is known to hold no credentials.
        f.debug_struct("HttpBuilder")
            .field("auth", &self.auth)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_body", &self.max_body)
            .field("allow_plain_http", &self.allow_plain_http)
            .finish_non_exhaustive()
    }
}

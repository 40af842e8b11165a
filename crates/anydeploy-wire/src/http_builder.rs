//! Building the connection to one API.

use std::{fmt, time::Duration};

use reqwest::{
    Url,
    header::{
        ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT,
    },
    redirect::Policy,
};

use crate::{
    auth::{Auth, sensitive_header},
    base_url,
    error::Error,
    http::{Http, Parts},
    proxy::{Proxy, Route},
    secret::Secret,
    throttle::{self, Budget},
    tls,
};

/// The headers that each request sets by itself.
const OWN_HEADERS: [HeaderName; 4] = [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST];

impl Http {
    /// Begins a connection to the API below `base_url`, such as `https://host/api/v1`.
    pub fn builder(base_url: impl Into<String>) -> HttpBuilder {
        HttpBuilder {
            base_url: base_url.into(),
            auth: None,
            headers: Vec::new(),
            timeout: Self::DEFAULT_TIMEOUT,
            connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
            idle_timeout: Self::DEFAULT_IDLE_TIMEOUT,
            max_body: Self::DEFAULT_MAX_BODY,
            budget: None,
            max_in_flight: None,
            user_agent: concat!("anydeploy/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_plain_http: false,
            proxy: Proxy::default(),
            root_certificates: Vec::new(),
            client: None,
        }
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
    idle_timeout: Duration,
    max_body: usize,
    budget: Option<Budget>,
    max_in_flight: Option<u32>,
    user_agent: String,
    allow_plain_http: bool,
    proxy: Proxy,
    root_certificates: Vec<Vec<u8>>,
    client: Option<reqwest::Client>,
}

impl HttpBuilder {
    /// The credentials that every request carries; none by default.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Adds a header to every request, such as those that Cloudflare Access requires.
    ///
    /// Refused are the header of the [credentials](Self::auth), those that a request sets by itself, and
    /// `Proxy-Authorization`, which would go to the server.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The time for a whole request, from connecting to the last byte of the response; 30 s by default.
    ///
    /// An [`Operation`](crate::Operation) whose work is done before the server answers has a
    /// [longer one](crate::Operation::timeout), which holds unless this is longer still, or less than the default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The time to connect, TLS included; 10 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an idle connection is kept for the next request; 4 s by default, as Dokploy closes it after 5 s.
    ///
    /// A request that meets the moment in which the server closes it stays without a response, so this is less than the
    /// server's own time.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How many requests may be sent in a time; by default, what other connections with the same credentials have set.
    ///
    /// Where none has set any, nothing is held back before the first refusal: no client has a budget of its own, and the
    /// adapters of `anydeploy` set what their platforms allow.
    /// All connections of this process to one origin with the same credentials share one budget, see
    /// [`throttle`](crate::throttle).
    /// Where they set several, a budget that was set holds instead of one that is assumed, and of two that were set the
    /// slower.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// How many requests are on the way at once, at least 1; 16 by default.
    ///
    /// Others wait, and one in eight is kept for those that change something.
    /// Like the [budget](Self::budget) it holds for all connections with the same credentials: the smallest that is set.
    pub fn max_in_flight(mut self, requests: u32) -> Self {
        self.max_in_flight = Some(requests);
        self
    }

    /// The longest body that is read, in bytes; 16 MiB by default.
    ///
    /// A longer response is [`TooLarge`](crate::ErrorKind::TooLarge).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The whole `User-Agent`; `anydeploy/<version>` by default.
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

    /// Sends every request through this proxy, such as `http://proxy.example:3128`.
    ///
    /// It is `http` or `https`, and may hold a name and a password for the proxy.
    /// By default the environment decides (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), but for a base URL that
    /// is plain `http` to this machine, which no proxy of the environment sees.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Proxy::Url(url.into());
        self
    }

    /// Sends no request through a proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Proxy::Direct;
        self
    }

    /// Trusts the certificates of a PEM file besides those of the system.
    ///
    /// A self-signed certificate of a server is trusted so only if it is not marked as that of an authority, which plain
    /// `openssl req -x509` does: make it with `-addext basicConstraints=critical,CA:FALSE`, and name the host with
    /// `-addext subjectAltName=DNS:host`.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Sends by this client instead of one that is built here.
    ///
    /// What is set here for each request still holds: credentials, headers, `User-Agent`, timeout, the limit of the body,
    /// and the refusal of plain `http`.
    /// What a client decides is up to the caller, and these rules are off:
    ///
    /// * **Redirects.** Build the client with `redirect(Policy::none())`.
    ///   Another one follows a redirect before it can be stopped; reqwest then drops `Authorization` for another origin, but
    ///   hands on a header such as `x-api-key` and every one of [`header`](Self::header), and makes a GET of a POST.
    ///   A response that came so is never taken for the operation's: it is [`Decode`](crate::ErrorKind::Decode).
    /// * **TLS.** The client's certificates and versions hold; a client that accepts invalid certificates shows the
    ///   credentials to everyone on the way.
    /// * **Connections.** [`connect_timeout`](Self::connect_timeout) is not used, and nothing keeps a proxy of the
    ///   environment from a base URL on this machine.
    ///   Neither is [`idle_timeout`](Self::idle_timeout): close idle connections before the server does, by
    ///   `pool_idle_timeout(Duration::from_secs(4))`.
    /// * **Retries.** A client with a `retry` policy of its own may send a request twice.
    /// * **Failures.** Redirects and retries may send a request before the failure that the client reports, so of another
    ///   request than a GET no failure to connect proves that nothing was sent: it is
    ///   [`Interrupted`](crate::ErrorKind::Interrupted).
    ///
    /// It is refused beside [`proxy`](Self::proxy), [`no_proxy`](Self::no_proxy) and
    /// [`root_certificate_pem`](Self::root_certificate_pem), which would not be used.
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Checks everything and builds the client; nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if the base URL is not an
    /// `http` or `https` URL without credentials, query and fragment, if the credentials would leave this machine
    /// over plain `http` and that is not allowed, if a header, a proxy or a certificate cannot be used, or if one was set
    /// that a client of the caller's own would not use.
    pub fn build(self) -> Result<Http, Error> {
        let url = base_url::parse(&self.base_url).map_err(Error::configuration)?;
        let route = self.proxy.route().map_err(Error::configuration)?;
        let to_this_machine = url.scheme() == "http" && base_url::is_loopback(&url);
        if url.scheme() == "http" && !self.allow_plain_http {
            if !to_this_machine {
                return Err(Error::configuration(
                    "the base URL is plain http to another machine, which would show the credentials; \
                     use https, or allow plain HTTP with `allow_plain_http(true)`",
                ));
            }
            if route.leaves_this_machine() {
                return Err(Error::configuration(
                    "the base URL is plain http to this machine and the proxy is another one, which would see the \
                     credentials; use `no_proxy`, or allow plain HTTP with `allow_plain_http(true)`",
                ));
            }
        }
        let headers = self.all_headers()?;
        let origin = url.origin().ascii_serialization();
        let credential = self.auth.as_ref().map(Auth::to_header).transpose().map_err(Error::configuration)?;
        let credential = credential.as_ref().map(|(_, value)| value);
        let throttle = throttle::shared(&origin, credential, self.budget, self.max_in_flight);
        let destination = match route.origin() {
            Some(proxy) => format!("{origin} through the proxy {proxy}"),
            None => origin,
        };
        Ok(Http::new(Parts {
            client: match &self.client {
                Some(client) => self.own_client(client)?,
                None => self.new_client(&url, route, to_this_machine)?,
            },
            may_resend: self.client.is_some(),
            base_url: url.as_str().trim_end_matches('/').to_owned(),
            server: base_url::server(&url),
            url,
            destination,
            headers,
            timeout: self.timeout,
            max_body: self.max_body,
            throttle,
        }))
    }

    /// The headers of every request.
    fn all_headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        if let Some(auth) = &self.auth {
            let (name, value) = auth.to_header().map_err(Error::configuration)?;
            headers.insert(name, value);
        }
        let credentials: Vec<HeaderName> = headers.keys().cloned().collect();
        for (name, value) in &self.headers {
            let (name, value) = sensitive_header(name, None, value, &format!("the value of header `{name}`"))
                .map_err(Error::configuration)?;
            // Of two values one would be dropped without a word.
            let reason = if credentials.contains(&name) {
                "carries the credentials, which are not given as a header"
            } else if name == PROXY_AUTHORIZATION {
                "would go to the server; give the name and the password in the URL of the proxy"
            } else if OWN_HEADERS.contains(&name) {
                "is set by each request itself"
            } else if headers.contains_key(&name) {
                "is set twice"
            } else {
                headers.insert(name, value);
                continue;
            };
            return Err(Error::configuration(format!("the header `{name}` {reason}")));
        }
        if !headers.contains_key(USER_AGENT) {
            let user_agent = HeaderValue::try_from(&self.user_agent)
                .map_err(|_| Error::configuration("the user agent holds a character that is not allowed"))?;
            headers.insert(USER_AGENT, user_agent);
        }
        Ok(headers)
    }

    /// The caller's client, unless something is set that it would not use.
    fn own_client(&self, client: &reqwest::Client) -> Result<reqwest::Client, Error> {
        let unused = if !matches!(self.proxy, Proxy::Environment) {
            "the proxy"
        } else if !self.root_certificates.is_empty() {
            "the root certificate"
        } else {
            return Ok(client.clone());
        };
        Err(Error::configuration(format!("{unused} is not used by an HTTP client of the caller's own; set it there")))
    }

    fn new_client(&self, url: &Url, route: Route, to_this_machine: bool) -> Result<reqwest::Client, Error> {
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            // The handshake of a WebSocket is one of HTTP/1.1, and another crate of the program may turn on HTTP/2.
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.idle_timeout);
        let is_tls_needed = url.scheme() == "https" || route.is_https();
        let client = tls::configure(client, is_tls_needed, &self.root_certificates)?;
        let client = route.configure(client, to_this_machine).map_err(unbuildable)?;
        client.build().map_err(unbuildable)
    }
}

/// The line says why, because callers show no more than the line of an error.
fn unbuildable(error: reqwest::Error) -> Error {
    let mut message = "the HTTP client cannot be built".to_owned();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    Error::configuration(message).with_source(error.without_url())
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not shown before it is known to hold no credentials.
        f.debug_struct("HttpBuilder")
            .field("auth", &self.auth)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_body", &self.max_body)
            .field("budget", &self.budget)
            .field("max_in_flight", &self.max_in_flight)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("proxy", &self.proxy)
            .finish_non_exhaustive()
    }
}

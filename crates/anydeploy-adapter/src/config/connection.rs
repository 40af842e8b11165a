//! From a configuration to the connection that an adapter's client uses.

use std::fmt;
use std::time::Duration;

use anydeploy_wire::throttle::Budget;
use anydeploy_wire::{Auth, Http, HttpBuilder, Secret};
use secrecy::ExposeSecret;

use super::{Config, Connect, Conventions, Proxy, forms};
use crate::{Error, ErrorKind, Result, Timing};

/// The longest of the times that a platform may take: a trigger waits for a few of them at most.
const MAX_TIMING: Duration = Duration::from_hours(1);

/// What every request says of this crate.
const USER_AGENT: &str = concat!("anydeploy/", env!("CARGO_PKG_VERSION"));

impl<D: Connect> Config<D> {
    /// The times that hold for the deployer, for its [`Connect::connect`].
    #[must_use]
    pub fn timing(&self) -> Timing {
        // As the HTTP layer does: who sets less than the default wants no request to last longer.
        let trigger = D::CONVENTIONS.trigger_timeout.filter(|_| self.timeout >= Http::DEFAULT_TIMEOUT);
        self.timing.with_request_timeout(trigger.map_or(self.timeout, |own| own.max(self.timeout)))
    }

    /// The connection of an adapter, with the credential presented as `auth` says, for its [`Connect::connect`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if something is missing or not usable, or if a scheme of the token is set and the
    /// platform has only one.
    pub fn http(&self, auth: impl FnOnce(Secret) -> Auth) -> Result<Http> {
        let conventions = &D::CONVENTIONS;
        if conventions.scheme_variable.is_none() && self.token_scheme.is_some() {
            return Err(Self::invalid("`token_scheme` is set, and the platform knows only one"));
        }
        if conventions.socket_url.is_none() && self.socket_url.is_some() {
            return Err(Self::invalid("`socket_url` is set, and the platform has no address of its own for sockets"));
        }
        if self.timing.longest() > MAX_TIMING {
            return Err(Self::invalid("a time of `timing` is longer than an hour; servers act within seconds"));
        }
        if self.max_in_flight == Some(0) {
            return Err(Self::invalid("`max_in_flight` is 0, so that nothing could be sent; give at least 1"));
        }
        let url = self
            .url
            .as_deref()
            .or(conventions.default_url)
            .ok_or_else(|| Self::invalid("no URL is set; give one with `url`, or use `from_env`"))?;
        self.connection(url, self.budget.unwrap_or(conventions.budget), auth)
    }

    /// The connection to the platform's sockets, for its [`Connect::connect`]; `None` if their address is not known.
    ///
    /// It is the platform's own only if the address of the API is: a token that belongs elsewhere does not go there.
    /// A handshake is no request of the API, so that none is held back.
    ///
    /// # Errors
    /// As [`http`](Self::http).
    pub fn socket_http(&self, auth: impl FnOnce(Secret) -> Auth) -> Result<Option<Http>> {
        let conventions = &D::CONVENTIONS;
        let is_own =
            |url: &str| forms::api_url(conventions, url).is_ok_and(|url| Some(&*url) == conventions.default_url);
        let own = conventions.socket_url.filter(|_| self.url.as_deref().is_none_or(is_own));
        let Some(url) = self.socket_url.as_deref().or(own.map(|(url, _)| url)) else { return Ok(None) };
        let url = match url.trim().split_once("://") {
            Some(("wss", rest)) => format!("https://{rest}"),
            Some(("ws", rest)) => format!("http://{rest}"),
            _ => return Err(Self::invalid("`socket_url` does not begin with `wss://`, or with `ws://` without TLS")),
        };
        self.connection(&url, Budget::unlimited(), auth).map(Some)
    }

    fn connection(&self, url: &str, budget: Budget, auth: impl FnOnce(Secret) -> Auth) -> Result<Http> {
        let conventions = &D::CONVENTIONS;
        let token = self
            .token
            .as_ref()
            .ok_or_else(|| Self::invalid("no token is set; give one with `token`, or use `from_env`"))?;
        let token = token.expose_secret().trim();
        if let Some(reason) = forms::token_mismatch(token) {
            return Err(Self::invalid(format_args!("the token {reason}")));
        }
        let url = forms::api_url(conventions, url).map_err(Self::invalid)?;
        let mut builder = Http::builder(url)
            .auth(auth(Secret::from(token)))
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .allow_plain_http(self.allow_plain_http)
            .max_body(self.max_body)
            .idle_timeout(conventions.idle_timeout)
            .budget(budget)
            .user_agent(self.user_agent()?);
        if let Some(requests) = self.max_in_flight {
            builder = builder.max_in_flight(requests);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, Secret::from(value.expose_secret().trim()));
        }
        if let Some(pem) = &self.root_certificate {
            builder = builder.root_certificate_pem(pem.as_str());
        }
        builder = match &self.proxy {
            Proxy::Environment => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::Url(url) => builder.proxy(url.clone()),
        };
        let builder = self.with_client(builder);
        builder.build().map_err(|error| Self::invalid(error.message()).with_source(error))
    }

    #[cfg(feature = "raw-api")]
    fn with_client(&self, builder: HttpBuilder) -> HttpBuilder {
        match &self.http_client {
            Some(client) => builder.client(client.clone()),
            None => builder,
        }
    }

    #[cfg(not(feature = "raw-api"))]
    #[expect(clippy::unused_self, reason = "with `raw-api` it holds a client")]
    fn with_client(&self, builder: HttpBuilder) -> HttpBuilder {
        builder
    }

    /// Whether requests go through an HTTP client of the caller's own.
    #[cfg(feature = "raw-api")]
    pub(super) fn has_own_client(&self) -> bool {
        self.http_client.is_some()
    }

    #[cfg(not(feature = "raw-api"))]
    #[expect(clippy::unused_self, reason = "with `raw-api` it holds a client")]
    pub(super) fn has_own_client(&self) -> bool {
        false
    }

    /// This crate, and the application if it is named.
    fn user_agent(&self) -> Result<String> {
        let Some(name) = &self.application_name else { return Ok(USER_AGENT.to_owned()) };
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(Self::invalid(
                "`application_name` is empty or not plain ASCII; give a name such as `shop/1.0`",
            ));
        }
        if self.headers.keys().any(|header| header.eq_ignore_ascii_case("user-agent")) {
            return Err(Self::invalid("`application_name` and a header `User-Agent` are both set; give one of them"));
        }
        Ok(format!("{USER_AGENT} {name}"))
    }

    pub(crate) fn invalid(message: impl fmt::Display) -> Error {
        invalid(&D::CONVENTIONS, format_args!("{message}"))
    }
}

/// A configuration that is not usable.
pub(super) fn invalid(conventions: &Conventions, message: fmt::Arguments<'_>) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message.to_string()).with_platform(conventions.platform.clone())
}

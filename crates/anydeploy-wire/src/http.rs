//! The connection to one API: a pool of connections, the credentials and the limits.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Url, header::HeaderMap};

use crate::{
    operation::Operation,
    throttle::{MAX_IN_FLIGHT, Throttle, Traffic},
};

/// A connection to one API: base URL, credentials, limits, and a pool of connections.
///
/// Cloning is cheap and shares the pool.
/// `Debug` shows the base URL and no secret.
///
/// Redirects are never followed, because reqwest would hand a header such as `x-api-key` to
/// another host.
#[derive(Clone)]
pub struct Http(Arc<Parts>);

/// What an [`Http`] consists of.
pub(crate) struct Parts {
    pub(crate) client: reqwest::Client,
    /// Whether the client may have sent a request before the failure that it reports, by a redirect or a retry.
    pub(crate) may_resend: bool,
    pub(crate) url: Url,
    /// The same as text, without a slash at its end.
    pub(crate) base_url: String,
    /// The host of the base URL, and its port.
    pub(crate) server: (String, u16),
    /// Where requests go, as errors name it: the origin, and the proxy that was set.
    pub(crate) destination: String,
    /// The headers of every request, the credentials included.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) throttle: Arc<Throttle>,
}

impl Http {
    /// The time for a whole request, unless the caller or the operation says otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// The time to connect, unless the caller says otherwise.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// The longest body that is read, in bytes, unless the caller says otherwise.
    pub const DEFAULT_MAX_BODY: usize = 16 * 1024 * 1024;

    /// How many requests are on the way at once, unless the caller says otherwise.
    pub const DEFAULT_MAX_IN_FLIGHT: u32 = MAX_IN_FLIGHT;

    /// How long an idle connection is kept, unless the caller says otherwise.
    pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(4);

    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
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

    /// What this process has sent to this origin with these credentials, by this connection and others.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.0.throttle.traffic()
    }

    /// The base URL, with or without a slash at its end.
    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(crate) fn throttle(&self) -> &Arc<Throttle> {
        &self.0.throttle
    }

    pub(crate) fn server_address(&self) -> &str {
        &self.0.server.0
    }

    pub(crate) fn server_port(&self) -> u16 {
        self.0.server.1
    }

    pub(crate) fn destination(&self) -> &str {
        &self.0.destination
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    pub(crate) fn may_resend(&self) -> bool {
        self.0.may_resend
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The time for a whole request of an operation.
    ///
    /// A caller who sets less than the default wants no request to last longer, and is not overruled.
    pub(crate) fn timeout_of(&self, operation: &Operation) -> Duration {
        let timeout = self.0.timeout;
        if timeout < Self::DEFAULT_TIMEOUT {
            timeout
        } else {
            operation.timeout().map_or(timeout, |own| own.max(timeout))
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

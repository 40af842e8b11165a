//! The client: a connection to the API of Qovery, and nothing else by hand.

use std::fmt;

use crate::wire::{Auth, Error, Http, HttpBuilder, Secret};

/// A client of the Qovery API.
///
/// Cloning is cheap and shares the pool of connections.
/// `Debug` shows the address and no secret.
#[derive(Clone)]
pub struct Client {
    http: Http,
}

impl Client {
    /// A client of [`BASE_URL`](Self::BASE_URL) with the default limits, see [`HttpBuilder`].
    ///
    /// `token` is an API token of an organization, sent as `Authorization: Token`.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`](crate::wire::ErrorKind::InvalidConfiguration) if the token cannot be
    /// used.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        Ok(Self::from_http(Self::http_builder(Self::BASE_URL, token).build()?))
    }

    /// As [`new`](Self::new), with the JWT of a person, sent as `Authorization: Bearer`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_bearer(token: impl Into<Secret>) -> Result<Self, Error> {
        let http = Http::builder(Self::BASE_URL).auth(Auth::bearer(token));
        Ok(Self::from_http(http.build()?))
    }

    /// Where Qovery's API is.
    pub const BASE_URL: &str = "https://api.qovery.com";

    /// The connection that [`new`](Self::new) builds, to another address, or to change limits.
    ///
    /// Qovery allows a token 1000 requests an hour, which the client does not presume: with a
    /// [`Budget`](crate::wire::throttle::Budget),
    /// `.budget(Budget::assumed(1000, Duration::from_secs(3600)))` lets requests wait
    /// instead of being refused.
    pub fn http_builder(base_url: impl Into<String>, token: impl Into<Secret>) -> HttpBuilder {
        Http::builder(base_url).auth(Auth::scheme("Token", token))
    }

    /// Uses a connection that was built elsewhere; its base URL is the caller's business.
    #[must_use]
    pub fn from_http(http: Http) -> Self {
        Self { http }
    }

    /// The connection that every method goes through.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("http", &self.http).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_not_shown() {
        for client in [Client::new("planted"), Client::with_bearer("planted")] {
            let shown = format!("{:?}", client.unwrap());
            assert!(shown.contains(Client::BASE_URL), "{shown}");
            assert!(!shown.contains("planted"), "{shown}");
        }
    }
}

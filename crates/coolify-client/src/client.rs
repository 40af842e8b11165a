//! The client: a connection to one Coolify instance, and nothing else by hand.

use std::fmt;

use crate::wire::{Auth, Error, Http, HttpBuilder, Secret};

/// A client of one Coolify instance.
///
/// Cloning is cheap and shares the pool of connections.
/// `Debug` shows the address and no secret.
#[derive(Clone)]
pub struct Client {
    http: Http,
}

impl Client {
    /// A client with the default limits, see [`HttpBuilder`].
    ///
    /// `instance` is the address of the instance, such as `https://coolify.example.com`, with or
    /// without `/api/v1` at its end.
    /// `token` is an API token, sent as `Authorization: Bearer`.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`](crate::wire::ErrorKind::InvalidConfiguration) if the address or the
    /// token cannot be used, or if the address is plain `http` to another machine.
    pub fn new(instance: impl AsRef<str>, token: impl Into<Secret>) -> Result<Self, Error> {
        Ok(Self::from_http(Self::http_builder(instance, token).build()?))
    }

    /// The connection that [`new`](Self::new) builds, to change limits before it is built.
    ///
    /// Coolify allows the tokens of a user 200 requests a minute, which the client does not presume: with a
    /// [`Budget`](crate::wire::throttle::Budget),
    /// `.budget(Budget::assumed(200, Duration::from_secs(60)))` lets requests wait
    /// instead of being refused.
    pub fn http_builder(instance: impl AsRef<str>, token: impl Into<Secret>) -> HttpBuilder {
        Http::builder(base_url(instance.as_ref())).auth(Auth::bearer(token))
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

/// The address of the API, from the address of the instance.
fn base_url(instance: &str) -> String {
    let instance = instance.trim_end_matches('/');
    let instance = instance.strip_suffix("/api/v1").unwrap_or(instance);
    format!("{}/api/v1", instance.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_api_may_be_given_or_not() {
        for instance in ["https://coolify.example.com{}", "https://example.com/tools{}"] {
            let wanted = instance.replace("{}", "/api/v1");
            for end in ["", "/", "/api/v1", "/api/v1/"] {
                assert_eq!(base_url(&instance.replace("{}", end)), wanted);
            }
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let client = Client::new("https://coolify.example.com", "planted").unwrap();
        let shown = format!("{client:?}");
        assert!(shown.contains("coolify.example.com/api/v1"), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
    }
}

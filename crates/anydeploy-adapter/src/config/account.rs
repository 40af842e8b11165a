//! Which account a configuration leads to, without keeping its credential.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::ExposeSecret;

use super::{Config, Connect, Proxy};

/// The keys of this process, so that an account cannot be computed backwards.
static KEYS: OnceLock<RandomState> = OnceLock::new();

/// How many configurations had an HTTP client of the caller's own, counted from one.
static OWN_CLIENTS: AtomicU64 = AtomicU64::new(1);

impl<D: Connect> Config<D> {
    /// A name for the account that this leads to, the same for each configuration that is equal: for
    /// [`Hub::shared`](crate::Hub::shared).
    ///
    /// It holds no credential, and differs from one process to the next.
    #[must_use]
    pub fn account(&self) -> String {
        let Self { url, token, token_scheme, socket_url, timeout, connect_timeout, timing, headers, proxy, .. } = self;
        let mut hash = KEYS.get_or_init(RandomState::new).build_hasher();
        let mut add = |text: &str| text.hash(&mut hash);
        add(url.as_deref().unwrap_or_default());
        add(socket_url.as_deref().unwrap_or_default());
        add(token.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default());
        for (name, value) in headers {
            add(name);
            add(value.expose_secret());
        }
        if let Proxy::Url(url) = proxy {
            add(url.expose_secret());
        }
        add(self.root_certificate.as_deref().unwrap_or_default());
        add(self.application_name.as_deref().unwrap_or_default());
        let rest: [&dyn fmt::Debug; 6] = [token_scheme, timeout, connect_timeout, timing, proxy, &self.max_body];
        add(&format!("{rest:?}"));
        // A client of the caller's own may lead anywhere.
        let own = if self.has_own_client() { OWN_CLIENTS.fetch_add(1, Ordering::Relaxed) } else { 0 };
        format!("{:016x} {own}", hash.finish())
    }
}

//! What the tests of an adapter share.

#[cfg(feature = "coolify")]
pub(crate) mod closed;
#[cfg(feature = "coolify")]
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod coolify;
#[cfg(feature = "dokploy")]
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod dokploy;
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod follow;
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod health;
#[cfg(feature = "dokploy")]
pub(crate) mod polled;
#[cfg(feature = "qovery")]
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod qovery;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
#[allow(dead_code, reason = "each test needs a part")]
pub(crate) mod scene;

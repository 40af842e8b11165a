//! The tests of the facade, as one program: what each adapter does against a fake server that behaves as a recorded one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod configuration;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod conformance;
#[cfg(all(feature = "coolify", feature = "dokploy"))]
mod connection;
#[cfg(feature = "coolify")]
mod coolify;
#[cfg(feature = "coolify")]
mod coolify_after;
#[cfg(feature = "coolify")]
mod coolify_days;
#[cfg(feature = "coolify")]
mod coolify_findings;
#[cfg(feature = "coolify")]
mod coolify_odd;
#[cfg(feature = "coolify")]
mod coolify_traps;
#[cfg(feature = "dokploy")]
mod dokploy;
#[cfg(feature = "dokploy")]
mod dokploy_after;
#[cfg(feature = "dokploy")]
mod dokploy_days;
#[cfg(feature = "dokploy")]
mod dokploy_errors;
#[cfg(feature = "dokploy")]
mod dokploy_findings;
#[cfg(feature = "dokploy")]
mod dokploy_identity;
#[cfg(feature = "dokploy")]
mod dokploy_traps;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod fleet;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod follow_cost;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod hostile;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod hub;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod lost_answers;
#[cfg(feature = "qovery")]
mod qovery;
#[cfg(feature = "qovery")]
mod qovery_after;
#[cfg(feature = "qovery")]
mod qovery_days;
#[cfg(feature = "qovery")]
mod qovery_errors;
#[cfg(feature = "qovery")]
mod qovery_findings;
#[cfg(feature = "qovery")]
mod qovery_identity;
#[cfg(feature = "qovery")]
mod qovery_overlap;
#[cfg(feature = "qovery")]
mod qovery_traps;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod reasons_masked;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod recorded_days;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod recovering;
mod support;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod throttle;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod two_phase;
#[cfg(all(feature = "coolify", feature = "dokploy"))]
mod watching;
#[cfg(all(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod who_speaks;

//! The traps of Dokploy: each a habit of the fake server, and a test of the adapter that bears its name.

#![cfg(feature = "dokploy")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

#[path = "support/dokploy.rs"]
#[allow(dead_code, reason = "other tests need what these do not")]
mod support;

#[path = "dokploy_traps/identity.rs"]
mod identity;
#[path = "dokploy_traps/logs.rs"]
mod logs;
#[path = "dokploy_traps/others.rs"]
mod others;
#[path = "dokploy_traps/refusals.rs"]
mod refusals;

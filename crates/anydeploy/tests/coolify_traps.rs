//! The traps of Coolify: each a habit of the fake server, and a test of the adapter that bears its name.

#![cfg(feature = "coolify")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

#[path = "support/coolify.rs"]
mod support;

#[path = "coolify_traps/ages.rs"]
mod ages;
#[path = "coolify_traps/deploying.rs"]
mod deploying;
#[path = "coolify_traps/reading.rs"]
mod reading;
#[path = "coolify_traps/refusals.rs"]
mod refusals;

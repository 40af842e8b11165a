//! The traps of Qovery: each a habit of the fake server, and a test of the adapter that bears its name.

#![cfg(feature = "qovery")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

#[path = "support/qovery.rs"]
#[allow(dead_code, reason = "other tests need what these do not")]
mod support;

#[path = "qovery_traps/answers.rs"]
mod answers;
#[path = "qovery_traps/others.rs"]
mod others;
#[path = "qovery_traps/outcomes.rs"]
mod outcomes;

//! The traps of Dokploy: each a habit of the fake server, and a test of the adapter that bears its name.

#[allow(dead_code, reason = "other tests need what these do not")]
mod identity;
mod logs;
pub(crate) mod others;
mod refusals;

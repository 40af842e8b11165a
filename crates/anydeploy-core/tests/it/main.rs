//! The tests of the core, as one program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

mod already_running;
mod conformance;
mod contract;
mod events;
mod find;
mod fleet;
mod follow;
mod health;
mod history;
mod hostile;
mod hub;
mod json;
mod layers;
mod memory;
mod retry;
mod sentences;
mod telemetry;
mod text;
mod two_phase;
mod variables;
mod watch;

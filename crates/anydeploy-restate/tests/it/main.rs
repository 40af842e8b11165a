//! The services on a real Restate server, with workers that are killed and networks that are cut.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../harness/harness.rs"]
mod harness;

mod crash;
mod fleet;
mod journal;
mod scene;
mod settle;
mod watch;

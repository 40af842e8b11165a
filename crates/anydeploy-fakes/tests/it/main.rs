//! The tests of the fakes, as one program: each fake server asked over its socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

mod clock;
mod coolify;
mod dokploy;
mod network;
mod qovery;
mod requests;
mod scripts;
mod senders;
mod truth;

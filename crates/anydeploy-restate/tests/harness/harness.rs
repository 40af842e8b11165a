//! A real Restate server, workers as processes of their own, and a network between them that can be cut.
//!
//! The tests and the example share it; what one of them does not use is not dead.
#![allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod admin;
pub mod halt;
pub mod process;
pub mod proxy;
pub mod server;
pub mod worker;

use std::net::TcpListener;

/// A port of the loopback address that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

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
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below those that systems give to connections and to port 0 (from 32768 on Linux, from 49152 elsewhere), so that
/// nothing takes one by chance before a server listens there, or while it is killed and starts again.
const PORTS: Range<u16> = 15_000..32_000;

/// A port of the loopback address that nobody listens on, and that this process was not given before.
pub fn free_port() -> u16 {
    static GIVEN: AtomicUsize = AtomicUsize::new(0);
    // Processes that run side by side begin in different places.
    let begin = std::process::id() as usize * 64;
    let mut ports = std::iter::repeat_with(|| begin + GIVEN.fetch_add(1, Ordering::Relaxed))
        .take(PORTS.len())
        .map(|place| PORTS.start + u16::try_from(place % PORTS.len()).expect("it is less than the ports"));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}

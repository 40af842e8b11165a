//! What the crate promises, through its public interface and real sockets.
#![cfg(test)]

mod choices;
#[cfg(feature = "rustls")]
mod connecting;
mod decode;
mod decode_properties;
mod limits;
mod log;
#[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
mod no_provider;
#[cfg(feature = "rustls")]
mod own_client;
#[cfg(feature = "rustls")]
mod proxies;
#[cfg(feature = "rustls")]
mod requests;
mod responses;
mod secrets;
#[cfg_attr(not(feature = "rustls"), allow(dead_code, reason = "the modules that use it need TLS"))]
mod server;
#[cfg(feature = "websocket")]
mod socket;
mod telemetry;
mod throttle;
#[cfg(feature = "rustls")]
mod tls;
mod unions;

//! What the crate promises, through its public interface and real sockets.
#![cfg(test)]

mod choices;
mod decode;
mod decode_properties;
mod limits;
mod request;
mod secrets;
mod server;
mod status;
mod tls;
mod transport;
mod unions;

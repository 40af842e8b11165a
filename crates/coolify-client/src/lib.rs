//! Typed client of the Coolify API.
//!
//! Every operation is a method of [`Client`], every request and response a type in [`types`].
//! Both are generated from documents that say what the servers really answer; a response that does
//! not quite fit is still read, see [`Response::repairs`](wire::Response::repairs).
//!
//! A failure keeps status, headers and body, see [`Error`](wire::Error).
//! Nothing is sent twice: retrying is the caller's decision.
//!
//! # Examples
//!
//! ```
//! # use wiremock::{matchers, Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(matchers::path("/api/v1/version"))
//! #     .and(matchers::header("authorization", "Bearer a token"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_string("4.1.0"))
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! let version = client.version().await?;
//! assert_eq!(version.value(), "4.1.0");
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! An area of the API is one feature and can be switched on by itself; [`guide`] has an example
//! for each.
//! `deploy` is what deploying needs, `default` is `deploy` with `rustls`, `full` is all areas.
//! TLS comes with `rustls`, `native-tls`, or `rustls-no-provider`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
#[cfg(any(doc, doctest))]
pub mod guide;
// Generated code is checked by its generator's tests; lints are about what people write.
#[allow(missing_docs, unreachable_pub, unused, clippy::all, clippy::pedantic, clippy::exhaustive_structs)]
#[rustfmt::skip]
mod generated;

pub use anydeploy_wire as wire;
pub use client::Client;
pub use generated::{operations, types};

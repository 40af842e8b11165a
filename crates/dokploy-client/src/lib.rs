//! Typed client of the Dokploy API.
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
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(matchers::path("/api/settings.getDokployVersion"))
//! #     .and(matchers::header("x-api-key", "a key"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json("v0.30.2"))
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//!
//! let client = Client::new(instance, "a key")?;
//! let version = client.settings_get_dokploy_version().await?;
//! assert_eq!(version.value(), "v0.30.2");
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

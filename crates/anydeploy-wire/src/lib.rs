//! What the generated clients share: a careful HTTP request, and types that keep what the documents of a
//! platform do not mention.
//!
//! * [`Http`] holds a connection pool, the credentials and the limits; [`Http::request`] starts the
//!   [`RequestBuilder`] of one [`Operation`], and its [`RawResponse`] is read as JSON, text, bytes or
//!   nothing.
//! * [`throttle`] holds requests back that the server would refuse by its rate limit.
//! * [`Error`] says what is known after a failure, above all whether the server can have acted on the
//!   request.
//! * [`open_enum!`] and [`open_union!`] declare types that keep what they do not know.
//! * [`File`] is what a form uploads.
//! * [`Patch`] distinguishes "leave it" from "clear it"; [`Secret`] and [`SecretJson`] never print what
//!   they hold.
//! * [`decode`] reads JSON that nearly fits its type, and reports what it repaired; [`object!`] and
//!   [`choice!`] make a struct and an enum a type that it can [`Read`].
//!
//! # Examples
//!
//! ```
//! use anydeploy_wire::{Auth, Http, Method, Operation};
//!
//! const GET_VERSION: Operation = Operation::new(Method::Get, "version", "/version");
//!
//! # async fn run() -> Result<(), anydeploy_wire::Error> {
//! let http = Http::builder("https://coolify.example.com/api/v1")
//!     .auth(Auth::bearer("a token"))
//!     .build()?;
//! let version = http.request(&GET_VERSION).send().await?.text()?;
//! println!("{} ({})", version.value(), version.status());
//! # Ok(())
//! # }
//! ```
//!
//! # Tracing
//!
//! Each request is one span `http` at level `INFO`, a child of the span that the caller is in.
//! Its fields are `http.request.method`, `url.template`, `server.address` and `server.port`, then
//! `http.response.status_code` if a response came, and `error.type` after a failure: the status, or a word such as
//! `timeout`.
//! `otel.name` and `otel.kind` are for the exporter to OpenTelemetry.
//! It lasts until the response is read as a type, so that an unreadable one is its failure.
//! No field holds a credential, an id, a query value or a text of the server.
//!
//! # Features
//!
//! `rustls` (default), `native-tls`, or `rustls-no-provider` for a program that installs its own
//! rustls provider before it builds an [`Http`].
//! Without any of them, plain HTTP is all there is.
//! `websocket` adds requests that open a [`Socket`](RequestBuilder::socket); it is off by default.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod base_url;
mod choice;
mod connect_error;
mod decode;
mod error;
mod form;
mod http;
mod http_builder;
mod object;
mod open_enum;
mod open_union;
mod operation;
mod patch;
mod path;
mod proxy;
mod query;
mod receive;
mod redirect;
mod request;
mod response;
mod response_future;
mod retry_after;
mod secret;
mod server_message;
#[cfg(feature = "websocket")]
mod socket;
mod span;
pub mod throttle;
mod tls;
#[cfg(feature = "websocket")]
mod upgrade;
mod web_page;

pub use auth::Auth;
pub use bytes::Bytes;
pub use decode::{DecodeError, Mismatch, Node, Read, Repair, Repaired, decode, unescape};
pub use error::{Error, ErrorKind};
pub use form::File;
pub use http::Http;
pub use http_builder::HttpBuilder;
pub use operation::{Method, Operation};
pub use patch::Patch;
pub use query::QueryValue;
pub use redirect::{Redirect, RedirectKind};
pub use request::RequestBuilder;
pub use reqwest::header::HeaderMap;
pub use response::{RawResponse, Response};
pub use response_future::ResponseFuture;
pub use secret::{Secret, SecretJson};
#[cfg(feature = "websocket")]
pub use socket::{Socket, SocketMessage};
pub use {reqwest, serde, serde_json};

/// What the macros of this crate expand to; not meant to be named by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::decode::{
        Ahead, Chosen, Match, Names, Required, Slot, choose, deserialize, table, table_length, weigh,
    };
    pub use crate::secret::REDACTED;
    pub use {serde, serde_json};
}

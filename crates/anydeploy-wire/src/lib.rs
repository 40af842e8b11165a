//! What the generated clients share: one careful HTTP call, and the types that let an answer be
//! stranger than its documentation.
//!
//! * [`Http`] holds a connection pool, the credentials and the limits; [`Http::call`] starts a
//!   [`Call`] of one [`Operation`], and the [`Answer`] is read as JSON, text, bytes or nothing.
//! * [`Error`] says what is known after a failure, above all whether the request can have been
//!   acted on.
//! * [`open_enum!`] and [`open_union!`] declare types that keep what they do not know.
//! * [`File`] is what a form uploads.
//! * [`Patch`] tells "leave it" from "clear it"; [`Secret`] and [`SecretJson`] never print what they
//!   hold.
//! * [`decode`] reads JSON that nearly fits its type, and tells what it repaired; [`object!`] and
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
//! let version = http.call(&GET_VERSION).send().await?.text()?;
//! println!("{} ({})", version.value(), version.status());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! `rustls` (default), `native-tls`, or `rustls-no-provider` for a program that installs its own
//! rustls provider before it builds an [`Http`].

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod auth;
mod base_url;
mod call;
mod choice;
mod decode;
mod error;
mod form;
mod http;
#[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
mod no_tls;
mod object;
mod open_enum;
mod open_union;
mod operation;
mod patch;
mod path;
#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
mod pem;
mod query;
mod redirect;
mod retry_after;
mod secret;
mod sentence;
mod transport;

pub use answer::{Answer, Reply};
pub use auth::Auth;
pub use bytes::Bytes;
pub use call::{Call, Pending};
pub use decode::{DecodeError, Fault, Node, Read, Repair, Repaired, decode};
pub use error::{Error, ErrorKind};
pub use form::File;
pub use http::{Http, HttpBuilder};
pub use operation::{Method, Operation};
pub use patch::Patch;
pub use query::QueryValue;
pub use redirect::{Redirect, RedirectKind};
pub use reqwest::header::HeaderMap;
pub use secret::{Secret, SecretJson};
pub use {serde, serde_json};

/// What the macros of this crate expand to; not meant to be named by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::decode::{Chosen, Match, deserialize};
    pub use crate::secret::REDACTED;
    pub use {serde, serde_json};
}

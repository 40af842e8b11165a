//! The client that progenitor generates, with the credential in its default headers.

use std::io;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

// Generated code is progenitor's; lints are about what people write.
#[path = "generated/statuses.rs"]
#[allow(missing_docs, unreachable_pub, unused, dead_code, clippy::all, clippy::pedantic, clippy::restriction)]
#[rustfmt::skip]
mod statuses;

pub(super) fn client(url: &str, token: &str) -> io::Result<statuses::Client> {
    let credential = HeaderValue::try_from(format!("Token {token}")).map_err(io::Error::other)?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, credential)]);
    let client = reqwest::Client::builder().default_headers(headers).build().map_err(io::Error::other)?;
    Ok(statuses::Client::new_with_client(url, client))
}

//! Receiving a response: its body up to the limit, and what makes it a failure.

use bytes::Bytes;
use reqwest::Url;

use crate::{
    error::{Error, ErrorKind, Received},
    http::Http,
    operation::Operation,
    redirect::Redirect,
    response::RawResponse,
};

/// Reads a response up to the limit; whatever is not 2xx becomes an error that holds it.
///
/// `url` is what the request was sent to, if the client may have followed a redirect.
pub(crate) async fn receive(
    http: &Http,
    operation: Operation,
    url: Option<&Url>,
    mut response: reqwest::Response,
) -> Result<RawResponse, Error> {
    let status = response.status();
    let redirect = Redirect::of(&response);
    let followed = url.filter(|url| *url != response.url()).map(|url| followed(url, response.url()));
    let (body, end) = read_body(&mut response, http.max_body()).await;
    let received = Received { status, headers: std::mem::take(response.headers_mut()), body };
    if let Some(message) = followed {
        // Our own client follows none. Whether the operation was called at all is unknown: of a POST a redirect makes a GET.
        let error = Error::new(ErrorKind::Decode, Some(operation), message);
        return Err(error.with_response(received).with_sent(http.headers()));
    }
    if !status.is_success() {
        let mut message = format!("answered {status}");
        if let Some(redirect) = &redirect {
            message = format!("{message}, {redirect}");
        }
        let error = Error::new(ErrorKind::Status, Some(operation), message);
        return Err(error.with_response(received).with_sent(http.headers()).with_redirect(redirect));
    }
    match end {
        End::Whole => Ok(RawResponse::new(operation, received)),
        End::OverLimit => {
            let message = format!("answered {status} with more than {} bytes", http.max_body());
            Err(Error::new(ErrorKind::TooLarge, Some(operation), message).with_response(received))
        }
        End::Broken(error) => Err(Error::transport(operation, http.destination(), error).with_response(received)),
    }
}

/// What a caller's own client did; path and query of the address may hold a token.
fn followed(from: &Url, to: &Url) -> String {
    let origin = to.origin().ascii_serialization();
    let loss =
        if from.origin() == to.origin() { "" } else { ", which may have received the credentials: replace them" };
    format!(
        "the HTTP client that the caller gave followed a redirect to {origin}{loss}; build that client with \
         `redirect(Policy::none())`"
    )
}

/// How a body ended.
enum End {
    Whole,
    OverLimit,
    Broken(reqwest::Error),
}

/// Reads chunk by chunk, so that no more than the limit and one chunk is ever held.
async fn read_body(response: &mut reqwest::Response, limit: usize) -> (Bytes, End) {
    // Most bodies are one chunk, which is kept as it came.
    let (mut first, mut body) = (Bytes::new(), Vec::new());
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if first.is_empty() && chunk.len() <= limit => first = chunk,
            Ok(Some(chunk)) => {
                if body.is_empty() {
                    let arrived = first.len().saturating_add(chunk.len());
                    let length = arrived.saturating_add(remaining(response));
                    body.reserve_exact(length.min(limit));
                    body.extend_from_slice(&first);
                }
                let room = limit - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break End::OverLimit;
                }
            }
            Ok(None) => break End::Whole,
            Err(error) => break End::Broken(error),
        }
    };
    (if body.is_empty() { first } else { body.into() }, end)
}

/// How much of the body has not arrived yet, if the server says how long it is.
fn remaining(response: &reqwest::Response) -> usize {
    response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default()
}

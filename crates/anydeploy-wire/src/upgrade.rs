//! The request and the response that switch a connection to WebSocket.

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};

use crate::{
    error::{Error, Received},
    http::Http,
    operation::Operation,
    response::RawResponse,
};

/// Makes a request the handshake of a socket.
pub(crate) fn ask_for(headers: &mut HeaderMap, key: &str) {
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    if let Ok(key) = HeaderValue::try_from(key) {
        headers.insert(SEC_WEBSOCKET_KEY, key);
    }
}

/// Whether a response switches the connection to another protocol.
pub(crate) fn is_switched(response: &reqwest::Response) -> bool {
    response.status() == StatusCode::SWITCHING_PROTOCOLS
}

/// The response with the connection that it switched.
pub(crate) async fn switched(
    http: &Http,
    operation: Operation,
    mut response: reqwest::Response,
) -> Result<RawResponse, Error> {
    let headers = std::mem::take(response.headers_mut());
    let received = Received { status: response.status(), headers, body: Bytes::new() };
    let connection = response.upgrade().await;
    let connection = connection.map_err(|error| Error::transport(operation, http.destination(), error))?;
    Ok(RawResponse::new(operation, received).with_upgraded(connection))
}

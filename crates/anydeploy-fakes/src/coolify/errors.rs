//! Refusals: the server's own JSON sentences, and the framework's pages for callers that did not ask for JSON.

use serde_json::{Map, Value, json};

use crate::request::ReceivedRequest;
use crate::response::Response;

/// What a handler returns: an answer, or one that ended its work early.
pub(super) type Reply = Result<Response, Refusal>;

/// An answer that ends the work on a request early.
pub(super) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(answer: Response) -> Self {
        Self(Box::new(answer))
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        *refusal.0
    }
}

/// Refuses with one sentence.
pub(super) fn refuse<T>(status: u16, text: &str) -> Result<T, Refusal> {
    Err(message(status, text).into())
}

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What the server says when the queue of the machine holds as many deployments as it may.
pub(super) const QUEUE_FULL: &str = "Deployment queue is full. Please wait for existing deployments to complete.";

/// An answer that is one sentence.
pub(super) fn message(status: u16, text: &str) -> Response {
    Response::json(status, &json!({ "message": text }))
}

/// What any verb on an unknown path gets, with or without a token.
pub(super) fn unknown_path() -> Response {
    Response::json(404, &json!({ "message": "Not found.", "docs": "https://coolify.io/docs" }))
}

/// What a path answers that was read with GET before v4.2.0.
pub(super) fn post_required() -> Response {
    message(405, "This endpoint has changed to a POST request.").with_header("Allow", "POST")
}

pub(super) fn queue_full() -> Response {
    message(429, QUEUE_FULL).with_header("Retry-After", "60")
}

/// An error of the framework under Coolify: a sentence for callers that asked for JSON, a page for all others.
pub(super) fn framework(request: &ReceivedRequest, status: u16, text: &str) -> Response {
    if wants_json(request) { message(status, text) } else { page(status, text) }
}

pub(super) fn server_error(request: &ReceivedRequest) -> Response {
    framework(request, 500, "Server Error")
}

pub(super) fn page(status: u16, title: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{title}</title></head>\n<body><h1>{status} {title}</h1></body>\n</html>\n"
    );
    Response::new(status).with_content(HTML, html)
}

/// A body that Coolify itself checked, field by field.
pub(super) fn validation_failed(errors: &Map<String, Value>) -> Response {
    Response::json(422, &json!({ "message": "Validation failed.", "errors": errors }))
}

/// A parameter that the framework checked; without JSON in `Accept` it sends the caller back where it came from.
pub(super) fn invalid_parameter(request: &ReceivedRequest, field: &str, text: &str) -> Response {
    if wants_json(request) {
        return Response::json(422, &json!({ "message": text, "errors": { field: [text] } }));
    }
    let host = request.header("host").unwrap_or("localhost");
    let origin = format!("http://{host}");
    page(302, &format!("Redirecting to {origin}")).with_header("Location", origin)
}

/// A body that is not JSON at all.
pub(super) fn invalid_request(error: &str) -> Response {
    Response::json(400, &json!({ "message": "Invalid request.", "error": error }))
}

/// Only the first media type in `Accept` counts; one behind `*/*` does not help.
fn wants_json(request: &ReceivedRequest) -> bool {
    let accept = request.header("accept").unwrap_or_default();
    let first = accept.split(',').next().unwrap_or_default();
    first.contains("/json") || first.contains("+json")
}

//! The `tracing` span of a request, under the names of OpenTelemetry.

use tracing::{
    Span,
    field::{Empty, display},
    info_span,
};

use crate::{
    error::{Error, ErrorKind},
    http::Http,
    operation::Operation,
};

/// The span of a request, which is a child of the span that the caller is in.
///
/// It names the path template and never the URL, which holds ids and query values.
pub(crate) fn of(http: &Http, operation: &Operation) -> Span {
    info_span!(
        "http",
        otel.name = format_args!("{} {}", operation.method(), operation.path()),
        otel.kind = "client",
        http.request.method = operation.method().as_str(),
        url.template = operation.path(),
        server.address = http.server_address(),
        server.port = http.server_port(),
        http.response.status_code = Empty,
        "error.type" = Empty,
    )
}

/// Records how a request ended: with a status of 2xx, or with an error.
pub(crate) fn record_end(span: &Span, outcome: Result<u16, &Error>) {
    let status = outcome.map_or_else(Error::status, Some);
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    match (outcome, status) {
        (Err(error), Some(status)) if error.kind() == ErrorKind::Status => {
            span.record("error.type", display(status));
        }
        (Err(error), _) => record_error(span, error.kind()),
        (Ok(_), _) => {}
    }
}

/// Records a failure that is not the status itself.
pub(crate) fn record_error(span: &Span, kind: ErrorKind) {
    span.record("error.type", kind.as_str());
}

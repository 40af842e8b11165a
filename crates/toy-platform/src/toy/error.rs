//! From a failed answer of Toy to an error.

use anydeploy_adapter::{Classification, Dialect, Error, ErrorKind, FailedAnswer, translate};
use anydeploy_wire as wire;

use super::PLATFORM;

/// Turns a failed exchange with Toy into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(&DIALECT, error)
}

/// Toy refuses with `{"error": {"code": …, "message": …}}`.
const DIALECT: Dialect = Dialect {
    platform: PLATFORM,
    is_refusal: |answer| member(answer, "code").is_some(),
    is_plain_refusal: |_| false,
    classify,
};

fn member<'a>(answer: &'a FailedAnswer<'_>, name: &str) -> Option<&'a str> {
    answer.json.as_ref()?.get("error")?.get(name)?.as_str()
}

fn classify(answer: &FailedAnswer<'_>) -> Classification {
    let sentence = member(answer, "message").map(str::to_owned);
    match member(answer, "code") {
        Some("queue_full") => Classification::new(ErrorKind::QueueFull, None, sentence),
        _ => Classification::of_status(answer.status, sentence),
    }
}

//! From a failed answer of Toy to an error.

use anydeploy::adapter::{Classification, FailedAnswer, translate};
use anydeploy::{Error, ErrorKind};
use anydeploy_wire as wire;

use super::PLATFORM;

/// Turns a failed exchange with Toy into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(PLATFORM, error, classify)
}

/// Toy refuses with `{"error": {"code": …, "message": …}}`.
fn classify(answer: &FailedAnswer<'_>) -> Classification {
    let refusal = answer.json.as_ref().and_then(|json| json.get("error"));
    let member = |name: &str| refusal?.get(name)?.as_str();
    let Some(code) = member("code") else { return Classification::of_foreign(answer.status) };
    let sentence = member("message").map(str::to_owned);
    match code {
        "queue_full" => Classification::new(ErrorKind::QueueFull, None, sentence),
        _ => Classification::of_status(answer.status, sentence),
    }
}

//! From a failed answer of Coolify to an error.

use anydeploy_wire as wire;

use crate::adapter::{Classification, Dialect, FailedAnswer, is_of_gateway, translate};
use crate::{Error, ErrorKind, platform};

/// The operation that triggers, under Coolify's own name.
const TRIGGER: &str = "deploy-by-tag-or-uuid";

/// Turns a failed exchange with Coolify into an error.
pub(super) fn map_error(error: wire::Error) -> Error {
    translate(&DIALECT, error)
}

/// Coolify (4.3.11) refuses in a JSON object with `message` or `error`, and with `errors` where a validation failed.
const DIALECT: Dialect = Dialect {
    platform: platform::COOLIFY,
    is_refusal: |answer| {
        let message = answer.member(&["message"]);
        let says = |name| answer.json.as_ref().is_some_and(|json| json.get(name).is_some());
        (message.or_else(|| answer.member(&["error"])).is_some() || says("errors"))
            && !says("status")
            && !message.is_some_and(is_of_gateway)
    },
    is_plain_refusal: |_| false,
    classify,
};

/// The error of a trigger that was answered with 200.
pub(super) fn refusal(message: &'static str, kind: ErrorKind) -> Error {
    Error::new(kind, message).with_platform(platform::COOLIFY).with_operation(TRIGGER).with_status(200)
}

fn classify(answer: &FailedAnswer<'_>) -> Classification {
    let sentence = sentence(answer);
    let said = |words: &str| sentence.as_deref().is_some_and(|sentence| sentence.contains(words));
    let (kind, message) = match answer.status {
        // Coolify answers a route it does not have with its own sentence and a link; a missing row has no link.
        // Until 4.0 beta 306 every error had the link.
        404 if answer.member(&["docs"]).is_some() && said("Not found.") => (
            ErrorKind::Unsupported,
            Some("there is no such route: the URL is not that of a Coolify instance, or its version is too old"),
        ),
        403 if said("API is disabled") => {
            (ErrorKind::ApiDisabled, Some("the API is switched off in the instance's settings"))
        }
        403 if said("not allowed to access the API") => {
            (ErrorKind::AddressNotAllowed, Some("this address is not on the instance's allow list"))
        }
        // The second is what the policies say: they let owners and admins of the team alone, whatever the token may.
        403 if said("Missing required team role") || answer.member(&["error"]) == Some("Unauthorized") => {
            (ErrorKind::RoleTooLow, Some("the token's user is neither owner nor admin of the team"))
        }
        403 if said("permissions: read") => (
            ErrorKind::PermissionDenied,
            Some("the token may not read; waiting needs the ability `read` besides `deploy`"),
        ),
        // What older servers say of a token without a usable team.
        400 if said("Invalid token.") => (ErrorKind::Unauthorized, None),
        // Only the sentence distinguishes a full queue from the rate limit; a rollback says it with 400.
        400 | 429 if said("queue is full") => (ErrorKind::QueueFull, None),
        // "cannot be cancelled", "is already running", "is already stopped", "is not running".
        400 if ["cannot be cancelled", "is already ", "is not running"].iter().any(|words| said(words)) => {
            (ErrorKind::Conflict, None)
        }
        status => return Classification::of_status(status, sentence),
    };
    Classification::new(kind, message, sentence)
}

/// The server's own sentence, with the first complaint of a failed validation.
fn sentence(answer: &FailedAnswer<'_>) -> Option<String> {
    let Some(message) = answer.member(&["message", "error"]) else {
        return answer.text.map(str::to_owned);
    };
    let complaint = answer.json.as_ref().and_then(|json| {
        let (field, complaint) = json.get("errors")?.as_object()?.iter().next()?;
        // The complaints of a field are a list or a single text.
        let complaint = complaint.as_str().or_else(|| complaint.get(0)?.as_str())?;
        (complaint != message).then(|| format!("{field}: {complaint}"))
    });
    // "Invalid request." says less than the member beside it.
    let detail = complaint.or_else(|| answer.member(&["error"]).filter(|error| *error != message).map(str::to_owned));
    Some(detail.map_or_else(|| message.to_owned(), |detail| format!("{message} {detail}")))
}

#[cfg(test)]
mod tests {
    use anydeploy_wire::{Auth, Http, Method, Operation, Secret};
    use serde_json::Value;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    /// The error that one recorded answer becomes.
    async fn replay(line: &Value) -> Error {
        let server = MockServer::start().await;
        let status = u16::try_from(line["status"].as_u64().unwrap()).unwrap();
        let body = line["body"].as_str().map_or_else(|| line["body"].to_string(), str::to_owned);
        let content_type = line["headers"]["content-type"].as_str().unwrap();
        let mut answer = ResponseTemplate::new(status).set_body_raw(body, content_type);
        for (name, value) in line["headers"].as_object().unwrap() {
            answer = answer.insert_header(name.as_str(), value.as_str().unwrap());
        }
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let name: &'static str = line["operation"].as_str().unwrap().to_owned().leak();
        let operation: &'static Operation = Box::leak(Box::new(Operation::new(Method::Get, name, "/recorded")));
        let http = Http::builder(server.uri()).auth(Auth::bearer(Secret::from("1|t"))).build().unwrap();
        map_error(http.request(operation).send().await.unwrap_err())
    }

    #[tokio::test]
    async fn every_recorded_error_becomes_its_kind_with_the_servers_own_sentence() {
        let recorded = include_str!("../../tests/recorded/coolify-errors.jsonl");
        for line in recorded.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let error = replay(&line).await;
            assert_eq!(format!("{:?}", error.kind()), line["kind"].as_str().unwrap(), "{line}");
            if let (Some(message), true) = (line["body"]["message"].as_str(), error.status() != Some(302)) {
                let said = error.server_message().unwrap_or_default();
                assert!(said.starts_with(message), "{said:?} does not begin with {message:?}");
            } else if line["body"].is_string() {
                assert!(!error.to_string().contains('<'), "a web page stands in {error}");
            }
            if let Some(wait) = line["headers"]["retry-after"].as_str() {
                assert_eq!(error.retry_after().map(|wait| wait.as_secs().to_string()).as_deref(), Some(wait));
            }
        }
    }
}

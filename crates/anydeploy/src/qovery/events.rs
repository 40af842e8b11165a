//! What Qovery reports by a webhook.
//!
//! Facts of the document of 2026-08-20 (line 24986) and of the documentation (4e9636b, `webhooks.mdx`): the body is not
//! signed, the secret of the webhook comes in a header as it is, and the two texts name different headers.
//! The objects inside of a payload are not described.

use qovery_client::wire::{decode, object};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::ids;
use super::snapshot::filled;
use crate::adapter::{parse_timestamp, unreadable_event};
use crate::{DeploymentEvent, Error, ErrorKind, EventKind, Result, Target, platform};

/// The headers in which Qovery may send the secret of a webhook; the first of them that is there counts.
pub const WEBHOOK_HEADERS: [&str; 2] = ["Qovery-Signature", "Qovery-Secret"];

/// The members that are read of a body.
struct Body {
    event_type: String,
    created_at: Value,
    payload: Value,
}

object! {
    Body:
    required { event_type = "event_type" }
    optional { created_at = "created_at", payload = "payload" }
}

/// Reads the body of a webhook of Qovery, whose secret came in one of [`WEBHOOK_HEADERS`].
///
/// `secret` is the one that was set at the webhook; the two are compared in constant time, apart from their lengths.
/// It proves who sent the body, and not that it is new or unchanged: pass the event to
/// [`DeployerExt::wake`](crate::DeployerExt::wake), and believe what the watch reads.
///
/// A number counts as its text, and an optional member that does not fit as missing.
///
/// ```
/// use anydeploy::{EventKind, qovery};
///
/// let body = br#"{"event_type":"DEPLOYMENT_SUCCESSFUL","created_at":"2026-08-20T14:00:00Z","payload":{}}"#;
/// let event = qovery::parse_webhook(body, Some(b"s3cret"), "s3cret")?;
/// assert_eq!(event.kind, EventKind::Succeeded);
/// assert!(qovery::parse_webhook(body, Some(b"guessed"), "s3cret").is_err());
/// # Ok::<(), anydeploy::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidInput`] if the header is missing or another than the secret, if the secret is empty, and if the body
/// is no JSON object with an `event_type`.
pub fn parse_webhook(body: &[u8], header: Option<&[u8]>, secret: &str) -> Result<DeploymentEvent> {
    check(header, secret)?;
    let (body, _) = decode::<Body>(body).map_err(|error| unreadable_event(platform::QOVERY, &error))?;
    let kind = match body.event_type.as_str() {
        "DEPLOYMENT_STARTED" => EventKind::Started,
        "DEPLOYMENT_SUCCESSFUL" => EventKind::Succeeded,
        "DEPLOYMENT_FAILURE" => EventKind::Failed,
        "DEPLOYMENT_CANCELLED" => EventKind::Cancelled,
        _ => EventKind::Other,
    };
    let named = |object: &str, member: &str| filled(body.payload[object][member].as_str()).map(str::to_owned);
    let environment = named("environment", "id").and_then(|id| ids::uuid(&id, &id).ok());
    let mut event = DeploymentEvent::new(platform::QOVERY, kind, body.event_type);
    event.target = environment.map(Target::environment);
    (event.project, event.environment) = (named("project", "name"), named("environment", "name"));
    event.time = body.created_at.as_str().and_then(parse_timestamp);
    Ok(event)
}

/// Checks that the header holds the secret.
fn check(header: Option<&[u8]>, secret: &str) -> Result<()> {
    let refused = |why: &str| Error::new(ErrorKind::InvalidInput, why.to_owned()).with_platform(platform::QOVERY);
    if secret.is_empty() {
        let error = refused("without a secret nothing shows that a webhook comes from Qovery");
        return Err(error.with_advice("set a secret at the webhook"));
    }
    if !header.is_some_and(|header| bool::from(header.ct_eq(secret.as_bytes()))) {
        return Err(refused("the secret of the webhook is missing, or it is another one"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENVIRONMENT: &str = "710649e0-fa53-40a8-9e1c-0b2d4f6a8c01";

    fn read(body: &Value) -> Result<DeploymentEvent> {
        parse_webhook(body.to_string().as_bytes(), Some(b"s3cret"), "s3cret")
    }

    #[test]
    fn the_bodies_of_the_platform_are_read() {
        let body = json!({
            "created_at": "2026-08-20T14:00:00Z", "event_type": "DEPLOYMENT_FAILURE", "payload_type": "DEPLOYMENT",
            "payload_id": "p1",
            "payload": {
                "id": "x", "current_status": "DEPLOYMENT_ERROR", "project": { "id": "p", "name": "store" },
                "environment": { "id": ENVIRONMENT.to_uppercase(), "name": "production" }, "applications": [], "logs": [],
            },
        });
        let event = read(&body).unwrap();
        assert_eq!((event.kind, event.raw_kind.as_str()), (EventKind::Failed, "DEPLOYMENT_FAILURE"));
        assert_eq!(event.target, Some(Target::environment(ENVIRONMENT)));
        assert_eq!((event.project.as_deref(), event.environment.as_deref()), (Some("store"), Some("production")));
        assert!(event.time.is_some() && event.deployment.is_none());
    }

    #[test]
    fn each_event_has_its_kind_and_an_unknown_one_is_another() {
        let kinds = [
            ("DEPLOYMENT_STARTED", EventKind::Started),
            ("DEPLOYMENT_CANCELLED", EventKind::Cancelled),
            ("DEPLOYMENT_SUCCESSFUL", EventKind::Succeeded),
            // The state of a service is spelt so, and the event is not.
            ("DEPLOYMENT_CANCELED", EventKind::Other),
            ("deployment_successful", EventKind::Other),
        ];
        for (word, kind) in kinds {
            assert_eq!(read(&json!({ "event_type": word })).unwrap().kind, kind, "{word}");
        }
    }

    #[test]
    fn what_is_no_such_body_is_refused_and_odd_members_name_nothing() {
        for body in [json!([]), json!({}), json!("DEPLOYMENT_STARTED"), json!({ "event_type": [] })] {
            assert_eq!(read(&body).unwrap_err().kind(), ErrorKind::InvalidInput, "{body}");
        }
        let odd = [json!(1), json!([1]), json!({ "environment": "x" }), json!({ "environment": { "id": "a/b?c" } })];
        for payload in odd {
            let event = read(&json!({ "event_type": "X", "payload": payload, "created_at": 7 })).unwrap();
            assert_eq!((event.target, event.environment, event.time), (None, None, None));
        }
    }

    #[test]
    fn a_body_without_the_secret_is_not_read() {
        let body = br#"{"event_type":"DEPLOYMENT_SUCCESSFUL"}"#;
        assert!(parse_webhook(body, Some(b"s3cret"), "s3cret").is_ok());
        let forged =
            [(None, "s3cret"), (Some(&b""[..]), "s3cret"), (Some(b"s3cre"), "s3cret"), (Some(b"S3CRET"), "s3cret")];
        for (header, secret) in forged.into_iter().chain([(Some(&b""[..]), ""), (None, "")]) {
            let error = parse_webhook(body, header, secret).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(!format!("{error:?} {error}").contains("s3cre"), "{error}");
        }
    }
}

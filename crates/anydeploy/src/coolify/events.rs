//! What Coolify reports by a webhook.
//!
//! Facts of 4.3.11 (`toWebhook` of its notifications): unsigned, sent when the final status is set, and not sent for what is
//! cancelled, queued or started.

use coolify_client::wire::{decode, object};

use super::Coolify;
use crate::adapter::unreadable_event;
use crate::{DeploymentEvent, EventKind, Result, Target, platform};

/// The members that are read of a body.
struct Body {
    event: String,
    application_uuid: Option<String>,
    application_name: Option<String>,
    deployment_uuid: Option<String>,
    project: Option<String>,
    environment: Option<String>,
}

object! {
    Body:
    required { event = "event" }
    optional {
        application_uuid = "application_uuid",
        application_name = "application_name",
        deployment_uuid = "deployment_uuid",
        project = "project",
        environment = "environment",
    }
}

/// Reads the body of a webhook of Coolify.
///
/// It is unsigned, so that anybody may have sent it: pass it to [`DeployerExt::wake`](crate::DeployerExt::wake), and believe
/// what the watch reads.
///
/// A number counts as its text, and an optional member that does not fit as missing.
///
/// ```
/// use anydeploy::{EventKind, coolify};
///
/// let body = br#"{"event":"deployment_success","success":true,"application_uuid":"vgsco4o","deployment_uuid":"cls1bny"}"#;
/// let event = coolify::parse_webhook(body)?;
/// assert_eq!(event.kind, EventKind::Succeeded);
/// assert_eq!(event.deployment.map(|id| id.to_string()).as_deref(), Some("coolify:application:vgsco4o?deployment=cls1bny"));
/// # Ok::<(), anydeploy::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is no JSON object with an `event`.
pub fn parse_webhook(body: &[u8]) -> Result<DeploymentEvent> {
    let (body, _) = decode::<Body>(body).map_err(|error| unreadable_event(platform::COOLIFY, &error))?;
    let kind = match body.event.as_str() {
        "deployment_success" => EventKind::Succeeded,
        "deployment_failed" => EventKind::Failed,
        _ => EventKind::Other,
    };
    let mut event = DeploymentEvent::new(platform::COOLIFY, kind, body.event);
    // A text that is no id names nothing.
    event.target = body.application_uuid.map(Target::application).filter(|target| target.validate().is_ok());
    let deployment = body.deployment_uuid.filter(|uuid| !uuid.is_empty());
    event.deployment =
        event.target.as_ref().zip(deployment).map(|(target, uuid)| Coolify::deployment_id(target, &uuid));
    (event.service, event.project, event.environment) = (body.application_name, body.project, body.environment);
    Ok(event)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ErrorKind;

    fn read(body: &Value) -> Result<DeploymentEvent> {
        parse_webhook(body.to_string().as_bytes())
    }

    #[test]
    fn the_bodies_of_the_platform_are_read() {
        let body = json!({
            "success": false, "message": "Deployment failed", "event": "deployment_failed", "application_name": "shop",
            "application_uuid": "web1", "deployment_uuid": "d1", "deployment_url": "https://coolify.example/d1",
            "project": "store", "environment": "production", "fqdn": "https://shop.example",
        });
        let event = read(&body).unwrap();
        assert_eq!((event.kind, event.raw_kind.as_str()), (EventKind::Failed, "deployment_failed"));
        assert_eq!(event.target, Some(Target::application("web1")));
        assert_eq!(event.deployment.unwrap().to_string(), "coolify:application:web1?deployment=d1");
        assert_eq!((event.service.as_deref(), event.project.as_deref()), (Some("shop"), Some("store")));
        let limit = json!({ "success": false, "event": "restart_limit_reached", "application_uuid": "web1", "restart_count": 10 });
        assert_eq!(read(&limit).unwrap().kind, EventKind::Other);
    }

    #[test]
    fn an_empty_id_names_no_deployment() {
        let body = json!({ "event": "deployment_success", "application_uuid": "web1", "deployment_uuid": "" });
        let event = read(&body).unwrap();
        assert_eq!((event.target, event.deployment), (Some(Target::application("web1")), None));
    }

    #[test]
    fn what_is_no_such_body_is_refused_and_odd_members_name_nothing() {
        for body in [json!([]), json!({}), json!("deployment_success"), json!({ "event": [] })] {
            assert_eq!(read(&body).unwrap_err().kind(), ErrorKind::InvalidInput, "{body}");
        }
        for body in [&b"<html>"[..], b"", br#"["deployment_success",null,null,null,null,null]"#] {
            assert_eq!(parse_webhook(body).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        let number = read(&json!({ "event": 1 })).unwrap();
        assert_eq!((number.kind, number.raw_kind.as_str()), (EventKind::Other, "1"));
        // Of members with one name the last counts.
        let twice = br#"{"event":"deployment_success","event":"deployment_failed"}"#;
        assert_eq!(parse_webhook(twice).unwrap().kind, EventKind::Failed);
        let odd = read(&json!({ "event": "deployment_success", "application_uuid": "a/b?c", "deployment_uuid": "d" }))
            .unwrap();
        assert_eq!((odd.target, odd.deployment), (None, None));
        let odd = read(&json!({ "event": "deployment_success", "application_uuid": [], "project": {} })).unwrap();
        assert_eq!((odd.kind, odd.target, odd.project), (EventKind::Succeeded, None, None));
    }
}

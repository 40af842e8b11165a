//! What Dokploy reports by a webhook.
//!
//! Facts of 0.30.2: unsigned, sent once when a deployment is over, and not repeated; a redeployment that fails, one of a
//! compose stack, previews, databases, and what leaves no row send nothing.

use dokploy_client::wire::{decode, object};

use crate::adapter::{parse_timestamp, unreadable_event};
use crate::{DeploymentEvent, EventKind, Result, platform};

/// The members that are read of a body.
struct Body {
    title: String,
    about: Option<String>,
    status: Option<String>,
    project_name: Option<String>,
    application_name: Option<String>,
    timestamp: Option<String>,
}

object! {
    Body:
    required { title = "title" }
    optional {
        about = "type",
        status = "status",
        project_name = "projectName",
        application_name = "applicationName",
        timestamp = "timestamp",
    }
}

/// Reads the body of a custom webhook of Dokploy.
///
/// It is unsigned, so that anybody may have sent it, and it names what was deployed only by names that several services may
/// have: pass it to [`DeployerExt::wake`](crate::DeployerExt::wake), which wakes every watch on that instance, and believe
/// what those read.
///
/// A number counts as its text, and an optional member that does not fit as missing.
///
/// ```
/// use anydeploy::{EventKind, dokploy};
///
/// let body = br#"{"title":"Build Success","type":"build","status":"success","applicationName":"web"}"#;
/// let event = dokploy::parse_webhook(body)?;
/// assert_eq!(event.kind, EventKind::Succeeded);
/// assert_eq!((event.service.as_deref(), event.deployment), (Some("web"), None));
/// # Ok::<(), anydeploy::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if it is no JSON object with a `title`.
pub fn parse_webhook(body: &[u8]) -> Result<DeploymentEvent> {
    let (body, _) = decode::<Body>(body).map_err(|error| unreadable_event(platform::DOKPLOY, &error))?;
    let kind = match (body.about.as_deref(), body.status.as_deref()) {
        (Some("build"), Some("success")) => EventKind::Succeeded,
        (Some("build"), Some("error")) => EventKind::Failed,
        _ => EventKind::Other,
    };
    let mut event = DeploymentEvent::new(platform::DOKPLOY, kind, body.title);
    (event.service, event.project) = (body.application_name, body.project_name);
    event.time = body.timestamp.as_deref().and_then(parse_timestamp);
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
            "title": "Build Error", "message": "Build failed with errors", "projectName": "days", "applicationName": "img",
            "applicationType": "application", "errorMessage": "Command execution failed: docker pull missing/x:1",
            "buildLink": "http://null:3017/dashboard/project/p/environment/e/services/application/a?tab=deployments",
            "timestamp": "2026-11-29T11:03:58.102Z", "date": "11/29/2026, 11:03:58 AM", "status": "error", "type": "build",
        });
        let event = read(&body).unwrap();
        assert_eq!((event.kind, event.raw_kind.as_str()), (EventKind::Failed, "Build Error"));
        assert_eq!((event.service.as_deref(), event.project.as_deref()), (Some("img"), Some("days")));
        assert_eq!((event.target, event.deployment), (None, None), "names are no ids");
        assert_eq!(event.time, parse_timestamp("2026-11-29T11:03:58.102Z"));
        let test = json!({ "title": "Test Notification", "message": "Hi", "timestamp": "2026-11-29T11:00:00.000Z" });
        assert_eq!(read(&test).unwrap().kind, EventKind::Other);
        let other = json!({ "title": "Database Backup Successful", "type": "database", "status": "success" });
        assert_eq!(read(&other).unwrap().kind, EventKind::Other);
    }

    #[test]
    fn what_is_no_such_body_is_refused_and_odd_members_name_nothing() {
        for body in [json!([]), json!({}), json!("Build Success"), json!({ "title": [] })] {
            assert_eq!(read(&body).unwrap_err().kind(), ErrorKind::InvalidInput, "{body}");
        }
        assert_eq!(parse_webhook(b"<html>").unwrap_err().kind(), ErrorKind::InvalidInput);
        let odd = json!({ "title": "x", "type": "build", "status": "success", "timestamp": {}, "projectName": [] });
        let odd = read(&odd).unwrap();
        assert_eq!((odd.kind, odd.time, odd.project), (EventKind::Succeeded, None, None));
    }
}

//! Starting a service or database, of which Coolify keeps no deployments.

use coolify_client::types::DeployAccepted;

use super::answer::{is_about, refused};
use super::api::{Api, Dated};
use super::asked::Asked;
use super::baseline::can_do_without;
use super::catalog::started;
use super::error::refusal;
use super::pending::Start;
use super::service;
use crate::adapter::{Answer, Timestamps, mask, retry_briefly, trigger_failed};
use crate::{Action, Deployment, Error, ErrorKind, Result, ServiceState, Target, platform};

/// Starts a service or database, whose state afterwards is the only sign of the outcome.
pub(super) async fn post(api: &Api, target: &Target, asked: &Asked, ran: bool) -> Answer {
    // There is nothing to search for.
    let answer = api.deploy(&asked.parameters(target.id())).await.map_err(trigger_failed);
    match answer.and_then(|answer| started_by(target, answer, ran)) {
        Ok(deployment) => Answer::accepted(deployment),
        // Coolify keeps no deployments of it: only the state of the service shows whether it was started.
        Err(error) if error.kind() == ErrorKind::Undecidable => {
            Answer::Failed(error.with_advice("check its state before starting it again"))
        }
        Err(error) => Answer::Failed(error),
    }
}

/// How a service or database runs before a start or restart; `None` if that is not known, as the token may not read it.
///
/// # Errors
/// Those of a read before a trigger: above all [`ErrorKind::NotFound`], as the trigger takes the id of anything
/// (4.3.11).
pub(super) async fn state_before(api: &Api, target: &Target) -> Result<Option<ServiceState>> {
    match retry_briefly(|| service::read_with_reachability(api, target)).await {
        // What is read of a machine that is out of reach may be an old state, above all one that says that nothing runs.
        Ok(read) if !read.is_reachable && !ran_in(Some(read.service.state)) => Ok(None),
        Ok(read) => Ok(Some(read.service.state)),
        Err(error) if can_do_without(&error) => Ok(None),
        Err(error) => Err(error.with_safe_to_repeat(true)),
    }
}

/// Whether what was in this state before a start may be shown as running for what it did before.
pub(super) fn ran_in(before: Option<ServiceState>) -> bool {
    !matches!(before, Some(ServiceState::Stopped | ServiceState::Failed))
}

/// What the answer to a start says.
fn started_by(target: &Target, (accepted, at): Dated<DeployAccepted>, ran: bool) -> Result<Deployment> {
    let answered_at = Some(at.unwrap_or_else(|| Timestamps::of(None)));
    let Some(entry) = accepted.deployments.into_iter().find(|entry| is_about(entry, target)) else {
        let said = accepted.message.map(|message| message.to_string()).unwrap_or_default();
        let error = refusal("Coolify accepted the request and names nothing that it started", ErrorKind::Undecidable);
        return Err(error.with_server_message(&mask(&said)));
    };
    let message = entry.message.unwrap_or_default();
    if let Some(uuid) = entry.deployment_uuid {
        // Only a token that may not read comes here: the id is that of an application, which has no such state.
        let message = format!("the target is an application, and Coolify deploys it under the id `{}`", mask(&uuid));
        return Err(Error::new(ErrorKind::Undecidable, message).with_platform(platform::COOLIFY));
    }
    if message.starts_with("Unauthorized") {
        return Err(refused(&message, "service or database"));
    }
    // "Service x started. It could take a while, be patient." and the like (4.3.11).
    let said = message.to_ascii_lowercase();
    if !message.is_empty() && !said.contains("start") && !said.contains("queued") {
        let error = refusal("the answer of Coolify does not say whether it started it", ErrorKind::Undecidable);
        return Err(error.with_server_message(&mask(&message)));
    }
    Ok(started(target, Start { answered_at, ran, up: None, action: Action::Deploy }, &message))
}

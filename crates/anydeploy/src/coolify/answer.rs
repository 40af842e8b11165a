//! What the answer to a trigger says, and which deployment it proves.

use coolify_client::types::{DeployAccepted, DeployAcceptedItem};

use super::baseline::Context;
use super::deployment::{accepted, to_deployment};
use super::error::refusal;
use super::pending::Stage;
use super::{Coolify, restart, rows, twin};
use crate::adapter::{Answer, Timestamps, mask};
use crate::{Deployment, Error, ErrorKind, Identity, Result, Target, platform};

/// What the answer to a trigger says of the deployment.
pub(super) enum Answered {
    /// Stored under this id: the row is written before the answer.
    Stored(String),
    /// Under this id, but the request was merged into another deployment.
    Merged(String),
    /// Under this id, without a sentence that says which of the two it is.
    Unsaid(String),
    /// Under this id, unless the queue was full: the route of a restart does not check that (4.3.11).
    Queued(String),
}

/// Reads the deployment back.
pub(super) async fn confirm(
    coolify: &Coolify,
    context: &Context<'_>,
    answered: Answered,
    at: Option<Timestamps>,
) -> Result<Deployment> {
    let Context { target, asked, .. } = *context;
    let uuid = match &answered {
        Answered::Merged(phantom) => return twin::merged(coolify, context, phantom, at).await,
        Answered::Stored(uuid) | Answered::Unsaid(uuid) | Answered::Queued(uuid) => uuid.clone(),
    };
    let is_unsaid = matches!(answered, Answered::Unsaid(_));
    let may_be_full = matches!(answered, Answered::Queued(_));
    match rows::row(&coolify.api, target, &uuid).await {
        Ok(row) => Ok(to_deployment(coolify, target, &asked.pending(&uuid, Stage::Known(Identity::Exact)), &row)),
        // A row is written before the answer (4.3.11), so one that is nowhere was never stored.
        // With `force`, Coolify searches for no twin.
        Err(error) if is_unsaid && !asked.force && error.kind() == ErrorKind::NotFound => {
            twin::merged(coolify, context, &uuid, at).await
        }
        Err(error)
            if may_be_full
                && error.kind() == ErrorKind::NotFound
                && restart::is_unstored(&coolify.api, context, &uuid).await =>
        {
            Err(restart::queue_full())
        }
        // The deployment is accepted whatever this read says; a later read says why it cannot be read.
        Err(_) => {
            let at = at.unwrap_or_else(|| Timestamps::of(None));
            Ok(accepted(target, &asked.pending(&uuid, Stage::Accepted(at))))
        }
    }
}

/// What the answer to a trigger says.
///
/// # Errors
/// What an answer without an id means: Coolify refuses inside a 200 (4.3.11), or names no deployment in a success.
pub(super) fn answered(target: &Target, accepted: DeployAccepted) -> Result<Answered, Answer> {
    let Some(entry) = accepted.deployments.into_iter().find(|entry| is_about(entry, target)) else {
        // An unknown id is a 404; up to 4.0 beta 236 an accepted one is a message without any id.
        let said = accepted.message.map(|message| message.to_string()).unwrap_or_default();
        return Err(Answer::Unnamed(unnamed(&said)));
    };
    let message = entry.message.unwrap_or_default();
    match entry.deployment_uuid {
        Some(uuid) if is_stored(&message) => Ok(Answered::Stored(uuid)),
        Some(uuid) if is_merged(&message) => Ok(Answered::Merged(uuid)),
        Some(uuid) => Ok(Answered::Unsaid(uuid)),
        None if is_merged(&message) => Ok(Answered::Merged(String::new())),
        None if message.is_empty() || is_stored(&message) => Err(Answer::Unnamed(unnamed(&message))),
        None => Err(Answer::Failed(refused(&message, "application"))),
    }
}

/// The answer of a server that accepted a request and names no deployment.
pub(super) fn unnamed(said: &str) -> Error {
    let error = refusal("Coolify accepted the request and names no deployment", ErrorKind::Unreadable);
    error.with_server_message(&mask(said))
}

/// Whether an entry of the answer is about this target; older versions do not name it.
pub(super) fn is_about(entry: &DeployAcceptedItem, target: &Target) -> bool {
    entry.resource_uuid.as_deref().is_none_or(|uuid| uuid == target.id())
}

/// "Application NAME deployment queued." (4.3.11).
fn is_stored(message: &str) -> bool {
    message.ends_with("deployment queued.")
}

/// "Deployment already queued for this commit." (4.0.0-beta.408 to 4.3.11), whose id was never stored.
pub(super) fn is_merged(message: &str) -> bool {
    message.contains("already queued")
}

/// The error of an entry without an id, for a target that Coolify handled as one of this kind.
pub(super) fn refused(message: &str, kind: &str) -> Error {
    let error = if message.starts_with("Unauthorized") {
        refusal("Coolify refused to deploy", ErrorKind::PermissionDenied)
    } else if message.starts_with("Pull request ") && message.contains(" not found") {
        // That of an image application is made by a tag, any other by a webhook or in the browser (4.3.11).
        let advice = "name an image tag if the application is made from an image; otherwise the pull request makes it";
        refusal("the application has no preview of this pull request", ErrorKind::NotFound).with_advice(advice)
    } else if message.contains(" started") {
        // A token that may not read cannot find out beforehand that the target is of another kind.
        let message = format!("the target is no {kind}, and Coolify started it as what it is");
        Error::new(ErrorKind::Undecidable, message).with_platform(platform::COOLIFY)
    } else {
        refusal("Coolify refused to deploy", ErrorKind::Rejected)
    };
    error.with_server_message(&mask(message))
}

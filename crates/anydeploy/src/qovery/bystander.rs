//! Services that are listed as cancelled only because another service of their execution failed.
//!
//! When a service fails, the engine reports those of the same execution that it had not started yet as cancelled, except
//! Terraform services (engine 59fa717, `task.rs`).
//! So `CANCELED` on a service does not say that a person cancelled; the state of its execution does.

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, DeploymentHistoryService as Part};

use super::pending::Pending;
use super::status::{judge_past, judge_service};
use crate::{Phase, TargetKind};

/// The phase of a service that is listed as cancelled, and why it failed if it did.
///
/// `whole` is the phase of its execution, and `entry` what the history lists of that.
pub(super) fn explain(pending: &Pending, whole: Phase, entry: Option<&Past>) -> (Phase, Option<String>) {
    match whole {
        _ if *pending.target.kind() == TargetKind::Terraform => (Phase::Cancelled, None),
        Phase::Cancelled | Phase::Cancelling | Phase::Succeeded => (Phase::Cancelled, None),
        Phase::Failed => (Phase::Failed, Some(reason(pending, entry))),
        // Whether another service has failed or a person cancels shows at the end.
        Phase::Queued | Phase::Running => (Phase::Running, None),
        _ => (Phase::Unknown, None),
    }
}

/// [`explain`] by the history alone; an execution that it does not list explains nothing.
pub(super) fn explain_past(pending: &Pending, entry: Option<&Past>) -> (Phase, Option<String>) {
    explain(pending, entry.map_or(Phase::Unknown, |entry| judge_past(entry, pending.action)), entry)
}

/// Why a bystander failed, with the names of the services that did, as far as they are listed.
fn reason(pending: &Pending, entry: Option<&Past>) -> String {
    let services = entry.into_iter().flat_map(|entry| &entry.stages).flat_map(|stage| &stage.services);
    let has_failed =
        |part: &&Part| judge_service(&part.status, part.status_details.as_ref(), pending.action) == Phase::Failed;
    let name = |part: &Part| {
        let name = part.identifier.name.as_ref().unwrap_or(&part.identifier.service_id);
        format!("`{name}`")
    };
    let others = services.filter(|part| part.identifier.service_id != pending.target.id());
    let names: Vec<String> = others.filter(has_failed).map(name).collect();
    let which = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    format!("another service of the same deployment failed{which}, and Qovery did not go on with this one")
}

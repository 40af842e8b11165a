//! The outcome of an execution, for one service in it or for the whole environment.

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, StateEnum};
use tokio::time::sleep;

use super::action::Action;
use super::bystander::{explain, explain_past};
use super::history::with_past;
use super::lists::newest_executions;
use super::order::{is_nameless, part};
use super::pending::Pending;
use super::ran::{failed_as, ran_in, verified, with_ran};
use super::row::{Source, row};
use super::snapshot::{HISTORY_PAGE_SIZE, LONG_HISTORY_PAGE_SIZE, Snapshot, beside_statuses, filled};
use super::status::{judge_past, judge_service, phase_of};
use super::statuses::Status;
use super::{Qovery, reason};
use crate::adapter::{may_be_transient, retry_briefly};
use crate::{Deployment, Error, ErrorKind, Phase, RanRevision, Result, Revision, TargetKind, platform};

/// The deployment, whose execution is known.
pub(super) async fn follow(qovery: &Qovery, pending: &Pending, snapshot: &Snapshot) -> Result<Deployment> {
    let execution = pending.execution.as_deref();
    let current = execution.is_some() && snapshot.last() == execution;
    let whole = snapshot.last_state().filter(|_| current);
    let whole_phase = whole.map(|state| phase_of(state, pending.action));
    let going_on = whole.filter(|state| !phase_of(state, pending.action).is_terminal());
    if *pending.target.kind() == TargetKind::Environment {
        return match whole.zip(whole_phase) {
            Some((state, phase)) if phase != Phase::Unknown => {
                Ok(pending.to_deployment(phase, state.as_str()).with_progress(snapshot.progress(pending.action)))
            }
            _ => read_past(qovery, pending, snapshot, whole).await,
        };
    }
    if let Some(status) = snapshot.service(&pending.target).filter(|status| shows(status, execution, current)) {
        let phase = judge_service(&status.state, status.status_details.as_ref(), pending.action);
        // A status that names no execution may still be that of the one before, as long as ours goes on.
        let named = filled(status.execution_id.as_deref()).is_some();
        if let Some(state) = going_on.filter(|_| !named && phase.is_terminal()) {
            return Ok(pending.to_deployment(Phase::Running, state.as_str()));
        }
        match phase {
            Phase::Succeeded => return succeeded(qovery, pending, snapshot, status).await,
            Phase::Cancelled => return cancelled(qovery, pending, snapshot, status, whole).await,
            // The execution is over, so the history has the last word.
            Phase::Unknown if going_on.is_none() => {}
            _ => return Ok(pending.to_deployment(phase, status.state.as_str())),
        }
    } else if let Some(state) = going_on {
        // The execution has not come to the service yet.
        return Ok(pending.to_deployment(Phase::Running, state.as_str()));
    }
    read_past(qovery, pending, snapshot, whole).await
}

/// A success, once it is read which revision ran.
async fn succeeded(qovery: &Qovery, pending: &Pending, snapshot: &Snapshot, status: &Status) -> Result<Deployment> {
    let mut deployment = pending.to_deployment(Phase::Succeeded, status.state.as_str());
    if let Some(other) = pending.action.contradicted_by(status.status_details.as_ref()) {
        return Ok(failed_as(deployment, other.as_str()));
    }
    let mut past = newest_executions(&qovery.api, &pending.environment, snapshot).await;
    let again;
    // The history may be behind the statuses, and only it says which revision won if requests were merged.
    if past.as_ref().is_ok_and(|past| entry_of(past, pending).is_none()) && is_at_stake(pending) {
        sleep(qovery.timing.state_refreshes).await;
        let read = retry_briefly(|| qovery.api.history(&pending.environment, HISTORY_PAGE_SIZE)).await;
        again = read.map_err(beside_statuses);
        past = again.as_deref().map_err(Clone::clone);
    }
    let entry = past.as_ref().ok().and_then(|past| entry_of(past, pending));
    if let Some((entry, part)) = entry.and_then(|entry| Some((entry, part(entry, pending.target.id())?))) {
        deployment = with_past(deployment, entry.auditing_data.as_ref());
        let ran = ran_in(&part.details);
        if ran != RanRevision::Unverified {
            return Ok(verified(with_ran(deployment, ran), pending));
        }
    }
    let ran = ran_by_row(qovery, pending, status).await.unwrap_or_default();
    match past {
        // Another request may have been merged into it, and only the history says which revision won.
        Err(error) if ran == RanRevision::Unverified && may_be_transient(&error) && is_at_stake(pending) => Err(error),
        _ => Ok(verified(with_ran(deployment, ran), pending)),
    }
}

/// A service that is listed as cancelled, which the end of its execution explains; `whole` is the state of the execution
/// if it is still the newest.
async fn cancelled(
    qovery: &Qovery,
    pending: &Pending,
    snapshot: &Snapshot,
    status: &Status,
    whole: Option<&StateEnum>,
) -> Result<Deployment> {
    let whole_phase = whole.map(|state| phase_of(state, pending.action));
    let entry = match whole_phase {
        // The history names the services that failed, which is worth no error.
        Some(Phase::Failed) => listed(qovery, pending, snapshot, whole).await.ok().flatten(),
        Some(_) => None,
        None => listed(qovery, pending, snapshot, whole).await?,
    };
    let (phase, reason) = match whole_phase {
        Some(whole) => explain(pending, whole, entry.as_ref()),
        None => explain_past(pending, entry.as_ref()),
    };
    let raw = whole.filter(|_| phase == Phase::Running).unwrap_or(&status.state);
    Ok(pending.to_deployment(phase, raw.as_str()).with_reason(reason))
}

/// The commit that the service reports as running, unless something may have changed it after the execution.
async fn ran_by_row(qovery: &Qovery, pending: &Pending, status: &Status) -> Option<RanRevision> {
    let (target, execution) = (&pending.target, pending.execution.as_deref()?);
    let is_still = |status: &Status| {
        status.execution_id.as_deref() == Some(execution) && status.deployment_requests_count.unwrap_or(0) == 0
    };
    let from_git =
        matches!(target.kind(), TargetKind::Application | TargetKind::Job | TargetKind::Helm | TargetKind::Terraform);
    // A plan or an event of a job need not change what counts as deployed.
    if !from_git || !is_still(status) || matches!(pending.action, Action::Event(_) | Action::Terraform(_)) {
        return None;
    }
    let row = row(&qovery.api, target).await.ok()?;
    let Source::Git { deployed: Some(commit) } = row.source else { return None };
    let snapshot = qovery.api.snapshot(&pending.environment).await.ok()?;
    snapshot.service(target).is_some_and(is_still).then_some(RanRevision::Commit(commit))
}

/// The deployment by the history; `whole` is the state of the execution if it is still the newest.
async fn read_past(
    qovery: &Qovery,
    pending: &Pending,
    snapshot: &Snapshot,
    whole: Option<&StateEnum>,
) -> Result<Deployment> {
    let Some(entry) = &listed(qovery, pending, snapshot, whole).await? else {
        let message = "a later deployment took the place of this one, which is not in the history any more";
        let replaced = Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY);
        // The history may be behind.
        return whole.map(|state| pending.to_deployment(Phase::Unknown, state.as_str())).ok_or(replaced);
    };
    let deployment = if *pending.target.kind() == TargetKind::Environment {
        with_past(
            pending.to_deployment(judge_past(entry, pending.action), entry.status.as_str()),
            entry.auditing_data.as_ref(),
        )
    } else {
        service_in(pending, entry)
    };
    if deployment.status.phase != Phase::Failed || !is_nameless(entry) {
        return Ok(deployment);
    }
    let log = qovery.api.log(&pending.environment, &entry.identifier.execution_id).await;
    let why = log.ok().and_then(|log| reason::of_check(&log)).or(deployment.reason.clone());
    Ok(deployment.with_reason(why))
}

/// The execution in the history; `whole` is its state if it is still the newest.
async fn listed(
    qovery: &Qovery,
    pending: &Pending,
    snapshot: &Snapshot,
    whole: Option<&StateEnum>,
) -> Result<Option<Past>> {
    let past = newest_executions(&qovery.api, &pending.environment, snapshot).await?;
    if past.len() < HISTORY_PAGE_SIZE || entry_of(past, pending).is_some() || whole.is_some() {
        return Ok(entry_of(past, pending).cloned());
    }
    let longer = qovery.api.history(&pending.environment, LONG_HISTORY_PAGE_SIZE).await.map_err(beside_statuses)?;
    Ok(entry_of(&longer, pending).cloned())
}

/// Whether a success would be one of another revision than the caller named, if a merged request had won.
fn is_at_stake(pending: &Pending) -> bool {
    pending.may_be_merged() && !pending.is_revision_read && pending.revision != Revision::Configured
}

/// Whether the state of a service is what the execution made of it.
pub(super) fn shows(status: &Status, execution: Option<&str>, current: bool) -> bool {
    match filled(status.execution_id.as_deref()) {
        Some(shown) => Some(shown) == execution,
        None => current && status.is_part_last_deployment == Some(true),
    }
}

fn entry_of<'a>(past: &'a [Past], pending: &Pending) -> Option<&'a Past> {
    past.iter().find(|entry| Some(&*entry.identifier.execution_id) == pending.execution.as_deref())
}

/// The outcome of a service in an execution that the history lists.
pub(super) fn service_in(pending: &Pending, entry: &Past) -> Deployment {
    let whole = judge_past(entry, pending.action);
    let Some(part) = part(entry, pending.target.id()) else {
        let (phase, reason) = match whole {
            Phase::Succeeded => (Phase::Failed, Some("the deployment is over and left this service out")),
            Phase::Failed => (Phase::Failed, Some("the deployment failed before it came to this service")),
            whole => (whole, None),
        };
        let deployment = pending.to_deployment(phase, entry.status.as_str()).with_reason(reason.map(str::to_owned));
        return with_past(deployment, entry.auditing_data.as_ref());
    };
    let (phase, reason) = match judge_service(&part.status, part.status_details.as_ref(), pending.action) {
        Phase::Cancelled => explain_past(pending, Some(entry)),
        // The execution is over, and its state of the service is no end of a deployment.
        Phase::Unknown if whole.is_terminal() => {
            (Phase::Failed, Some(format!("the deployment is over and left this service in `{}`", part.status)))
        }
        phase => (phase, None),
    };
    let deployment = pending.to_deployment(phase, part.status.as_str()).with_reason(reason);
    let deployment = with_ran(with_past(deployment, entry.auditing_data.as_ref()), ran_in(&part.details));
    match pending.action.contradicted_by(part.status_details.as_ref()) {
        Some(other) if phase == Phase::Succeeded => failed_as(deployment, other.as_str()),
        _ => verified(deployment, pending),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Target;

    fn outcome_of(whole: &str, service: Option<(&str, &str)>) -> Deployment {
        let parts = service.map(|(state, tag)| {
            json!({"identifier": {"service_id": "web"}, "status": state, "details": {"tag": tag},
                "status_details": {"action": "DEPLOY"}})
        });
        let entry = serde_json::from_value(json!({
            "identifier": {"execution_id": "e1"},
            "status": whole,
            "stages": [{"services": parts.into_iter().collect::<Vec<_>>()}],
        }));
        let listed = Pending::listed(&Target::new(TargetKind::Container, "web"), "env", "e1");
        service_in(&Pending { revision: Revision::ImageTag("1.2".into()), ..listed }, &entry.unwrap())
    }

    #[test]
    fn a_service_in_a_past_execution_has_its_own_outcome() {
        let cases = [
            ("DEPLOYED", Some(("DEPLOYED", "1.2")), Phase::Succeeded),
            ("DEPLOYMENT_ERROR", Some(("DEPLOYED", "1.2")), Phase::Succeeded),
            ("DEPLOYED", Some(("DEPLOYMENT_ERROR", "1.2")), Phase::Failed),
            ("CANCELED", Some(("CANCELED", "1.2")), Phase::Cancelled),
            // Not started because another one failed.
            ("DEPLOYMENT_ERROR", Some(("CANCELED", "1.2")), Phase::Failed),
            ("DEPLOYING", Some(("CANCELED", "1.2")), Phase::Running),
            ("RECAP", Some(("CANCELED", "1.2")), Phase::Unknown),
            ("DEPLOYING", Some(("DEPLOYMENT_QUEUED", "1.2")), Phase::Queued),
            // States in which no deployment ends.
            ("DEPLOYED", Some(("STOPPED", "1.2")), Phase::Failed),
            ("DEPLOYED", Some(("READY", "1.2")), Phase::Failed),
            ("DEPLOYING", Some(("READY", "1.2")), Phase::Unknown),
            // Merged, and the other one's tag won.
            ("DEPLOYED", Some(("DEPLOYED", "1.3")), Phase::Failed),
            // Never touched.
            ("DEPLOYMENT_ERROR", None, Phase::Failed),
            ("DEPLOYED", None, Phase::Failed),
            ("CANCELED", None, Phase::Cancelled),
            ("DEPLOYING", None, Phase::Running),
        ];
        for (whole, service, expected) in cases {
            assert_eq!(outcome_of(whole, service).status.phase, expected, "{whole} {service:?}");
        }
    }
}

//! The check before a deployment: when it fails, no service is touched, and the history may name none.

use qovery_client::types::{EnvironmentStatusesWithStages as Stages, ListEnvironmentLogsParams, StepMetricStatusEnum};

use super::pending::Pending;
use super::reason;
use super::snapshot::{Snapshot, filled};
use super::{Qovery, map_error};
use crate::Result;
use crate::clock::Timestamps;
use crate::recovery::may_be_transient;

/// The execution, if the check before it certainly failed.
///
/// By the order of executions, `candidate` can only be the right one; it is accepted once a later one would be listed
/// beside it, some time after the deployment was accepted or left the queue, `since`.
pub(super) async fn has_failed_check(
    qovery: &Qovery,
    pending: &Pending,
    snapshot: &Snapshot,
    candidate: Option<&str>,
    since: Option<Timestamps>,
) -> Result<Option<String>> {
    let Some(execution) = candidate else { return Ok(None) };
    if !since.is_some_and(|since| since.is_past(snapshot.at, qovery.timing.row_appears)) {
        return Ok(None);
    }
    Ok(check_failed(qovery, pending, execution).await?.then(|| execution.to_owned()))
}

/// Whether the check before an execution certainly failed, and may have been for the target.
///
/// Where the statuses are those of another execution, its log has to prove it: an error of the check, and no line of a
/// service after it.
pub(super) async fn check_failed(qovery: &Qovery, pending: &Pending, execution: &str) -> Result<bool> {
    let (client, environment) = (&qovery.client, &*pending.environment);
    let said = match client.get_environment_statuses_with_stages(environment).await.map_err(map_error) {
        Ok(reply) => says_failed(&reply.into_value(), execution, pending.target.id()),
        Err(error) if may_be_transient(&error) => return Err(error),
        Err(_) => None,
    };
    if let Some(failed) = said {
        return Ok(failed);
    }
    let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
    match client.list_environment_logs(environment, &params).await.map_err(map_error) {
        Ok(reply) => Ok(reason::proves_failed_check(&reply.into_value())),
        Err(error) if may_be_transient(&error) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Why the check before an execution failed, from its log.
pub(super) async fn why_check_failed(qovery: &Qovery, environment: &str, execution: &str) -> Option<String> {
    let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
    let entries = qovery.client.list_environment_logs(environment, &params).await.ok()?.into_value();
    reason::of_check(&entries)
}

/// Whether the check before the newest execution failed, and may have been for a service; `None` if that is another
/// execution, or if the check is not reported.
///
/// `ERROR` means that nothing was changed on the cluster; the services that took part are marked (console 720181b).
fn says_failed(stages: &Stages, execution: &str, service: &str) -> Option<bool> {
    let last = stages.environment.as_ref().and_then(|environment| filled(environment.last_deployment_id.as_deref()));
    if last != Some(execution) {
        return None;
    }
    let status = stages.pre_check_stage.as_ref()?.status.as_ref()?;
    let all = stages.stages.iter().flat_map(|stage| {
        let kinds =
            [&stage.applications, &stage.containers, &stage.jobs, &stage.helms, &stage.terraforms, &stage.databases];
        kinds.into_iter().flatten()
    });
    let part: Vec<&str> =
        all.filter(|status| status.is_part_last_deployment == Some(true)).map(|status| &*status.id).collect();
    let ours = part.is_empty() || part.contains(&service);
    Some(*status == StepMetricStatusEnum::Error && ours)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(status: &str, part: &[&str]) -> Option<bool> {
        let applications: Vec<Value> = ["web", "api"]
            .iter()
            .map(|id| json!({"id": id, "state": "DEPLOYED", "is_part_last_deployment": part.contains(id)}))
            .collect();
        let stages = serde_json::from_value(json!({
            "environment": {"id": "env", "state": "DEPLOYED", "last_deployment_id": "e2"},
            "stages": [{"applications": applications}],
            "pre_check_stage": {"status": status},
        }));
        says_failed(&stages.unwrap(), "e2", "web")
    }

    #[test]
    fn only_an_error_of_the_newest_execution_is_a_failed_check() {
        assert_eq!(said("ERROR", &[]), Some(true));
        assert_eq!(said("ERROR", &["web", "api"]), Some(true));
        assert_eq!(said("ERROR", &["api"]), Some(false), "it was for another service");
        for status in ["SUCCESS", "CANCEL", "SKIP", "NEW"] {
            assert_eq!(said(status, &[]), Some(false), "{status}");
        }
        let other = json!({"environment": {"id": "env", "state": "DEPLOYED", "last_deployment_id": "e3"},
            "pre_check_stage": {"status": "ERROR"}});
        assert_eq!(says_failed(&serde_json::from_value(other).unwrap(), "e2", "web"), None);
        assert_eq!(says_failed(&serde_json::from_value(json!({})).unwrap(), "e2", "web"), None);
    }
}

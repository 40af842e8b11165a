//! The check before a deployment: when it fails, no service is touched, and the history may name none.

use qovery_client::types::{EnvironmentStatusesWithStages as Stages, ListEnvironmentLogsParams, StepMetricStatusEnum};

use super::pending::ENVIRONMENT;
use super::reason;
use super::snapshot::{Snapshot, filled};
use super::{Qovery, map_error};
use crate::clock::Timestamps;
use crate::recovery::may_be_transient;
use crate::{DeploymentId, Result};

impl Qovery {
    /// The execution, if the check before it certainly failed.
    ///
    /// By the order of executions, `candidate` can only be the right one; it is accepted once a later one would be
    /// listed beside it.
    pub(super) async fn failed_check(
        &self,
        id: &DeploymentId,
        snapshot: &Snapshot,
        candidate: Option<&str>,
        from: &str,
    ) -> Result<Option<String>> {
        let Some(execution) = candidate else { return Ok(None) };
        if !Timestamps::read(id, from).is_some_and(|from| from.is_past(snapshot.at, self.grace / 6)) {
            return Ok(None);
        }
        let failed = self.check_failed(id.require(ENVIRONMENT)?, execution, id.target().id()).await?;
        Ok(failed.then(|| execution.to_owned()))
    }

    /// Whether the check before an execution certainly failed, and may have been for a service.
    ///
    /// Where the statuses are those of another execution, its log has to prove it: an error of the check, and no line of a
    /// service after it.
    pub(super) async fn check_failed(&self, environment: &str, execution: &str, service: &str) -> Result<bool> {
        let said = match self.client.get_environment_statuses_with_stages(environment).await.map_err(map_error) {
            Ok(reply) => says_failed(&reply.into_value(), execution, service),
            Err(error) if may_be_transient(&error) => return Err(error),
            Err(_) => None,
        };
        if let Some(failed) = said {
            return Ok(failed);
        }
        let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
        match self.client.list_environment_logs(environment, &params).await.map_err(map_error) {
            Ok(reply) => Ok(reason::proves_failed_check(&reply.into_value())),
            Err(error) if may_be_transient(&error) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Why the check before an execution failed, from its log.
    pub(super) async fn why_check_failed(&self, environment: &str, execution: &str) -> Option<String> {
        let params = ListEnvironmentLogsParams { version: Some(execution.to_owned()) };
        let entries = self.client.list_environment_logs(environment, &params).await.ok()?.into_value();
        reason::of_check(&entries)
    }
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

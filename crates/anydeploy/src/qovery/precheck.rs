//! The check before a deployment: when it fails, no service is touched, and the history may name none.

use qovery_client::types::{EnvironmentStatusesWithStages as Stages, StepMetricStatusEnum};

use super::api::Api;
use super::pending::Pending;
use super::reason;
use super::snapshot::filled;
use crate::Result;
use crate::adapter::may_be_transient;

/// Whether the check before an execution certainly failed, and may have been for the target.
///
/// Where the statuses are those of another execution, its log has to prove it: an error of the check, and no line of a
/// service after it.
pub(super) async fn check_failed(api: &Api, pending: &Pending, execution: &str) -> Result<bool> {
    let said = match api.stages(&pending.environment).await {
        Ok(stages) => says_failed(&stages, execution, pending.target.id()),
        Err(error) if may_be_transient(&error) => return Err(error),
        Err(_) => None,
    };
    if let Some(failed) = said {
        return Ok(failed);
    }
    match api.log(&pending.environment, execution).await {
        Ok(entries) => Ok(reason::proves_failed_check(&entries)),
        Err(error) if may_be_transient(&error) => Err(error),
        Err(_) => Ok(false),
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

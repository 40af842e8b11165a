//! Finding the deployment of a trigger whose answer was lost.

use coolify_client::types::{
    DeployByTagOrUuidParams, Deployment as Row, DeploymentPage, ListDeploymentsByAppUuidParams,
};
use coolify_client::wire::Reply;

use super::{Coolify, fail};
use crate::clock::Moment;
use crate::failure::after_loss;
use crate::flight::Flight;
use crate::reconcile::{Sight, reconcile, steady};
use crate::{Deployment, Error, ErrorKind, Identity, Result, Target};

/// How many of the newest deployments are looked at; at most 25 wait on one server.
const NEWEST: i64 = 30;

/// The deployments of an application before a trigger.
pub(super) struct Before {
    /// `None` if they cannot be read.
    rows: Option<Vec<Row>>,
    /// When they were read, if the server told it.
    pub(super) at: Option<Moment>,
}

impl Before {
    /// Nothing is known.
    pub(super) const UNKNOWN: Self = Self { rows: None, at: None };

    /// Whether a deployment was over already, so that no request can be taken for it.
    pub(super) fn was_over(&self, row: &Row) -> bool {
        let known = self.rows.iter().flatten().find(|known| known.deployment_uuid == row.deployment_uuid);
        known.is_some_and(|known| super::phase(&known.status).is_terminal())
    }

    /// Whether one for this pull request was under way.
    fn was_busy(&self, pull_request: i64) -> bool {
        let mut rows = self.rows.iter().flatten();
        rows.any(|row| row.pull_request_id.unwrap_or(0) == pull_request && !super::phase(&row.status).is_terminal())
    }
}

impl Coolify {
    /// Reads the deployments that a trigger cannot have made.
    pub(super) async fn before(&self, target: &Target) -> Result<Before> {
        match self.listed(target).await {
            Ok(reply) => {
                let at = Moment::dated(reply.header("date"));
                Ok(Before { rows: Some(reply.into_value().deployments), at })
            }
            // A token may deploy and not read, and old versions have no such list; both can deploy all the same.
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {
                Ok(Before::UNKNOWN)
            }
            // Nothing is triggered yet.
            Err(error) => Err(error.with_safe_to_repeat(true)),
        }
    }

    pub(super) async fn newest(&self, target: &Target) -> Result<Vec<Row>> {
        Ok(self.listed(target).await?.into_value().deployments)
    }

    async fn listed(&self, target: &Target) -> Result<Reply<DeploymentPage>> {
        let params = ListDeploymentsByAppUuidParams { take: Some(NEWEST), ..Default::default() };
        self.client.list_deployments_by_app_uuid(target.id(), &params).await.map_err(fail)
    }

    /// Looks for a deployment that was not there before and is what the trigger asked for.
    ///
    /// Coolify writes no mark of the caller into a deployment, so that this is no proof: the identity is
    /// [`Identity::Inferred`], and only if no other trigger of this process may have made it.
    pub(super) async fn find_lost(
        &self,
        target: &Target,
        before: &Before,
        flight: &Flight,
        params: &DeployByTagOrUuidParams,
        lost: Error,
    ) -> Result<Deployment> {
        let Some(known) = &before.rows else {
            let why = "the token or the version of Coolify gives no list of deployments to look for it in";
            return Err(after_loss(ErrorKind::Undecidable, why, lost));
        };
        let pull_request = params.pr.unwrap_or(0);
        // Without `force`, a request for what is being deployed already leaves nothing behind.
        let may_join = params.force != Some(true);
        reconcile(lost, self.grace / 2, || async {
            let rows = steady(|| self.newest(target)).await?;
            let is_known = |row: &&Row| known.iter().any(|known| known.deployment_uuid == row.deployment_uuid);
            let since: Vec<&Row> =
                rows.iter().filter(|row| !is_known(row) && row.pull_request_id.unwrap_or(0) == pull_request).collect();
            let mut new = since.iter().filter(|row| may_be_of(row, params));
            Ok(match (new.next(), new.next()) {
                (None, _) if may_join && (before.was_busy(pull_request) || !since.is_empty()) => {
                    Sight::Doubt("Coolify may have taken it for another deployment of the same commit")
                }
                (None, _) => Sight::Nothing,
                (Some(row), None) if !flight.is_disturbed() => {
                    Sight::likely(self.told(target, row, Identity::Inferred))
                }
                _ => Sight::Doubt("Coolify does not tell whose the deployments are that were started since"),
            })
        })
        .await
    }
}

/// Whether a deployment is what a trigger asks for; older versions do not tell all of it.
fn may_be_of(row: &Row, params: &DeployByTagOrUuidParams) -> bool {
    row.is_api != Some(false)
        && row.is_webhook != Some(true)
        && row.restart_only != Some(true)
        && row.rollback != Some(true)
        && row.pull_request_id.unwrap_or(0) == params.pr.unwrap_or(0)
        && row.force_rebuild.is_none_or(|force| force == params.force.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_others_started_in_another_way_is_told_apart() {
        let params = DeployByTagOrUuidParams { pr: Some(7), ..Default::default() };
        let fits = |details: Value| {
            let mut row = json!({"deployment_uuid": "d", "status": "queued", "pull_request_id": 7});
            row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
            may_be_of(&serde_json::from_value(row).unwrap(), &params)
        };
        assert!(fits(json!({})), "an old version tells nothing");
        assert!(fits(json!({"is_api": true, "is_webhook": false, "force_rebuild": false})));
        for other in [
            json!({"is_api": false}),
            json!({"is_webhook": true}),
            json!({"restart_only": true}),
            json!({"rollback": true}),
            json!({"force_rebuild": true}),
            json!({"pull_request_id": 0}),
            json!({"pull_request_id": null}),
        ] {
            assert!(!fits(other.clone()), "{other}");
        }
    }
}

//! The state of an environment before a trigger.

use futures::future::try_join;
use qovery_client::types::QueuedDeploymentRequestWithStages as Row;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::place::check_place;
use super::queue::Queue;
use super::revision::{check_deployed, check_restartable};
use super::snapshot::{Snapshot, filled};
use super::{Qovery, phase};
use crate::adapter::{Timestamps, retry_briefly};
use crate::{Phase, Result, Revision, Target, TargetKind};

/// What was read before a trigger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// The newest execution of the environment.
    pub(super) last: Option<String>,
    /// The request behind it, if the server reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_request: Option<String>,
    /// The newest execution that the target shows.
    pub(super) last_of_target: Option<String>,
    /// Something was being deployed in the environment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_running: bool,
    /// When the two were read.
    pub(super) at: Timestamps,
    pub(super) queue: Queue,
}

impl Baseline {
    fn new(target: &Target, snapshot: &Snapshot, at: Timestamps, queue: Queue) -> Self {
        let last = snapshot.last().map(str::to_owned);
        let last_of_target = match target.kind() {
            TargetKind::Environment => last.clone(),
            _ => snapshot.service(target).and_then(|status| filled(status.execution_id.as_deref())).map(str::to_owned),
        };
        let last_request = snapshot.last_request().map(str::to_owned);
        let state = snapshot.last_state().map(phase);
        let is_running = matches!(state, Some(Phase::Queued | Phase::Running | Phase::Cancelling));
        Self { last, last_request, last_of_target, is_running, at, queue }
    }

    /// Whether nothing that was known of could hold up a trigger.
    pub(super) fn is_free(&self) -> bool {
        !self.is_running && self.queue.is_empty()
    }
}

/// Reads the baseline of an action that deploys this revision; the target has to stand in the environment.
pub(super) async fn baseline(
    qovery: &Qovery,
    target: &Target,
    environment: &str,
    action: Action,
    asked: &Revision,
) -> Result<Baseline> {
    Observed::read(qovery, environment).await?.baseline(target, action, asked).await
}

/// An environment as it is read before a trigger, for whichever of its targets.
pub(super) struct Observed<'a> {
    qovery: &'a Qovery,
    environment: &'a str,
    snapshot: Snapshot,
    rows: Vec<Row>,
    listed_at: Timestamps,
}

impl<'a> Observed<'a> {
    pub(super) async fn read(qovery: &'a Qovery, environment: &'a str) -> Result<Self> {
        let api = &qovery.api;
        let rows = retry_briefly(|| api.queue(environment));
        let (snapshot, (rows, listed_at)) = try_join(retry_briefly(|| api.snapshot(environment)), rows).await?;
        Ok(Self { qovery, environment, snapshot, rows, listed_at })
    }

    /// The baseline of an action that deploys this revision; the target has to stand in the environment.
    pub(super) async fn baseline(&self, target: &Target, action: Action, asked: &Revision) -> Result<Baseline> {
        let Self { qovery, environment, snapshot, rows, listed_at } = self;
        if *target.kind() != TargetKind::Environment && snapshot.service(target).is_none() {
            check_place(&qovery.api, target, environment, snapshot).await?;
        }
        check_deployed(asked, target, snapshot)?;
        if action == Action::Restart {
            check_restartable(target, snapshot)?;
        }
        // Another process has nothing but this time to tell which executions came too late to be the trigger's.
        let at = snapshot.at.checked(*listed_at);
        Ok(Baseline::new(target, snapshot, at, Queue::of(rows, target, action, qovery.scheme)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::TokenScheme;

    #[test]
    fn an_environment_is_free_if_nothing_runs_and_nothing_waits_in_it() {
        let at = Timestamps::of(None);
        let web = Target::application("web");
        for (word, waiting, expected) in [
            (None, 0, true),
            (Some("DEPLOYED"), 0, true),
            (Some("DEPLOYMENT_ERROR"), 0, true),
            (Some("DEPLOYED"), 1, false),
            (Some("QUEUED"), 0, false),
            (Some("DEPLOYING"), 0, false),
            (Some("CANCELING"), 0, false),
        ] {
            let statuses = json!({ "environment": { "state": "DEPLOYED", "last_deployment_state": word } });
            let snapshot = Snapshot::new(serde_json::from_value(statuses).unwrap(), at);
            // It is for another service, and holds up a trigger all the same.
            let row = json!({
                "identifier": { "deployment_request_id": "r1" },
                "stages": [{ "services": [{ "identifier": { "service_id": "api" } }] }],
            });
            let rows: Vec<Row> = vec![serde_json::from_value(row).unwrap(); waiting];
            let queue = Queue::of(&rows, &web, Action::Deploy, TokenScheme::Token);
            let baseline = Baseline::new(&web, &snapshot, at, queue);
            assert_eq!(baseline.is_free(), expected, "{word:?} {waiting}");
        }
    }
}

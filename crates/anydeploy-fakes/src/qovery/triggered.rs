//! The ground truth: what the fake server really executed, whatever its answers said.

use std::time::Instant;

use super::execution::Execution;
use super::kind::QoveryServiceKind;
use crate::pace::Ticker;
use crate::sender::Sender;

/// An execution that really started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QoveryTriggered {
    /// The execution id, `<uuid>-<number>`; statuses call it `last_deployment_id` and `execution_id`.
    pub execution_id: String,
    /// One request id for each call it stands for, so more than one after a merge.
    ///
    /// If a request started at once, no answer named its id.
    /// If the answers to several calls named the same id, it is here once for each of them.
    pub request_ids: Vec<String>,
    /// The request of each of those calls, in the same order: the first made the deployment, the others merged into it.
    pub senders: Vec<Sender>,
    /// The id of the environment.
    pub environment: String,
    /// The action, as the history names it: `DEPLOY`, `RESTART`, `STOP`, `DELETE`, `UNINSTALL` …
    pub action: String,
    /// Who triggered it.
    pub triggered_by: String,
    /// The services it takes in.
    pub services: Vec<QoveryTriggeredService>,
    /// The final state, `None` while it runs.
    pub state: Option<String>,
    /// When it got that state, to within a tick.
    pub ended_at: Option<Instant>,
}

/// A service inside an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QoveryTriggeredService {
    /// The id of the service.
    pub service: String,
    /// The kind of the service.
    pub kind: QoveryServiceKind,
    /// The version that is deployed; `None` if the action deploys none.
    pub version: Option<String>,
    /// The final state, `None` while it runs or if the check before the deployment failed.
    pub state: Option<String>,
    /// When it got that state, to within a tick; other services of the execution may go on.
    pub ended_at: Option<Instant>,
}

impl QoveryTriggered {
    pub(super) fn of(execution: &Execution, tick: u64, ticker: &Ticker) -> Self {
        let touched = execution.pre_check.is_none();
        let services = execution.runs.iter().map(|run| {
            let over = touched && run.is_over(tick);
            QoveryTriggeredService {
                service: run.service.clone(),
                kind: run.kind,
                version: run.version.clone(),
                state: over.then(|| run.outcome().to_owned()),
                ended_at: over.then(|| ticker.began(run.end())),
            }
        });
        Self {
            execution_id: execution.id.clone(),
            request_ids: execution.request_ids.clone(),
            senders: execution.senders.clone(),
            environment: execution.environment.clone(),
            action: execution.action.trigger().to_owned(),
            triggered_by: execution.user.name.clone(),
            services: services.collect(),
            state: execution.outcome(tick).map(str::to_owned),
            ended_at: execution.is_over(tick).then(|| ticker.began(execution.end())),
        }
    }
}

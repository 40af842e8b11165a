//! The requests that wait in the queue of an environment, as far as they matter for one target.

use qovery_client::types::{QueuedDeploymentRequestWithStages as Row, StateEnum};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::order::is_foreign;
use super::pending::Pending;
use super::phase;
use super::snapshot::Snapshot;
use crate::config::TokenScheme;
use crate::{Deployment, Phase, Target, TargetKind};

/// The requests that wait, from the point of view of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Queue(Vec<Waiting>);

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    request: String,
    /// It may do the same with the same target.
    concerns: bool,
    /// No call of this deployer made it.
    is_foreign: bool,
    /// How many services it is for.
    services: usize,
}

impl Queue {
    /// What the rows say of an action on a target, for a deployer with such a token.
    pub(super) fn of(rows: &[Row], target: &Target, action: Action, scheme: TokenScheme) -> Self {
        let waiting = |row: &Row| {
            let services = row.stages.iter().flat_map(|stage| &stage.services);
            let is_whole = *target.kind() == TargetKind::Environment;
            let is_for_target =
                is_whole || services.clone().any(|service| service.identifier.service_id == target.id());
            Waiting {
                request: row.identifier.deployment_request_id.clone(),
                concerns: action.may_be(row.trigger_action.as_ref()) && is_for_target,
                is_foreign: is_foreign(row.auditing_data.as_ref().and_then(|data| data.origin.as_ref()), scheme),
                services: services.count(),
            }
        };
        Self(rows.iter().map(waiting).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request waits.
    pub(super) fn has(&self, request: &str) -> bool {
        self.0.iter().any(|waiting| waiting.request == request)
    }

    /// Whether any request that waits concerns the target.
    pub(super) fn concerns(&self) -> bool {
        self.0.iter().any(|waiting| waiting.concerns)
    }

    /// The requests that concern the target, oldest first.
    pub(super) fn concerning(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|waiting| waiting.concerns).map(|waiting| &*waiting.request)
    }

    /// Those of them that a call of this deployer may have made.
    pub(super) fn own(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|waiting| waiting.concerns && !waiting.is_foreign).map(|waiting| &*waiting.request)
    }

    /// Whether a request is for one service alone.
    pub(super) fn has_one_for_a_service(&self) -> bool {
        self.0.iter().any(|waiting| waiting.services == 1)
    }

    /// Whether no other request that waits may deploy the target of this one.
    pub(super) fn is_alone(&self, request: &str) -> bool {
        self.concerning().all(|other| other == request)
    }

    /// Whether every other request began to wait after this one.
    ///
    /// Ids sort by age, which Qovery's web console relies on.
    pub(super) fn is_oldest(&self, request: &str) -> bool {
        self.0.iter().all(|waiting| &*waiting.request >= request)
    }
}

/// A request that waits: whatever ran or runs in the snapshot is another deployment.
pub(super) fn waiting(mut pending: Pending, queue: &Queue, snapshot: Option<&Snapshot>) -> Deployment {
    let is =
        |decides: fn(&Queue, &str) -> bool| pending.request.as_deref().is_some_and(|request| decides(queue, request));
    let (is_alone, is_oldest) = (is(Queue::is_alone), is(Queue::is_oldest));
    let clues = &mut pending.clues;
    // Nothing else that waits has to do with the target, so the next execution that has is the one, even if others come
    // to wait behind it.
    clues.is_first |= is_alone;
    if let Some(snapshot) = snapshot {
        // The request that waits longest is the next. But the execution that runs now is known only if it is listed
        // already.
        let state = snapshot.last_state().map(phase);
        clues.is_next = is_oldest && matches!(state, Some(Phase::Running | Phase::Cancelling));
        clues.after = snapshot.last().map(str::to_owned);
    }
    pending.to_deployment(Phase::Queued, StateEnum::Queued.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(request: &str, action: &str, origin: &str, services: &[&str]) -> Value {
        let services: Vec<Value> = services.iter().map(|id| json!({"identifier": {"service_id": id}})).collect();
        json!({
            "identifier": {"deployment_request_id": request},
            "auditing_data": {"origin": origin},
            "trigger_action": action,
            "stages": [{"services": services}],
        })
    }

    fn queue(target: &Target, rows: &Value) -> Queue {
        let rows: Vec<Row> = serde_json::from_value(rows.clone()).unwrap();
        Queue::of(&rows, target, Action::Deploy, TokenScheme::Token)
    }

    #[test]
    fn a_request_concerns_the_services_it_is_for_and_the_environment() {
        let rows = json!([
            row("r1", "DEPLOY", "API", &["api"]),
            row("r2", "STOP", "API", &["web"]),
            row("r3", "DEPLOY", "GIT", &["web", "api"]),
            row("r4", "DEPLOY", "API", &["web"]),
        ]);
        let web = queue(&Target::application("web"), &rows);
        assert_eq!(web.concerning().collect::<Vec<_>>(), ["r3", "r4"]);
        assert_eq!(web.own().collect::<Vec<_>>(), ["r4"], "a push to git is no call of this deployer");
        assert!(web.has("r1") && !web.has("r5") && web.has_one_for_a_service());
        assert!(web.is_oldest("r1") && !web.is_oldest("r2"));
        assert!(!web.is_alone("r4"));
        let whole = queue(&Target::environment("e"), &rows);
        assert_eq!(whole.concerning().count(), 3);
        let other = queue(&Target::application("db"), &rows);
        assert!(!other.concerns() && !other.is_empty() && other.is_alone("r4"));
    }
}

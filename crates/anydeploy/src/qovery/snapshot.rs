//! The snapshot of an environment: its last deployment and its services.

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, ServiceTypeEnum, StateEnum};
use tokio::sync::OnceCell;

use super::action::Action;
use super::status::judge_service;
use super::statuses::{Status, Statuses};
use crate::adapter::Timestamps;
use crate::{Error, ErrorKind, Progress, Result, Target, TargetKind, platform};

/// How many of the newest executions are read; there is no way to the page after them.
pub(super) const HISTORY_PAGE_SIZE: usize = 50;

/// How many are read where one is missing that may be older.
pub(super) const LONG_HISTORY_PAGE_SIZE: usize = 200;

/// The kinds of service whose statuses are listed.
pub(super) const KINDS: [TargetKind; 6] = [
    TargetKind::Application,
    TargetKind::Container,
    TargetKind::Job,
    TargetKind::Helm,
    TargetKind::Terraform,
    TargetKind::Database,
];

/// An environment and its services at one point in time.
pub(super) struct Snapshot {
    pub(super) statuses: Statuses,
    pub(super) at: Timestamps,
    /// The newest executions, read after it once something has asked for them.
    pub(super) history: OnceCell<Result<Vec<Past>>>,
}

impl Snapshot {
    pub(super) fn new(statuses: Statuses, at: Timestamps) -> Self {
        Self { statuses, at, history: OnceCell::new() }
    }

    /// The newest execution that is listed; an old one may be listed for some seconds after a new one has started.
    pub(super) fn last(&self) -> Option<&str> {
        filled(self.statuses.environment.last_deployment_id.as_deref())
    }

    /// How far the newest execution is.
    pub(super) fn last_state(&self) -> Option<&StateEnum> {
        self.statuses.environment.last_deployment_state.as_ref()
    }

    /// The request behind the newest execution, if the server reports it.
    pub(super) fn last_request(&self) -> Option<&str> {
        filled(self.statuses.environment.deployment_request_id.as_deref())
    }

    /// What the environment's services are doing, taken together.
    pub(super) fn state(&self) -> &StateEnum {
        &self.statuses.environment.state
    }

    /// How many services of the newest execution are over.
    ///
    /// A service to which the execution has not come yet still shows the state of an earlier one.
    pub(super) fn progress(&self, asked: Action) -> Option<Progress> {
        let parts: Vec<_> = self.all().filter(|status| status.is_part_last_deployment == Some(true)).collect();
        let is_over = |status: &&&Status| {
            let shown = filled(status.execution_id.as_deref());
            shown.is_some()
                && shown == self.last()
                && judge_service(&status.state, status.status_details.as_ref(), asked).is_terminal()
        };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let done = parts.iter().filter(is_over).count();
        (!parts.is_empty()).then(|| Progress::new(count(done), count(parts.len())))
    }

    /// The status of a service, which is listed under its kind.
    pub(super) fn service(&self, target: &Target) -> Option<&Status> {
        self.of_kind(target.kind()).iter().find(|status| status.id == target.id())
    }

    /// Whether the statuses say that no request which concerns the target is in the queue.
    pub(super) fn says_that_nothing_waits(&self, target: &Target) -> bool {
        let is_free = |status: &Status| status.deployment_requests_count == Some(0);
        match target.kind() {
            TargetKind::Environment => self.all().all(is_free),
            _ => self.service(target).is_some_and(is_free),
        }
    }

    /// How many services the environment has.
    pub(super) fn services(&self) -> usize {
        self.all().count()
    }

    /// The statuses of all services.
    pub(super) fn all(&self) -> impl Iterator<Item = &Status> {
        KINDS.iter().flat_map(|kind| self.of_kind(kind))
    }

    /// The services that are meant.
    pub(super) fn targets(&self, is_meant: &dyn Fn(&TargetKind, &Status) -> bool) -> Vec<Target> {
        let mut targets = Vec::new();
        for kind in KINDS {
            for status in self.of_kind(&kind) {
                if is_meant(&kind, status) {
                    targets.push(Target::new(kind.clone(), &status.id));
                }
            }
        }
        targets
    }

    /// The kind under which a service is listed.
    pub(super) fn kind_of(&self, id: &str) -> Option<TargetKind> {
        KINDS.into_iter().find(|kind| self.of_kind(kind).iter().any(|status| status.id == id))
    }

    /// The services of a kind.
    pub(super) fn of_kind(&self, kind: &TargetKind) -> &[Status] {
        let all = &self.statuses;
        match kind {
            TargetKind::Application => &all.applications,
            TargetKind::Container => &all.containers,
            TargetKind::Job => &all.jobs,
            TargetKind::Helm => &all.helms,
            TargetKind::Terraform => &all.terraforms,
            TargetKind::Database => &all.databases,
            _ => &[],
        }
    }
}

/// An error of a list that belongs to an environment whose statuses were just read.
///
/// That one route does not find the environment says nothing about the deployment, so that it must not end a watch.
pub(super) fn beside_statuses(error: Error) -> Error {
    if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden) {
        return error;
    }
    let message = "a list of the environment is missing, although its statuses are there";
    let mut unavailable = Error::new(ErrorKind::Unavailable, message).with_platform(platform::QOVERY).of_read();
    if let Some(operation) = error.operation() {
        unavailable = unavailable.with_operation(operation.to_owned());
    }
    unavailable.with_source(error)
}

/// The kind of target that a type of service is; some are there to be read only.
pub(super) fn kind_of(word: Option<&ServiceTypeEnum>) -> TargetKind {
    TargetKind::from(&*word.map_or("unknown", ServiceTypeEnum::as_str).to_ascii_lowercase())
}

/// An id that is there and not empty.
pub(super) fn filled(id: Option<&str>) -> Option<&str> {
    id.filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The progress of the execution `e2` in an environment with these applications.
    fn progress_of(applications: &Value) -> Option<Progress> {
        let statuses = serde_json::from_value(json!({
            "environment": {
                "id": "env", "state": "DEPLOYING", "last_deployment_state": "DEPLOYING", "last_deployment_id": "e2",
            },
            "applications": applications, "containers": [], "jobs": [], "helms": [], "terraforms": [], "databases": [],
        }));
        Snapshot::new(statuses.unwrap(), Timestamps::of(None)).progress(Action::Deploy)
    }

    fn application(state: &str, execution: &str, is_part: bool) -> Value {
        json!({
            "id": "a", "state": state, "execution_id": execution, "is_part_last_deployment": is_part,
            "deployment_request_id": null, "deployment_requests_count": 0,
        })
    }

    #[test]
    fn a_service_counts_as_done_once_the_newest_execution_has_ended_it() {
        let services = json!([
            application("DEPLOYED", "e2", true),
            application("BUILD_ERROR", "e2", true),
            application("DEPLOYING", "e2", true),
            application("DEPLOYED", "e1", true),
            application("DEPLOYED", "", true),
            application("DEPLOYED", "e2", false),
        ]);
        assert_eq!(progress_of(&services), Some(Progress::new(2, 5)));
        assert_eq!(progress_of(&json!([application("DEPLOYED", "e1", false)])), None);
    }
}

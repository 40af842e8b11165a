//! A deployer that answers from a list and records what it was asked.

mod deployer;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{
    Ability, Action, Applied, Capabilities, Check, DeployRequest, Deployment, DeploymentId, Error, ErrorKind,
    Explanation, Group, HealthReading, HistoryOptions, LogPage, Preview, Result, RollbackTarget, RunState, Selection,
    SelectionReport, Service, ServiceLogOptions, StateChange, Target, TargetKind, VariableSet,
};

/// A call that a [`ScriptedDeployer`] received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`Deployer::deploy`](crate::Deployer::deploy).
    Deploy(DeployRequest),
    /// [`Deployer::deployment`](crate::Deployer::deployment).
    Deployment(DeploymentId),
    /// [`Deployer::deployments`](crate::Deployer::deployments).
    Deployments(Vec<DeploymentId>),
    /// [`History::list_deployments`](crate::History::list_deployments).
    History(Target, HistoryOptions),
    /// [`Cancel::request_cancel`](crate::Cancel::request_cancel).
    Cancel(DeploymentId),
    /// [`Logs::read_log`](crate::Logs::read_log).
    Logs(DeploymentId),
    /// [`Logs::read_service_log`](crate::Logs::read_service_log).
    ServiceLogs(Target, ServiceLogOptions),
    /// [`Logs::explain_deployment`](crate::Logs::explain_deployment).
    Explain(DeploymentId),
    /// [`Health::read_health`](crate::Health::read_health).
    Health(Target),
    /// [`Catalog::read_service`](crate::Catalog::read_service).
    Service(Target),
    /// [`Catalog::list_services`](crate::Catalog::list_services).
    Services,
    /// [`Catalog::check_credential`](crate::Catalog::check_credential).
    Check,
    /// [`Lifecycle::start_target`](crate::Lifecycle::start_target).
    Start(Target),
    /// [`Lifecycle::stop_target`](crate::Lifecycle::stop_target).
    Stop(Target),
    /// [`Lifecycle::read_state`](crate::Lifecycle::read_state).
    State(Target),
    /// [`Rollback::list_rollback_targets`](crate::Rollback::list_rollback_targets).
    RollbackTargets(Target, HistoryOptions),
    /// [`Variables::read_variables`](crate::Variables::read_variables), also for a plan.
    Variables(Target),
    /// [`Variables::apply_plan`](crate::Variables::apply_plan), with the keys that the plan writes or removes.
    ApplyVariables(Target, Vec<String>),
    /// [`Previews::list_previews`](crate::Previews::list_previews).
    Previews(Target),
    /// [`Previews::remove_preview`](crate::Previews::remove_preview).
    DeletePreview(Target, u64),
    /// [`Selections::trigger_selection`](crate::Selections::trigger_selection).
    DeploySelection(Selection),
}

/// A deployer that answers from a list and records what it was asked.
///
/// Clones share the list and the record.
/// A call for which no answer is left gets an [`ErrorKind::Unavailable`] error.
/// The group of logs is offered from the start, every other one with the first answer for it.
///
/// ```
/// use anydeploy_core::testing::ScriptedDeployer;
/// use anydeploy_core::{Deployment, DeploymentId, DeploymentStatus, Identity, Phase, Platform, Target};
///
/// let id = DeploymentId::new(Platform::new("scripted"), Target::application("web")).with("deployment", "1");
/// let over = Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Succeeded, "finished"));
/// let deployer = ScriptedDeployer::new().answer(Ok(over));
/// assert!(deployer.calls().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScriptedDeployer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    capabilities: Capabilities,
    groups: BTreeSet<Group>,
    deployments: VecDeque<Result<Deployment>>,
    histories: VecDeque<Result<Vec<Deployment>>>,
    cancels: VecDeque<Result<Deployment>>,
    logs: VecDeque<Result<LogPage>>,
    service_logs: VecDeque<Result<LogPage>>,
    explanations: VecDeque<Result<Explanation>>,
    readings: VecDeque<Result<HealthReading>>,
    services: VecDeque<Result<Service>>,
    service_lists: VecDeque<Result<Vec<Service>>>,
    checks: VecDeque<Result<Check>>,
    changes: VecDeque<Result<StateChange>>,
    states: VecDeque<Result<RunState>>,
    versions: VecDeque<Result<Vec<RollbackTarget>>>,
    variables: VecDeque<Result<VariableSet>>,
    applied: VecDeque<Result<Applied>>,
    previews: VecDeque<Result<Vec<Preview>>>,
    deletions: VecDeque<Result<bool>>,
    reports: VecDeque<Result<SelectionReport>>,
    calls: Vec<Call>,
    latency: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            capabilities: Action::ALL
                .iter()
                .fold(Capabilities::new(), |offered, action| offered.with_action(TargetKind::Application, *action, &[]))
                .with_abilities(TargetKind::Application, Ability::ALL),
            groups: BTreeSet::from([Group::Logs]),
            deployments: VecDeque::new(),
            histories: VecDeque::new(),
            cancels: VecDeque::new(),
            logs: VecDeque::new(),
            service_logs: VecDeque::new(),
            explanations: VecDeque::new(),
            readings: VecDeque::new(),
            services: VecDeque::new(),
            service_lists: VecDeque::new(),
            checks: VecDeque::new(),
            changes: VecDeque::new(),
            states: VecDeque::new(),
            versions: VecDeque::new(),
            variables: VecDeque::new(),
            applied: VecDeque::new(),
            previews: VecDeque::new(),
            deletions: VecDeque::new(),
            reports: VecDeque::new(),
            calls: Vec::new(),
            latency: Duration::ZERO,
        }
    }
}

impl ScriptedDeployer {
    /// A deployer without answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer for the next `deploy` or `deployment`, or for the next id of a `deployments`.
    #[must_use]
    pub fn answer(self, answer: Result<Deployment>) -> Self {
        self.with(|state| state.deployments.push_back(answer))
    }

    /// Adds an answer for the next `history`, from which `history_page` makes a page.
    #[must_use]
    pub fn answer_history(self, answer: Result<Vec<Deployment>>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::History);
            state.histories.push_back(answer);
        })
    }

    /// Adds an answer for the next `cancel`.
    #[must_use]
    pub fn answer_cancel(self, answer: Result<Deployment>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Cancel);
            state.cancels.push_back(answer);
        })
    }

    /// Adds an answer for the next `logs`.
    #[must_use]
    pub fn answer_logs(self, answer: Result<LogPage>) -> Self {
        self.with(|state| state.logs.push_back(answer))
    }

    /// Adds an answer for the next `service_logs`.
    #[must_use]
    pub fn answer_service_logs(self, answer: Result<LogPage>) -> Self {
        self.with(|state| state.service_logs.push_back(answer))
    }

    /// Adds an answer for the next `explain`.
    #[must_use]
    pub fn answer_explanation(self, answer: Result<Explanation>) -> Self {
        self.with(|state| state.explanations.push_back(answer))
    }

    /// Adds an answer for the next read of the health.
    #[must_use]
    pub fn answer_health(self, answer: Result<HealthReading>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Health);
            state.readings.push_back(answer);
        })
    }

    /// Adds an answer for the next `service` or `domains`.
    #[must_use]
    pub fn answer_service(self, answer: Result<Service>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Catalog);
            state.services.push_back(answer);
        })
    }

    /// Adds an answer for the next `services`, `find` or `find_matching`.
    #[must_use]
    pub fn answer_services(self, answer: Result<Vec<Service>>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Catalog);
            state.service_lists.push_back(answer);
        })
    }

    /// Adds an answer for the next `check`.
    #[must_use]
    pub fn answer_check(self, answer: Result<Check>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Catalog);
            state.checks.push_back(answer);
        })
    }

    /// Adds an answer for the next `start` or `stop`.
    #[must_use]
    pub fn answer_change(self, answer: Result<StateChange>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Lifecycle);
            state.changes.push_back(answer);
        })
    }

    /// Adds an answer for the next `state`.
    #[must_use]
    pub fn answer_state(self, answer: Result<RunState>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Lifecycle);
            state.states.push_back(answer);
        })
    }

    /// Adds an answer for the next `rollback_targets`.
    #[must_use]
    pub fn answer_rollback_targets(self, answer: Result<Vec<RollbackTarget>>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Rollback);
            state.versions.push_back(answer);
        })
    }

    /// Adds an answer for the next `variables` or `plan_variables`.
    #[must_use]
    pub fn answer_variables(self, answer: Result<VariableSet>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Variables);
            state.variables.push_back(answer);
        })
    }

    /// Adds an answer for the next `apply_variables`.
    #[must_use]
    pub fn answer_applied(self, answer: Result<Applied>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Variables);
            state.applied.push_back(answer);
        })
    }

    /// Adds an answer for the next `previews_of`.
    #[must_use]
    pub fn answer_previews(self, answer: Result<Vec<Preview>>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Previews);
            state.previews.push_back(answer);
        })
    }

    /// Adds an answer for the next `delete_preview`.
    #[must_use]
    pub fn answer_deletion(self, answer: Result<bool>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Previews);
            state.deletions.push_back(answer);
        })
    }

    /// Adds an answer for the next `deploy_selection`.
    #[must_use]
    pub fn answer_report(self, answer: Result<SelectionReport>) -> Self {
        self.with(|state| {
            state.groups.insert(Group::Selections);
            state.reports.push_back(answer);
        })
    }

    /// Lets every answer take this long, for tests of deadlines; by default it is there at once.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        self.with(|state| state.latency = latency)
    }

    /// The calls received so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.state());
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in another test thread leaves the lists usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Records a call, and answers it from the list of its method.
    fn reply<T>(&mut self, call: Call, answers: fn(&mut Self) -> &mut VecDeque<Result<T>>) -> Result<T> {
        self.calls.push(call);
        next(answers(self))
    }
}

fn next<T>(answers: &mut VecDeque<Result<T>>) -> Result<T> {
    let none_left = || Err(Error::new(ErrorKind::Unavailable, "the script has no answer left"));
    answers.pop_front().unwrap_or_else(none_left)
}

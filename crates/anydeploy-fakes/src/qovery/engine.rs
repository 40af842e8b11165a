//! One action at a time in each environment: requests queue and merge, executions start and end.

use chrono::{DateTime, Utc};

use super::action::Action;
use super::execution::Execution;
use super::quirk::QoveryQuirk;
use super::reply::Refusal;
use super::request::Request;
use super::run::Run;
use super::script::{Ending, QoveryScript};
use super::stages;
use super::state::{State, someone_else};
use crate::pace::Ticker;

impl State {
    /// Lets everything happen up to now, each thing at the time of its tick.
    pub(super) fn advance(&mut self, ticker: &Ticker) {
        let now = ticker.now();
        self.tick = self.tick.max(now);
        let running: Vec<String> =
            self.environments.iter().filter(|e| e.running.is_some()).map(|e| e.id.clone()).collect();
        for environment in running {
            while let Some(index) = self.environment(&environment).and_then(|e| e.running) {
                let Some(end) = self.executions.get(index).map(Execution::end).filter(|end| *end <= self.tick) else {
                    break;
                };
                let at = self.time_of(end, ticker);
                self.finish(index, at);
                self.start_next(&environment, end, at);
            }
        }
    }

    /// Starts a request at once if its environment is free, else queues it.
    ///
    /// Returns the request id that the answer names: none if it started at once (from the web console's code).
    pub(super) fn submit(&mut self, mut request: Request) -> Result<Option<String>, Refusal> {
        let separate = self.quirks.has(QoveryQuirk::SeparateRequestIds);
        let merging = self.quirks.has(QoveryQuirk::Merging);
        let conflict = self.quirks.has(QoveryQuirk::BusyConflict);
        let tick = self.tick;
        let Some(environment) = self.environments.iter_mut().find(|e| e.id == request.environment) else {
            return Err(Refusal::missing("environment"));
        };
        if environment.running.is_none() {
            let now = self.now();
            self.start(request, tick, false, now);
            return Ok(None);
        }
        if conflict {
            return Err(Refusal::conflict("An operation is in progress on this environment."));
        }
        let Some(queued) = environment.queue.iter_mut().find(|queued| merging && queued.merges(&request)) else {
            let id = request.id.clone();
            environment.queue.push_back(request);
            return Ok(Some(id));
        };
        let id = if separate { request.id.clone() } else { queued.id.clone() };
        // The call still counts as one of its own in `triggered`, by the id that its caller knows.
        request.ids = vec![id.clone()];
        queued.merge(request);
        Ok(Some(id))
    }

    /// Starts queued requests until one of them occupies the environment.
    fn start_next(&mut self, environment: &str, tick: u64, at: DateTime<Utc>) {
        while let Some(next) = self
            .environment_mut(environment)
            .filter(|environment| environment.running.is_none())
            .and_then(|environment| environment.queue.pop_front())
        {
            self.start(next, tick, true, at);
        }
    }

    fn start(&mut self, request: Request, tick: u64, queued: bool, at: DateTime<Utc>) {
        let begins = if self.quirks.has(QoveryQuirk::StaleStatus) { tick + self.stale } else { tick };
        let services = request.services.iter();
        let runs =
            services.filter_map(|(id, version)| self.run(id, version.as_deref(), request.action, begins)).collect();
        let runs = stages::in_order(runs, request.action, self.quirks.has(QoveryQuirk::Bystanders));
        let starts = !runs.is_empty() || request.removes_environment;
        let index = self.executions.len();
        for id in &request.ids {
            self.started.insert(id.clone(), starts.then_some(index));
        }
        if !starts {
            return;
        }
        let id = self.ids.execution(index + 1);
        let pre_check = runs
            .iter()
            .find(|run| run.script.ending == Ending::PreCheckFailed)
            .map(|run| run.script.reason.clone().unwrap_or_default());
        for run in &runs {
            if let Some(service) = self.service_mut(&run.service) {
                service.executions.push(index);
            }
        }
        if let Some(environment) = self.environment_mut(&request.environment) {
            environment.executions.push(index);
            environment.running = Some(index);
        }
        self.executions.push(Execution {
            id,
            environment: request.environment,
            action: request.action,
            user: request.user,
            queued_as: queued.then_some(request.id),
            request_ids: request.ids,
            senders: request.senders,
            begins,
            created_at: at,
            ended_at: None,
            runs,
            pre_check,
            removes_environment: request.removes_environment,
            seeded: false,
        });
    }

    /// What this execution does with a service; `None` if the service was deleted or its script never starts.
    fn run(&mut self, id: &str, version: Option<&str>, action: Action, begins: u64) -> Option<Run> {
        let service = self.service_mut(id)?;
        let script = service.scripts.pop_front().unwrap_or_else(|| service.usual.clone());
        if script.ending == Ending::NeverStarts {
            return None;
        }
        match (version, action) {
            (Some(version), _) => version.clone_into(&mut service.version),
            // Without a commit a service from git is deployed at the commit that is deployed (document, line 21445).
            (None, Action::Deploy | Action::DryRun) if service.kind.is_from_git() => {
                if let Some(commit) = service.deployed_version.as_ref().or(service.commits.first()) {
                    service.version = commit.clone();
                }
            }
            _ => {}
        }
        Some(Run::new(service, action, script, begins))
    }

    /// Deploys or stops a service at once and in the past.
    pub(super) fn seed(&mut self, service: &str, action: Action) {
        let (tick, index) = (self.tick, self.executions.len());
        let Some(known) = self.service_mut(service) else { return };
        known.executions.push(index);
        let run = Run::new(known, action, QoveryScript::succeeds().lasting(0), tick);
        let environment = known.environment.clone();
        let id = self.ids.execution(index + 1);
        let now = self.now();
        self.executions.push(Execution {
            id,
            environment: environment.clone(),
            action,
            user: someone_else(),
            queued_as: None,
            request_ids: Vec::new(),
            senders: Vec::new(),
            begins: tick,
            created_at: now,
            ended_at: Some(now),
            runs: vec![run],
            pre_check: None,
            removes_environment: false,
            seeded: true,
        });
        if let Some(environment) = self.environment_mut(&environment) {
            environment.executions.push(index);
        }
        self.finish(index, now);
    }

    fn finish(&mut self, index: usize, at: DateTime<Utc>) {
        let Some(execution) = self.executions.get_mut(index) else { return };
        execution.ended_at = Some(at);
        let environment = execution.environment.clone();
        let removes = execution.removes_environment && execution.state(execution.end()) == "DELETED";
        let (mut deployed, mut uninstalled, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
        if execution.pre_check.is_none() {
            for run in execution.runs.iter().filter(|run| run.succeeds()) {
                match run.action {
                    Action::Delete => deleted.push(run.service.clone()),
                    Action::Deploy => deployed.push((run.service.clone(), run.version.clone())),
                    Action::Uninstall | Action::DeleteResources => uninstalled.push(run.service.clone()),
                    _ => {}
                }
            }
        }
        for (id, version) in deployed {
            if let Some(service) = self.service_mut(&id) {
                let text = format!("{} {} is listening", service.name, version.as_deref().unwrap_or("latest"));
                service.log.push((at, text));
                service.deployed_version = version;
                service.dirty = false;
            }
        }
        for id in uninstalled {
            if let Some(service) = self.service_mut(&id) {
                service.dirty = true;
            }
        }
        for id in deleted {
            self.remove_service(&id);
        }
        if removes {
            self.services.retain(|service| service.environment != environment);
            self.environments.retain(|known| known.id != environment);
        } else if let Some(known) = self.environment_mut(&environment).filter(|e| e.running == Some(index)) {
            known.running = None;
        }
    }

    /// Cancels what an environment is doing; `false` if it does nothing.
    pub(super) fn cancel_running(&mut self, environment: &str, force: bool) -> bool {
        let tick = self.tick;
        let running = self.environment(environment).and_then(|environment| environment.running);
        match running.and_then(|index| self.executions.get_mut(index)) {
            Some(execution) => {
                execution.cancel(tick, force);
                true
            }
            None => false,
        }
    }

    /// Takes a request out of the queue it waits in; `false` if it does not wait.
    pub(super) fn cancel_queued(&mut self, request: &str) -> bool {
        for environment in &mut self.environments {
            if let Some(at) = environment.queue.iter().position(|queued| queued.id == request) {
                if let Some(removed) = environment.queue.remove(at) {
                    for id in removed.ids {
                        self.started.insert(id, None);
                    }
                }
                return true;
            }
        }
        false
    }
}

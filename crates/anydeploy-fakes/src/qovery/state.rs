//! Everything a fake Qovery server remembers.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::execution::{Execution, User};
use super::ids::Ids;
use super::kind::QoveryServiceKind;
use super::limit::Limit;
use super::quirk::Quirks;
use super::request::Request;
use super::run::Run;
use super::script::QoveryScript;
use super::service::Service;
use super::variable::Variable;
use crate::clock::Clock;
use crate::known::known;
use crate::pace::Ticker;
use crate::write::FakeWrite;

/// The commit at the head of each branch in the beginning, and the one before it.
const HEAD: &str = "5f1c1d3c0f8e4b7a9d2e6c4b8a7f3e1d0c9b8a76";
const EARLIER: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";
/// The commit at the head of each branch with values in the beginning.
const VALUES: &str = "7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b";

#[derive(Debug)]
pub(super) struct State {
    /// The tick up to which everything has happened.
    pub(super) tick: u64,
    pub(super) quirks: Quirks,
    pub(super) limit: Limit,
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    /// How long a tick lasts by the server's clock, if that goes by ticks.
    pub(super) tick_length: Option<Duration>,
    started_at: DateTime<Utc>,
    /// Ticks for which a new execution does not show.
    pub(super) stale: u64,
    pub(super) organization: Named,
    pub(super) project: Named,
    pub(super) cluster: Named,
    pub(super) registry: String,
    pub(super) environments: Vec<Environment>,
    pub(super) services: Vec<Service>,
    /// In the order in which they started.
    pub(super) executions: Vec<Execution>,
    pub(super) variables: Vec<Variable>,
    /// How many variables the next import takes at most.
    pub(super) next_import: Option<usize>,
    /// What was written, oldest first.
    pub(super) writes: Vec<FakeWrite>,
    /// Which request became which execution; a request that never started has none.
    pub(super) started: HashMap<String, Option<usize>>,
    /// How many sockets were opened, and how many bytes of logs they brought.
    pub(super) sockets: usize,
    pub(super) socket_bytes: usize,
}

#[derive(Debug)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Debug)]
pub(super) struct Environment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) mode: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) stage: String,
    pub(super) skipped_stage: String,
    pub(super) running: Option<usize>,
    pub(super) queue: VecDeque<Request>,
    pub(super) executions: Vec<usize>,
}

impl State {
    /// An organization with one project, and nothing in it.
    pub(super) fn new(quirks: Quirks, limit: Limit, stale: u64, clock: Clock) -> Self {
        let now = clock.now();
        let mut ids = Ids::new(u64::try_from(now.timestamp_millis()).unwrap_or_default());
        let mut named = |name: &str| Named { id: ids.object(), name: name.to_owned(), created_at: now };
        let (organization, project) = (named("Fake organization"), named("Fake project"));
        let (cluster, registry) = (named("fake-cluster"), named("public").id);
        Self {
            tick: 0,
            quirks,
            limit,
            ids,
            stale,
            clock,
            tick_length: None,
            started_at: now,
            organization,
            project,
            cluster,
            registry,
            environments: Vec::new(),
            services: Vec::new(),
            executions: Vec::new(),
            variables: Vec::new(),
            next_import: None,
            writes: Vec::new(),
            started: HashMap::new(),
            sockets: 0,
            socket_bytes: 0,
        }
    }

    /// The time by the server's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        match self.tick_length {
            Some(length) => self.after(length, self.tick),
            None => self.clock.now(),
        }
    }

    /// The time by the server's clock at which a tick began that has come already.
    pub(super) fn time_of(&self, tick: u64, ticker: &Ticker) -> DateTime<Utc> {
        if let Some(length) = self.tick_length {
            return self.after(length, tick);
        }
        let since = self.clock.instant().saturating_duration_since(ticker.began(tick));
        self.clock.now() - TimeDelta::from_std(since).unwrap_or_default()
    }

    fn after(&self, length: Duration, ticks: u64) -> DateTime<Utc> {
        let millis = length.as_millis().saturating_mul(u128::from(ticks));
        let passed = TimeDelta::milliseconds(i64::try_from(millis).unwrap_or_default());
        self.started_at.checked_add_signed(passed).unwrap_or(self.started_at)
    }

    pub(super) fn environment(&self, id: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.id == id)
    }

    pub(super) fn environment_mut(&mut self, id: &str) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|environment| environment.id == id)
    }

    pub(super) fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    pub(super) fn service_mut(&mut self, id: &str) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.id == id)
    }

    /// The service that a test names.
    #[track_caller]
    pub(super) fn named(&mut self, id: &str) -> &mut Service {
        known(self.service_mut(id), "service", id)
    }

    pub(super) fn services_of<'a>(&'a self, environment: &'a str) -> impl Iterator<Item = &'a Service> {
        self.services.iter().filter(move |service| service.environment == environment)
    }

    /// The environment's newest execution that shows.
    pub(super) fn last_execution<'a>(&'a self, environment: &'a Environment) -> Option<&'a Execution> {
        self.shown(&environment.executions).next()
    }

    /// The service's newest run that shows, with its execution.
    pub(super) fn last_run<'a>(&'a self, service: &'a Service) -> Option<(&'a Execution, &'a Run)> {
        self.shown(&service.executions).find_map(|execution| Some((execution, execution.run(&service.id)?)))
    }

    /// Of these executions those that show, newest first.
    pub(super) fn shown<'a>(&'a self, executions: &'a [usize]) -> impl Iterator<Item = &'a Execution> {
        executions
            .iter()
            .rev()
            .filter_map(|index| self.executions.get(*index))
            .filter(|execution| execution.shows(self.tick))
    }

    /// `StateEnum` of a service.
    pub(super) fn service_state<'a>(&'a self, service: &'a Service) -> &'a str {
        self.last_run(service).map_or("READY", |(_, run)| run.state(self.tick))
    }

    pub(super) fn add_environment(&mut self, name: &str, mode: &str) -> String {
        let (id, now) = (self.ids.object(), self.now());
        let environment = Environment {
            id: id.clone(),
            name: name.to_owned(),
            mode: mode.to_owned(),
            created_at: now,
            stage: self.ids.object(),
            skipped_stage: self.ids.object(),
            running: None,
            queue: VecDeque::new(),
            executions: Vec::new(),
        };
        self.environments.push(environment);
        id
    }

    pub(super) fn add_service(&mut self, environment: &str, kind: QoveryServiceKind, name: &str) -> String {
        let (id, now) = (self.ids.object(), self.now());
        let commits = |commits: &[&str]| commits.iter().map(|commit| (*commit).to_owned()).collect::<Vec<_>>();
        let version = match kind {
            kind if kind.is_from_git() => HEAD,
            QoveryServiceKind::Database => "16",
            _ => "1.0.0",
        };
        let values = kind == QoveryServiceKind::HelmFromGit;
        self.services.push(Service {
            id: id.clone(),
            name: name.to_owned(),
            kind,
            environment: environment.to_owned(),
            created_at: now,
            version: version.to_owned(),
            commits: if kind.is_from_git() { commits(&[HEAD, EARLIER]) } else { Vec::new() },
            values_commits: if values { commits(&[VALUES]) } else { Vec::new() },
            deployed_version: None,
            dirty: false,
            skipped: false,
            stage: 1,
            scripts: VecDeque::new(),
            usual: QoveryScript::succeeds(),
            domains: Vec::new(),
            executions: Vec::new(),
            log: Vec::new(),
        });
        id
    }

    /// Forgets a service; what runs goes on without it.
    pub(super) fn remove_service(&mut self, id: &str) {
        self.services.retain(|service| service.id != id);
        self.variables.retain(|variable| variable.parent != id);
        for environment in &mut self.environments {
            for request in &mut environment.queue {
                request.services.retain(|(service, _)| service != id);
            }
        }
    }
}

/// The user who deploys from the web console while a test runs.
pub(super) fn someone_else() -> User {
    User { name: "someone.else@example.com".to_owned(), origin: "CONSOLE" }
}

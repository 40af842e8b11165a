//! The state of a platform in memory, and what a tick does to it.

mod entry;
mod intents;
mod line;
mod previews;
mod selections;
mod settings;
mod state;
mod variables;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::fault::Faults;
use super::write::Write;
use crate::{
    Ability, Action, Adoption, Capabilities, DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Group,
    HistoryCursor, HistoryPage, Identity, Pace, Platform, RequestOption, Result, Service, ServiceDomain, Target,
    TargetKind,
};
pub(super) use entry::Entry;
use entry::Stage;
use intents::Intents;
use line::Line;
pub(super) use settings::ChangedSetting;

/// The kinds of target that can be deployed in memory.
const KINDS: &[TargetKind] = &[
    TargetKind::Application,
    TargetKind::Compose,
    TargetKind::Service,
    TargetKind::Database,
    TargetKind::Container,
    TargetKind::Job,
    TargetKind::Helm,
    TargetKind::Terraform,
    TargetKind::Environment,
    TargetKind::Preview,
];

/// The groups that are offered.
const GROUPS: [Group; 11] = [
    Group::TwoPhase,
    Group::History,
    Group::Cancel,
    Group::Logs,
    Group::Catalog,
    Group::Lifecycle,
    Group::Rollback,
    Group::Variables,
    Group::Previews,
    Group::Selections,
    Group::Health,
];

/// A deployment that was truly triggered on a [`MemoryDeployer`](super::MemoryDeployer).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// Names the deployment.
    pub id: DeploymentId,
    /// What was asked for.
    pub request: DeployRequest,
}

/// Everything there is.
#[derive(Debug)]
pub(super) struct World {
    pub(super) capabilities: Capabilities,
    pub(super) groups: BTreeSet<Group>,
    pub(super) clock: u64,
    pub(super) ticks_per_read: u64,
    pub(super) latency: Duration,
    /// How its hub polls, if it has one.
    pub(super) pace: Option<Pace>,
    pub(super) batches: u64,
    /// Whether a trigger is taken as a deployment of the same work that is under way.
    pub(super) merges: bool,
    pub(super) faults: Faults,
    pub(super) triggered: Vec<Trigger>,
    pub(super) writes: Vec<Write>,
    /// How many writes of variables are accepted until one is refused.
    pub(super) writes_until_refusal: Option<usize>,
    pub(super) calls: u64,
    pub(super) intents: Intents,
    lines: BTreeMap<Target, Line>,
    deployments: BTreeMap<usize, Entry>,
}

pub(super) fn platform() -> Platform {
    Platform::new("memory")
}

impl Default for World {
    fn default() -> Self {
        let offered = Capabilities::new().with_correlation();
        let capabilities = KINDS.iter().fold(offered, |offered, kind| {
            offered
                .with_kind(kind.clone(), RequestOption::ALL)
                .with_action(kind.clone(), Action::Restart, &[])
                .with_action(kind.clone(), Action::Redeploy, &[RequestOption::NoCache, RequestOption::Reason])
                .with_action(kind.clone(), Action::Rollback, &[RequestOption::Reason])
                .with_abilities(kind.clone(), Ability::ALL)
        });
        Self {
            capabilities,
            groups: BTreeSet::from(GROUPS),
            clock: 0,
            ticks_per_read: 0,
            latency: Duration::ZERO,
            pace: None,
            batches: 0,
            merges: false,
            faults: Faults::default(),
            triggered: Vec::new(),
            writes: Vec::new(),
            writes_until_refusal: None,
            calls: 0,
            intents: Intents::default(),
            lines: BTreeMap::new(),
            deployments: BTreeMap::new(),
        }
    }
}

impl World {
    /// The line of a target, which is added if it is not there yet.
    pub(super) fn line(&mut self, target: Target) -> &mut Line {
        self.lines.entry(target).or_default()
    }

    pub(super) fn advance(&mut self, ticks: u64) {
        for passed in 0..ticks {
            self.clock = self.clock.saturating_add(1);
            if !self.tick() {
                // Where one tick changes nothing, the others do not either.
                self.clock = self.clock.saturating_add(ticks - passed - 1);
                return;
            }
        }
    }

    /// Moves each line one step on, and says whether anything changed.
    fn tick(&mut self) -> bool {
        let targets: Vec<_> = self.lines.keys().cloned().collect();
        let mut changed = false;
        for target in &targets {
            changed |= self.tick_line(target);
        }
        changed
    }

    /// Moves one line one step on, and says whether anything changed.
    fn tick_line(&mut self, target: &Target) -> bool {
        let Some(line) = self.lines.get_mut(target) else { return false };
        let mut changed = line.take_effect();
        if let Some(number) = line.under_way
            && let Some(entry) = self.deployments.get_mut(&number)
        {
            changed |= entry.step(self.clock);
            if let Some(state) = entry.left_behind(line.state) {
                line.under_way = None;
                line.stopped_meanwhile = false;
                line.state = state;
                line.version = entry.version(number).or(line.version);
            }
            if entry.stage == Stage::Vanished {
                self.deployments.remove(&number);
            }
        }
        let before = self.running_revision(target);
        if let Some(line) = self.lines.get_mut(target).filter(|line| line.under_way.is_none())
            && let Some(number) = line.waiting.pop_front()
            && let Some(entry) = self.deployments.get_mut(&number)
        {
            changed |= entry.begin(self.clock, before);
            line.builds += usize::from(entry.makes_a_version());
            line.under_way = Some(number);
        }
        changed
    }

    pub(super) fn trigger(&mut self, request: &DeployRequest) -> Result<Deployment> {
        let target = request.target();
        self.check_action(request)?;
        if let Some(answer) = self.merge(request) {
            return answer;
        }
        let line = self.lines.get_mut(target).ok_or_else(|| unknown(target))?;
        let script = line.next.pop_front().unwrap_or_else(|| line.always.clone());
        let number = self.triggered.len() + 1;
        let entry = Entry::new(number, request, script, self.clock);
        let deployment = entry.to_deployment();
        line.waiting.push_back(number);
        line.previews.extend(request.pull_request());
        self.triggered.push(Trigger { id: deployment.id.clone(), request: request.clone() });
        self.deployments.insert(number, entry);
        Ok(deployment)
    }

    /// The answer to a request that is taken as a deployment which is under way, if there is one.
    fn merge(&self, request: &DeployRequest) -> Option<Result<Deployment>> {
        let line = self.lines.get(request.target()).filter(|_| self.merges)?;
        let numbers = line.waiting.iter().rev().chain(&line.under_way);
        let twin = numbers.filter_map(|number| self.deployments.get(number)).find(|entry| {
            matches!(entry.stage, Stage::Queued | Stage::Running(_) | Stage::Unknown(_)) && entry.is_same_as(request)
        })?;
        let mut deployment = twin.to_deployment();
        deployment.identity = Identity::Adopted;
        if twin.stage == Stage::Queued || request.adoption() == Adoption::Any {
            return Some(Ok(deployment));
        }
        let message = format!("the deployment `{}` was running already", deployment.id);
        let error = Error::new(ErrorKind::AlreadyRunning, message).with_platform(platform());
        Some(Err(error.with_last(Some(deployment))))
    }

    /// The deployment that an id names.
    pub(super) fn find(&self, id: &DeploymentId) -> Result<&Entry> {
        let number = number(id)?;
        self.deployments.get(&number).filter(|entry| entry.request.target() == id.target()).ok_or_else(|| missing(id))
    }

    pub(super) fn cancel(&mut self, id: &DeploymentId) -> Result<Deployment> {
        let number = number(id)?;
        let entry = self.deployments.get_mut(&number).filter(|entry| entry.request.target() == id.target());
        let entry = entry.ok_or_else(|| missing(id))?;
        if entry.stage == Stage::Queued
            && let Some(line) = self.lines.get_mut(id.target())
        {
            line.waiting.retain(|waiting| *waiting != number);
        }
        entry.cancel(self.clock)?;
        Ok(entry.to_deployment())
    }

    /// The deployments of a target, newest first.
    pub(super) fn history(&self, target: &Target, limit: usize) -> Result<Vec<Deployment>> {
        self.service(target)?;
        let own = self.deployments.values().rev().filter(|entry| entry.request.target() == target);
        Ok(own.take(limit).map(Entry::to_deployment).collect())
    }

    /// The deployments of a target that follow the number in a cursor, newest first.
    pub(super) fn history_page(
        &self,
        target: &Target,
        limit: usize,
        after: Option<&HistoryCursor>,
    ) -> Result<HistoryPage> {
        self.service(target)?;
        let before = match after {
            Some(cursor) => cursor.as_str().parse().map_err(|_| cursor.invalid().with_platform(platform()))?,
            None => usize::MAX,
        };
        let older = self.deployments.range(..before).rev().filter(|(_, entry)| entry.request.target() == target);
        let mut page: Vec<_> = older.take(limit.saturating_add(1)).collect();
        let has_more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().filter(|_| has_more).map(|(number, _)| HistoryCursor::new(number.to_string()));
        Ok(HistoryPage::new(page.into_iter().map(|(_, entry)| entry.to_deployment()).collect(), next))
    }

    pub(super) fn service(&self, target: &Target) -> Result<Service> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        Ok(line.service(target).with_revision(self.running_revision(target)))
    }

    pub(super) fn domains(&self, target: &Target) -> Result<Vec<ServiceDomain>> {
        let line = self.lines.get(target).ok_or_else(|| unknown(target))?;
        Ok(line.domains.clone())
    }

    pub(super) fn services(&self) -> Vec<Service> {
        let service =
            |(target, line): (&Target, &Line)| line.service(target).with_revision(self.running_revision(target));
        self.lines.iter().map(service).collect()
    }
}

/// The number of a deployment, which is the one detail of its id.
fn number(id: &DeploymentId) -> Result<usize> {
    id.expect_platform(&platform())?;
    let text = id.require("deployment")?;
    text.parse().map_err(|_| {
        Error::new(ErrorKind::InvalidInput, format!("the deployment id `{id}` has no number")).with_platform(platform())
    })
}

fn unknown(target: &Target) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no target `{target}`")).with_platform(platform())
}

fn missing(id: &DeploymentId) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no deployment `{id}`")).with_platform(platform())
}

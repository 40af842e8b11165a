//! One target in memory, and the deployments that wait for their turn on it.

use std::collections::{BTreeSet, VecDeque};

use crate::testing::Script;
use crate::{DesiredState, Service, ServiceDomain, ServiceState, Setting, Target, Variable};

/// A target, and the deployments that wait for their turn on it, by their numbers.
#[derive(Debug)]
pub(in crate::testing::memory) struct Line {
    pub(in crate::testing::memory) always: Script,
    pub(in crate::testing::memory) next: VecDeque<Script>,
    pub(super) waiting: VecDeque<usize>,
    pub(super) under_way: Option<usize>,
    /// What the last deployment left behind.
    pub(in crate::testing::memory) state: ServiceState,
    /// What it is about to become, after a request to start or stop it.
    pub(super) becomes: Option<DesiredState>,
    /// Whether it was stopped while a deployment of it was under way.
    pub(super) stopped_meanwhile: bool,
    /// The number of the deployment whose version runs, or ran last.
    pub(super) version: Option<usize>,
    pub(in crate::testing::memory) builds: usize,
    pub(in crate::testing::memory) variables: Vec<Variable>,
    pub(in crate::testing::memory) settings: Vec<Setting>,
    pub(in crate::testing::memory) domains: Vec<ServiceDomain>,
    pub(in crate::testing::memory) tags: Vec<String>,
    /// The pull requests that have a preview.
    pub(super) previews: BTreeSet<u64>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            always: Script::default(),
            next: VecDeque::new(),
            waiting: VecDeque::new(),
            under_way: None,
            state: ServiceState::NeverDeployed,
            becomes: None,
            stopped_meanwhile: false,
            version: None,
            builds: 0,
            variables: Vec::new(),
            settings: Vec::new(),
            domains: Vec::new(),
            tags: Vec::new(),
            previews: BTreeSet::new(),
        }
    }
}

impl Line {
    /// How it runs at the moment.
    pub(super) fn state(&self) -> ServiceState {
        match self.becomes {
            Some(DesiredState::Running) => ServiceState::Starting,
            Some(DesiredState::Stopped) => ServiceState::Stopping,
            None if self.under_way.is_some() && !self.stopped_meanwhile => ServiceState::Starting,
            None => self.state,
        }
    }

    /// Lets a request to start or stop it take effect, and says whether there was one.
    pub(super) fn take_effect(&mut self) -> bool {
        let Some(desired) = self.becomes.take() else { return false };
        self.state = match desired {
            DesiredState::Running => ServiceState::Running,
            DesiredState::Stopped => ServiceState::Stopped,
        };
        self.stopped_meanwhile = self.under_way.is_some() && desired == DesiredState::Stopped;
        true
    }

    pub(super) fn service(&self, target: &Target) -> Service {
        let state = self.state();
        let urls = self.domains.iter().map(|domain| domain.url.clone()).collect();
        Service::new(target.clone(), target.id(), state, state.as_str()).with_urls(urls).with_tags(self.tags.clone())
    }
}

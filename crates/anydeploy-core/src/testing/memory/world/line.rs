//! One target in memory, and the deployments that wait for their turn on it.

use std::collections::VecDeque;

use crate::testing::Script;
use crate::{Service, ServiceState, Target};

/// A target, and the deployments that wait for their turn on it, by their numbers.
#[derive(Debug)]
pub(in crate::testing::memory) struct Line {
    pub(in crate::testing::memory) always: Script,
    pub(in crate::testing::memory) next: VecDeque<Script>,
    pub(super) waiting: VecDeque<usize>,
    pub(super) under_way: Option<usize>,
    /// What the last deployment left behind.
    pub(super) state: ServiceState,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            always: Script::default(),
            next: VecDeque::new(),
            waiting: VecDeque::new(),
            under_way: None,
            state: ServiceState::NeverDeployed,
        }
    }
}

impl Line {
    pub(super) fn service(&self, target: &Target) -> Service {
        let state = if self.under_way.is_some() { ServiceState::Starting } else { self.state };
        Service::new(target.clone(), target.id(), state, state.as_str())
    }
}

//! One execution: what an environment does at a time, with every service it takes in.

use chrono::{DateTime, Utc};

use super::action::{Action, action_status};
use super::run::Run;
use crate::sender::Sender;

/// Ticks the check before a deployment takes to fail.
const PRE_CHECK_TICKS: u64 = 2;

/// Who asked, and from where (`OrganizationEventOrigin`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) origin: &'static str,
}

#[derive(Debug)]
pub(super) struct Execution {
    pub(super) id: String,
    pub(super) environment: String,
    pub(super) action: Action,
    pub(super) user: User,
    /// The request id that the answer named, if it had to queue.
    pub(super) queued_as: Option<String>,
    /// One id for each call that it stands for, whether an answer named it or not.
    pub(super) request_ids: Vec<String>,
    /// Who made each of those calls.
    pub(super) senders: Vec<Sender>,
    /// The tick from which statuses show it.
    pub(super) begins: u64,
    pub(super) created_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) runs: Vec<Run>,
    /// The reason why the check before the deployment failed; then no service is touched.
    pub(super) pre_check: Option<String>,
    /// Whether the environment goes with it.
    pub(super) removes_environment: bool,
    /// Set up by the test, not triggered by a request.
    pub(super) seeded: bool,
}

impl Execution {
    /// The tick at which nothing of it runs any more.
    pub(super) fn end(&self) -> u64 {
        if self.pre_check.is_some() {
            return self.begins + PRE_CHECK_TICKS;
        }
        self.runs.iter().map(Run::end).max().unwrap_or(self.begins)
    }

    pub(super) fn is_over(&self, tick: u64) -> bool {
        tick >= self.end()
    }

    pub(super) fn shows(&self, tick: u64) -> bool {
        tick >= self.begins
    }

    /// The run of a service, if the execution ever touches it.
    pub(super) fn run(&self, service: &str) -> Option<&Run> {
        if self.pre_check.is_some() {
            return None;
        }
        self.runs.iter().find(|run| run.service == service)
    }

    pub(super) fn cancel(&mut self, tick: u64, force: bool) {
        let now = tick.max(self.begins);
        for run in &mut self.runs {
            // What has not begun never does.
            let waits = run.begins > now;
            run.begins = run.begins.min(now);
            run.cancel(tick, force || waits);
        }
    }

    /// Its state at a tick: `last_deployment_state` of its environment.
    ///
    /// It is in progress as long as one service is, however the others ended.
    pub(super) fn state(&self, tick: u64) -> &str {
        let words = self.action.words();
        if self.pre_check.is_some() {
            return if self.is_over(tick) { words.error } else { words.queued };
        }
        let mut over = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            if !run.is_over(tick) {
                return run.state(tick);
            }
            over.push(run.outcome());
        }
        let failed = over.iter().find(|state| action_status(state) == "ERROR");
        let cancelled = || over.iter().find(|state| **state == "CANCELED");
        let odd = || over.iter().find(|state| **state != words.done);
        failed.or_else(cancelled).or_else(odd).copied().unwrap_or(words.done)
    }

    /// How it ended, or `None` while it runs.
    pub(super) fn outcome(&self, tick: u64) -> Option<&str> {
        self.is_over(tick).then(|| self.state(tick))
    }

    /// How many ticks of it have shown.
    pub(super) fn elapsed(&self, tick: u64) -> u64 {
        tick.min(self.end()).saturating_sub(self.begins)
    }
}

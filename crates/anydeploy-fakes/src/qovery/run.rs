//! One service inside one execution: which word it shows at which tick.

use std::borrow::Cow;

use super::action::Action;
use super::kind::QoveryServiceKind;
use super::script::{Ending, QoveryScript};
use super::service::Service;

/// Ticks a run takes unless its script says otherwise.
const DEFAULT_TICKS: u64 = 8;
/// Ticks between a cancel and its end.
const CANCEL_TICKS: u64 = 2;

#[derive(Debug)]
pub(super) struct Run {
    pub(super) service: String,
    pub(super) name: String,
    pub(super) kind: QoveryServiceKind,
    pub(super) action: Action,
    pub(super) version: Option<String>,
    /// The deployment stage of the service.
    pub(super) stage: u32,
    pub(super) script: QoveryScript,
    /// The tick from which it shows.
    pub(super) begins: u64,
    pub(super) cancelled_at: Option<u64>,
    /// It never begins, because another service of its execution failed before.
    pub(super) is_bystander: bool,
}

impl Run {
    pub(super) fn new(service: &Service, action: Action, script: QoveryScript, begins: u64) -> Self {
        Self {
            service: service.id.clone(),
            name: service.name.clone(),
            kind: service.kind,
            action,
            version: (action == Action::Deploy).then(|| service.version.clone()),
            stage: service.stage,
            script,
            begins,
            cancelled_at: None,
            is_bystander: false,
        }
    }

    fn lasting(&self) -> u64 {
        if self.is_bystander { 0 } else { self.script.lasting.unwrap_or(DEFAULT_TICKS) }
    }

    /// The ticks that its phases and its log are spread over.
    fn scale(&self) -> u64 {
        if self.lasting() == u64::MAX { DEFAULT_TICKS } else { self.lasting() }
    }

    /// The tick at which it ends unless it is cancelled.
    fn planned_end(&self) -> u64 {
        self.begins.saturating_add(self.lasting())
    }

    pub(super) fn end(&self) -> u64 {
        self.cancelled_at.map_or_else(|| self.planned_end(), |at| at.max(self.begins).saturating_add(CANCEL_TICKS))
    }

    pub(super) fn is_over(&self, tick: u64) -> bool {
        tick >= self.end()
    }

    /// Cancels what still runs; a service that is already done stays as it is (documented).
    pub(super) fn cancel(&mut self, tick: u64, force: bool) {
        // Documented: a lifecycle job is only cancelled by force.
        let spared = self.kind == QoveryServiceKind::LifecycleJob && !force;
        if !spared && self.cancelled_at.is_none() && !self.is_over(tick) {
            self.cancelled_at = Some(tick);
        }
    }

    /// How it ends: a `StateEnum` word, or whatever the script says.
    pub(super) fn outcome(&self) -> &str {
        let words = self.action.words();
        if self.cancelled_at.is_some() || self.is_bystander {
            return "CANCELED";
        }
        match &self.script.ending {
            Ending::Done | Ending::NeverStarts => words.done,
            Ending::Failed if self.kind.builds() && words.done == "DEPLOYED" => "BUILD_ERROR",
            Ending::Failed | Ending::PreCheckFailed => words.error,
            Ending::Cancelled => "CANCELED",
            Ending::Word(word) => word,
        }
    }

    pub(super) fn succeeds(&self) -> bool {
        self.outcome() == self.action.words().done
    }

    /// Whether it has begun to build.
    pub(super) fn has_built(&self, tick: u64) -> bool {
        let builds = self.kind.builds() && self.action.words().done == "DEPLOYED";
        builds && !self.is_bystander && tick > self.begins && self.cancelled_at.is_none_or(|at| at > self.begins)
    }

    /// The state it shows at a tick from `begins` on.
    pub(super) fn state(&self, tick: u64) -> &str {
        let words = self.action.words();
        if self.is_over(tick) {
            return self.outcome();
        }
        if self.cancelled_at.is_some_and(|at| tick >= at) {
            return "CANCELING";
        }
        let elapsed = tick.saturating_sub(self.begins);
        // A run that never ends stays in its second half, as a service does that is never ready.
        let endless = self.lasting() == u64::MAX;
        let scale = self.scale();
        let deploying = words.done == "DEPLOYED";
        let second_half = elapsed >= scale / 2;
        let last_quarter = !endless && elapsed >= scale - scale / 4;
        if elapsed == 0 {
            words.queued
        } else if let Some(word) = &self.script.middle_word
            && second_half
            && !last_quarter
        {
            word
        } else if deploying && self.kind.builds() && !second_half {
            "BUILDING"
        } else if deploying && self.kind.executes() && last_quarter {
            "EXECUTING"
        } else {
            words.doing
        }
    }

    /// Every line of its deployment log up to a tick: how many ticks after `begins`, and the text.
    pub(super) fn lines(&self, tick: u64) -> Vec<(u64, Cow<'_, str>)> {
        if self.is_bystander {
            return Vec::new();
        }
        let scale = self.scale();
        let count = self.script.log.len() as u64 + 1;
        let text = |line| Cow::Borrowed(String::as_str(line));
        let scripted = self.script.log.iter().zip(1..).map(|(line, n)| (scale.saturating_mul(n) / count, text(line)));
        let first = (0, Cow::Owned(format!("{} of {} requested", self.action.words().action, self.name)));
        std::iter::once(first)
            .chain(scripted)
            .filter(|(after, _)| self.begins.saturating_add(*after) <= tick.min(self.end()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: QoveryServiceKind, script: QoveryScript) -> Run {
        Run {
            service: "id".into(),
            name: "web".into(),
            kind,
            action: Action::Deploy,
            version: None,
            stage: 1,
            script,
            begins: 10,
            cancelled_at: None,
            is_bystander: false,
        }
    }

    fn states(run: &Run, ticks: std::ops::Range<u64>) -> Vec<&str> {
        let mut states: Vec<_> = ticks.map(|tick| run.state(tick)).collect();
        states.dedup();
        states
    }

    #[test]
    fn an_application_is_queued_built_deployed() {
        let run = run(QoveryServiceKind::Application, QoveryScript::succeeds());
        assert_eq!(states(&run, 10..30), ["DEPLOYMENT_QUEUED", "BUILDING", "DEPLOYING", "DEPLOYED"]);
    }

    #[test]
    fn a_job_executes_at_the_end() {
        let run = run(QoveryServiceKind::CronJob, QoveryScript::succeeds());
        assert_eq!(states(&run, 10..30), ["DEPLOYMENT_QUEUED", "DEPLOYING", "EXECUTING", "DEPLOYED"]);
    }

    #[test]
    fn an_endless_run_keeps_deploying() {
        let run = run(QoveryServiceKind::Container, QoveryScript::hangs());
        assert_eq!(run.state(u64::MAX - 1), "DEPLOYING");
    }

    #[test]
    fn a_word_may_show_in_the_middle() {
        let run = run(QoveryServiceKind::Container, QoveryScript::succeeds().passing_through("UNAVAILABLE"));
        assert_eq!(states(&run, 10..30), ["DEPLOYMENT_QUEUED", "DEPLOYING", "UNAVAILABLE", "DEPLOYING", "DEPLOYED"]);
    }

    #[test]
    fn what_is_over_cannot_be_cancelled() {
        let mut run = run(QoveryServiceKind::Container, QoveryScript::succeeds());
        run.cancel(18, true);
        assert_eq!(run.state(30), "DEPLOYED");
    }
}

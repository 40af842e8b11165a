//! One deployment in memory, from the queue to its end.

use chrono::{DateTime, Utc};

use super::platform;
use crate::testing::Script;
use crate::{
    Action, DeployRequest, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, LogLine, LogOptions,
    LogPage, Phase, RanRevision, Result, Revision, ServiceState,
};

/// How many ticks a deployment runs.
const RUNNING_TICKS: u8 = 2;

/// How many ticks a restart or a rollback runs, which build nothing.
const UNBUILT_TICKS: u8 = 1;

/// The tick 0, in seconds of Unix time; a tick is shown as a second.
const EPOCH: u64 = 1_700_000_000;

#[derive(Debug)]
pub(in crate::testing::memory) struct Entry {
    log: Vec<LogLine>,
    pub(super) request: DeployRequest,
    pub(super) stage: Stage,
    id: DeploymentId,
    script: Script,
    reason: Option<String>,
    /// The revision that its target ran when it began.
    before: RanRevision,
    created: u64,
    finished: Option<u64>,
}

/// Where a deployment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Queued,
    /// With this many ticks to go.
    Running(u8),
    Cancelling,
    Over(Phase),
    /// In a state that has only a word.
    Unknown(String),
    Vanished,
}

impl Entry {
    pub(super) fn new(number: usize, request: &DeployRequest, script: Script, now: u64) -> Self {
        let id = DeploymentId::new(platform(), request.target().clone()).with("deployment", number.to_string());
        let mut entry = Self {
            log: Vec::new(),
            request: request.clone(),
            stage: Stage::Queued,
            id,
            script,
            reason: None,
            before: RanRevision::Unverified,
            created: now,
            finished: None,
        };
        entry.write("queued", now);
        entry
    }

    /// Leaves the queue of a target that runs this revision.
    pub(super) fn begin(&mut self, now: u64, before: RanRevision) -> bool {
        self.before = before;
        self.step(now)
    }

    /// Goes one tick further, and says whether that changed anything.
    pub(super) fn step(&mut self, now: u64) -> bool {
        match self.stage {
            Stage::Queued => {
                self.write("running", now);
                let builds = self.makes_a_version();
                self.stage = Stage::Running(if builds { RUNNING_TICKS } else { UNBUILT_TICKS });
            }
            Stage::Running(left) if left > 1 => self.stage = Stage::Running(left - 1),
            Stage::Running(_) => return self.end(now),
            Stage::Cancelling => self.over(Phase::Cancelled, now),
            Stage::Over(_) | Stage::Unknown(_) | Stage::Vanished => return false,
        }
        true
    }

    /// Ends as its script says, unless it hangs.
    fn end(&mut self, now: u64) -> bool {
        match self.script.clone() {
            Script::Succeeds | Script::Runs(_) => self.over(Phase::Succeeded, now),
            Script::Fails { reason, log } => {
                self.log.extend(log.lines().map(|line| LogLine::new(line).with_time(time(now))));
                self.reason = Some(reason);
                self.over(Phase::Failed, now);
            }
            Script::Cancelled => self.over(Phase::Cancelled, now),
            Script::Unknown(word) => self.stage = Stage::Unknown(word),
            Script::Vanishes => self.stage = Stage::Vanished,
            Script::Hangs => return false,
        }
        true
    }

    pub(super) fn cancel(&mut self, now: u64) -> Result<()> {
        match self.stage {
            Stage::Queued => self.over(Phase::Cancelled, now),
            Stage::Running(_) | Stage::Unknown(_) => {
                self.write("cancelling", now);
                self.stage = Stage::Cancelling;
            }
            Stage::Cancelling => {}
            Stage::Over(_) | Stage::Vanished => {
                let message = format!("the deployment `{}` is over", self.id);
                return Err(Error::new(ErrorKind::Conflict, message).with_platform(platform()));
            }
        }
        Ok(())
    }

    /// If it has left the line, the state of its target, which was `before` until then.
    pub(super) fn left_behind(&self, before: ServiceState) -> Option<ServiceState> {
        match self.stage {
            Stage::Over(Phase::Succeeded) => Some(ServiceState::Running),
            Stage::Over(Phase::Failed) => Some(ServiceState::Failed),
            Stage::Over(_) | Stage::Vanished => Some(before),
            Stage::Queued | Stage::Running(_) | Stage::Cancelling | Stage::Unknown(_) => None,
        }
    }

    /// Whether its action makes a version of its own, and does not run one again.
    pub(super) fn makes_a_version(&self) -> bool {
        matches!(self.request.action(), Action::Deploy | Action::Redeploy)
    }

    /// The number of the deployment whose version runs after it, if it succeeded.
    pub(super) fn version(&self, number: usize) -> Option<usize> {
        match (&self.stage, self.request.rollback_point()) {
            (Stage::Over(Phase::Succeeded), Some(point)) => point.id.parse().ok(),
            (Stage::Over(Phase::Succeeded), None) => self.makes_a_version().then_some(number),
            _ => None,
        }
    }

    /// What the platform reports of it.
    pub(in crate::testing::memory) fn to_deployment(&self) -> Deployment {
        let phase = match self.stage {
            Stage::Queued => Phase::Queued,
            Stage::Running(_) => Phase::Running,
            Stage::Cancelling => Phase::Cancelling,
            Stage::Over(phase) => phase,
            Stage::Unknown(_) | Stage::Vanished => Phase::Unknown,
        };
        let raw = match &self.stage {
            Stage::Unknown(word) => word,
            _ => phase.as_str(),
        };
        let commit = match self.request.revision() {
            Revision::Commit(commit) => Some(commit.clone()),
            _ => None,
        };
        Deployment::new(self.id.clone(), Identity::Exact, DeploymentStatus::new(phase, raw))
            .with_reason(self.reason.clone())
            .with_title(self.request.reason().map(str::to_owned))
            .with_commit(commit)
            .with_revision(self.ran())
            .with_pull_request(self.request.pull_request())
            .with_times(time(self.created), self.finished.and_then(time))
            .with_action(self.request.action())
            .with_note(self.note())
            .verified_against(&self.request.expected_revision())
    }

    /// What a restart shipped along, if its script makes it run another revision than the one that ran before.
    fn note(&self) -> Option<String> {
        let ran = self.ran();
        let shipped = self.request.action() == Action::Restart
            && self.stage == Stage::Over(Phase::Succeeded)
            && ran != self.before;
        shipped.then(|| format!("the restart shipped {}; {} ran before", ran.describe(), self.before.describe()))
    }

    /// The revision that ran: what was asked for, unless the script says otherwise.
    pub(super) fn ran(&self) -> RanRevision {
        match (&self.stage, &self.script, self.request.expected_revision()) {
            (Stage::Over(Phase::Succeeded), Script::Runs(revision), _) => revision.clone(),
            (Stage::Over(Phase::Succeeded), ..) if self.request.action() == Action::Restart => self.before.clone(),
            (Stage::Over(Phase::Succeeded), _, Revision::Commit(commit)) => RanRevision::Commit(commit),
            (Stage::Over(Phase::Succeeded), _, Revision::ImageTag(tag)) => RanRevision::ImageTag(tag),
            (Stage::Over(Phase::Succeeded), _, Revision::ChartVersion(version)) => RanRevision::ChartVersion(version),
            _ => RanRevision::Unverified,
        }
    }

    /// The end of the log, with the line that says why it failed.
    pub(in crate::testing::memory) fn log_page(&self, options: LogOptions) -> LogPage {
        let lines = match &self.script {
            Script::Fails { log, .. } if self.stage == Stage::Over(Phase::Failed) => log.as_str(),
            _ => "",
        };
        let reason = lines.lines().rfind(|line| !line.trim().is_empty()).map(str::to_owned);
        LogPage::last_of(self.log.clone(), options).with_reason(reason)
    }

    /// Whether a request is for the same work, so that a platform that merges takes it as this deployment.
    pub(super) fn is_same_as(&self, request: &DeployRequest) -> bool {
        let same = self.request.action() == request.action()
            && self.request.expected_revision() == request.expected_revision()
            && self.request.setting() == request.setting()
            && self.request.pull_request() == request.pull_request();
        // A build without the cache is asked for because the one that runs is not good enough.
        same && !request.no_cache()
    }

    fn over(&mut self, phase: Phase, now: u64) {
        self.write(phase.as_str(), now);
        self.stage = Stage::Over(phase);
        self.finished = Some(now);
    }

    fn write(&mut self, line: &str, now: u64) {
        self.log.push(LogLine::new(line).with_time(time(now)));
    }
}

fn time(tick: u64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(EPOCH.saturating_add(tick)).ok()?, 0)
}

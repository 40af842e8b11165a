//! Searches for the deployment of a trigger whose answer is lost.

use std::time::Duration;

use qovery_client::types::{DeploymentHistoryEnvironmentV2 as Past, StateEnum};

use super::Qovery;
use super::api::Api;
use super::baseline::Baseline;
use super::order::{allowed_seconds, fits, last_change, names, newer, second, services_in};
use super::pending::{Clues, Pending};
use super::precheck::check_failed;
use super::queue::Queue;
use super::snapshot::{HISTORY_PAGE_SIZE, LONG_HISTORY_PAGE_SIZE, Snapshot};
use super::status::judge_past;
use crate::clock::Timestamps;
use crate::config::TokenScheme;
use crate::recovery::{Resolution, retry_briefly};
use crate::{Deployment, Identity, Phase, Result, TargetKind, Timing};

/// How far the clock that dates the answers may be from the one that dates the executions, in seconds: a proxy may date
/// them.
const MAX_CLOCK_SKEW: i64 = 120;

/// What is read in one poll of a search.
pub(super) struct Poll {
    queue: Queue,
    pub(super) snapshot: Snapshot,
    /// The newest executions, newest first.
    past: Vec<Past>,
    /// When the baseline was read.
    baseline_at: Timestamps,
    /// When the statuses were read.
    at: Timestamps,
}

/// What a poll proves.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This request that waits can only be the trigger's.
    Request(&'a str),
    /// This execution can only be the trigger's.
    Execution(&'a str),
    /// These executions list no service, and may be for any of the environment.
    Nameless(Vec<&'a Past>),
    /// Nothing decides as long as this is so; why.
    Unresolved(&'static str),
    /// Nothing decides; why.
    Ambiguous(&'static str),
    /// Nothing that the trigger can have started.
    NotFound,
}

/// Reads what the deployment may be found in; `is_ours` says that this process sent the trigger a moment ago.
pub(super) async fn poll(qovery: &Qovery, pending: &Pending, baseline: &Baseline, is_ours: bool) -> Result<Poll> {
    let (api, environment) = (&qovery.api, &*pending.environment);
    let rows = retry_briefly(|| api.queue(environment)).await?;
    // A request that leaves the queue between the two reads is listed as an execution then.
    let snapshot = retry_briefly(|| api.snapshot(environment)).await?;
    // Read after the statuses, so that it lists whatever they name, unless it is late.
    let size = if is_ours { HISTORY_PAGE_SIZE } else { LONG_HISTORY_PAGE_SIZE };
    let past = retry_briefly(|| api.history(environment, size)).await?;
    // The times of two processes are those of two machines, of which neither can correct the other.
    let (baseline_at, at) = if is_ours {
        (baseline.at.checked(snapshot.at), snapshot.at.checked(baseline.at))
    } else {
        (baseline.at, snapshot.at)
    };
    let queue = Queue::of(&rows, &pending.target, pending.action, qovery.scheme);
    Ok(Poll { queue, snapshot, past, baseline_at, at })
}

/// What executions prove that list no service, and may be for other services of the environment.
///
/// `ERROR` in the check before a deployment means that nothing was changed (console 720181b), so that a repeat is no second
/// deployment.
pub(super) async fn weigh(api: &Api, pending: &Pending, nameless: &[&Past]) -> Result<Resolution> {
    for entry in nameless {
        let execution = &entry.identifier.execution_id;
        let failed =
            judge_past(entry) == Phase::Failed && retry_briefly(|| check_failed(api, pending, execution)).await?;
        if !failed {
            return Ok(Resolution::Unresolved("a new deployment lists no service, and may be this one"));
        }
    }
    let why = "it was not acted on, or failed in the check before the deployment, which changes nothing";
    Ok(Resolution::NoEffect(why))
}

impl Poll {
    /// What is known once the execution is found.
    pub(super) fn with_execution(&self, pending: Pending, execution: &str) -> Pending {
        Pending { accepted_at: Some(self.baseline_at), ..pending.with_execution(execution) }
    }

    /// The deployment of a request that waits.
    pub(super) fn with_request(&self, pending: Pending, request: &str, baseline: &Baseline) -> Deployment {
        // A request that waited for other services was merged with this one.
        let identity = if baseline.queue.has(request) { Identity::Adopted } else { pending.identity };
        let clues = Clues { is_first: self.queue.is_alone(request), ..pending.clues };
        let request = Some(request.to_owned());
        // It was accepted no later than this.
        let waits = Pending { request, accepted_at: Some(self.at), identity, clues, ..pending };
        waits.to_deployment(Phase::Queued, StateEnum::Queued.as_str())
    }

    /// Which execution or request the trigger can have started.
    ///
    /// `has_neighbour` says that another trigger of this process, for whatever service, may show here as well.
    pub(super) fn find(
        &self,
        pending: &Pending,
        baseline: &Baseline,
        has_neighbour: bool,
        scheme: TokenScheme,
        timing: &Timing,
    ) -> Finding<'_> {
        let Some(newer) = newer(&self.past, baseline.last.as_deref()) else {
            return Finding::Ambiguous("the history does not reach back to the state before the trigger");
        };
        let is_listed = |execution: &str| self.past.iter().any(|entry| entry.identifier.execution_id == execution);
        if self.snapshot.last().is_some_and(|last| Some(last) != baseline.last.as_deref() && !is_listed(last)) {
            return Finding::Unresolved("the history does not list an execution that the statuses name");
        }
        let reach = self.reach(newer.len(), timing);
        let within = newer.get(reach.newest..).unwrap_or_default();
        let mut executions: Vec<&Past> = within.iter().rev().filter(|entry| fits(entry, pending, scheme)).collect();
        // An execution may start some seconds before it is listed. If it waited, this request may be merged into it. The
        // clock behind the dates of answers need not be the one behind the dates of executions.
        let earlier = |entry: &Past, than: i64| second(entry).is_some_and(|second| second < than);
        let sent = self.baseline_at.server;
        let long_before = sent.saturating_sub(allowed_seconds(timing));
        executions.retain(|entry| !baseline.queue.is_empty() || !earlier(entry, long_before));
        if executions.iter().any(|entry| earlier(entry, sent)) {
            return Finding::Ambiguous("a deployment that was asked for earlier was listed only afterwards");
        }
        let queue = Some(&self.queue).filter(|_| reach.queue);
        // A whole environment is deployed with all of its services.
        let whole = *pending.target.kind() == TargetKind::Environment && self.snapshot.services() > 1;
        if whole
            && (executions.iter().any(|entry| services_in(entry) == 1)
                || queue.is_some_and(Queue::has_one_for_a_service))
        {
            return Finding::Unresolved("a new deployment is for one service of the environment");
        }
        // One whose check failed lists no service, and may be for any service of the environment.
        let (named, nameless): (Vec<_>, Vec<_>) =
            executions.into_iter().partition(|entry| names(entry, &pending.target));
        let own: Vec<&str> = queue.into_iter().flat_map(Queue::own).collect();
        match (own.as_slice(), named.as_slice(), nameless.as_slice()) {
            ([], [], []) => Finding::NotFound,
            ([], [], [one]) if !has_neighbour && judge_past(one) == Phase::Failed => {
                Finding::Execution(&one.identifier.execution_id)
            }
            ([], [], _) => Finding::Nameless(nameless),
            ([request], [], _) => Finding::Request(request),
            ([], [execution], _) => Finding::Execution(&execution.identifier.execution_id),
            _ => Finding::Ambiguous("Qovery does not report who asked for the deployments that are new"),
        }
    }

    /// Which of the executions after the baseline, and whether what waits now, the trigger can have started.
    ///
    /// A trigger that is acted on starts at once, or waits until the environment has nothing else to do.
    /// So whatever comes after a time in which nothing ran is another trigger's, once this one cannot be acted on any more.
    fn reach(&self, newer: usize, timing: &Timing) -> Reach {
        let acted_on_until =
            self.baseline_at.server.saturating_add(seconds(timing.acted_on_within())).saturating_add(MAX_CLOCK_SKEW);
        // A request leaves the queue some time before its execution is made.
        let pause = seconds(timing.lost_after).saturating_add(1);
        let follows = |time: i64, entry: &Past| last_change(entry).is_none_or(|end| time.saturating_sub(end) <= pause);
        let is_in_reach = |at: usize| {
            let created = self.past.get(at).and_then(second).filter(|created| *created > acted_on_until);
            let before = self.past.get(at + 1);
            created.is_none_or(|created| before.is_some_and(|before| follows(created, before)))
        };
        let newest = (0..newer).rev().take_while(|at| is_in_reach(*at)).last().unwrap_or(newer);
        let now = self.at.server;
        let goes_on = self.past.first().is_none_or(|last| !judge_past(last).is_terminal() || follows(now, last));
        Reach { newest, queue: now <= acted_on_until || (newest == 0 && goes_on) }
    }
}

/// What the trigger can have started.
struct Reach {
    /// The place of the newest such execution in the history, whose newest comes first.
    newest: usize,
    /// Its request may wait now.
    queue: bool,
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

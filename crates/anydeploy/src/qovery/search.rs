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
use super::status::{is_end, judge_past};
use crate::adapter::{Resolution, Search, Timestamps, Window, retry_briefly};
use crate::config::TokenScheme;
use crate::{Deployment, Identity, Phase, Result, TargetKind, Timing};

/// What is read in one poll of a search.
pub(super) struct Poll {
    queue: Queue,
    pub(super) snapshot: Snapshot,
    /// The newest executions, newest first.
    past: Vec<Past>,
    /// When the baseline was read, which was no later than the trigger; `None` if no clock can be believed about that.
    sent: Option<Timestamps>,
    now: Timestamps,
    /// How long after the baseline the trigger can be acted on.
    acted_on_within: Duration,
}

/// What the trigger can have started.
#[derive(Debug)]
pub(super) enum Finding<'a> {
    /// This request that waits can only be the trigger's.
    Request(&'a str),
    /// This execution can only be the trigger's.
    Execution(&'a str),
    /// These executions list no service, and may be for any of the environment.
    Nameless(Vec<&'a Past>),
}

/// Reads what the deployment may be found in.
pub(super) async fn poll(
    qovery: &Qovery,
    pending: &Pending,
    baseline: &Baseline,
    Search { is_ours, acted_on_within, .. }: Search<'_>,
) -> Result<Poll> {
    let (api, environment) = (&qovery.api, &*pending.environment);
    let (rows, listed_at) = retry_briefly(|| api.queue(environment)).await?;
    // A request that leaves the queue between the two reads is listed as an execution then.
    let snapshot = retry_briefly(|| api.snapshot(environment)).await?;
    // Read after the statuses, so that it lists whatever they name, unless it is late.
    let size = if is_ours { HISTORY_PAGE_SIZE } else { LONG_HISTORY_PAGE_SIZE };
    let past = retry_briefly(|| api.history(environment, size)).await?;
    let now = snapshot.at.checked(listed_at);
    let (sent, now) = if is_ours {
        (Some(baseline.at.checked(now)), now.checked(baseline.at))
    } else {
        // The times of two processes are those of two machines, of which neither can correct the other.
        let now_by_baseline = [snapshot.at, listed_at].into_iter().find(|now| baseline.at.agrees_with(*now));
        (now_by_baseline.map(|_| baseline.at), now_by_baseline.unwrap_or(now))
    };
    let queue = Queue::of(&rows, &pending.target, pending.action, qovery.scheme);
    Ok(Poll { queue, snapshot, past, sent, now, acted_on_within })
}

/// What executions prove that list no service, and may be for other services of the environment.
///
/// `ERROR` in the check before a deployment means that nothing was changed (console 720181b), so that a repeat is no second
/// deployment.
pub(super) async fn weigh(api: &Api, pending: &Pending, nameless: &[&Past]) -> Result<Resolution> {
    for entry in nameless {
        let execution = &entry.identifier.execution_id;
        let failed = judge_past(entry, pending.action) == Phase::Failed
            && retry_briefly(|| check_failed(api, pending, execution)).await?;
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
        Pending { accepted_at: self.sent, ..pending.with_execution(execution) }
    }

    /// The deployment of a request that waits.
    pub(super) fn with_request(&self, pending: Pending, request: &str, baseline: &Baseline) -> Deployment {
        // A request that waited for other services was merged with this one.
        let identity = if baseline.queue.has(request) { Identity::Adopted } else { pending.identity };
        let clues = Clues { is_first: self.queue.is_alone(request), ..pending.clues };
        let request = Some(request.to_owned());
        // It was accepted no later than this.
        let waits = Pending { request, accepted_at: Some(self.now), identity, clues, ..pending };
        waits.to_deployment(Phase::Queued, StateEnum::Queued.as_str())
    }

    /// Which execution or request the trigger can have started.
    ///
    /// `has_neighbour` says that another trigger of this process, for whatever service, may show here as well.
    ///
    /// # Errors
    /// What the poll proves where nothing can only be the trigger's.
    pub(super) fn find(
        &self,
        pending: &Pending,
        baseline: &Baseline,
        has_neighbour: bool,
        scheme: TokenScheme,
        timing: &Timing,
    ) -> Result<Finding<'_>, Resolution> {
        let Some(newer) = newer(&self.past, baseline.last.as_deref()) else {
            return Err(Resolution::Ambiguous("the history does not reach back to the state before the trigger"));
        };
        let is_listed = |execution: &str| self.past.iter().any(|entry| entry.identifier.execution_id == execution);
        if self.snapshot.last().is_some_and(|last| Some(last) != baseline.last.as_deref() && !is_listed(last)) {
            return Err(Resolution::Unresolved("the history does not list an execution that the statuses name"));
        }
        let reach = self.reach(newer.len(), timing);
        let within = newer.get(reach.newest..).unwrap_or_default();
        let mut executions: Vec<&Past> = within.iter().rev().filter(|entry| fits(entry, pending, scheme)).collect();
        // An execution may start some seconds before it is listed. If it waited, this request may be merged into it. The
        // clock behind the dates of answers need not be the one behind the dates of executions.
        let earlier = |entry: &Past, by: i64| {
            let sent = self.sent.map(|sent| sent.server.saturating_sub(by));
            second(entry).zip(sent).is_some_and(|(second, sent)| second < sent)
        };
        executions.retain(|entry| !baseline.queue.is_empty() || !earlier(entry, allowed_seconds(timing)));
        if executions.iter().any(|entry| earlier(entry, 0)) {
            return Err(Resolution::Ambiguous("a deployment that was asked for earlier was listed only afterwards"));
        }
        let queue = Some(&self.queue).filter(|_| reach.queue);
        // A whole environment is deployed with all of its services.
        let whole = *pending.target.kind() == TargetKind::Environment && self.snapshot.services() > 1;
        if whole
            && (executions.iter().any(|entry| services_in(entry) == 1)
                || queue.is_some_and(Queue::has_one_for_a_service))
        {
            return Err(Resolution::Unresolved("a new deployment is for one service of the environment"));
        }
        // One whose check failed lists no service, and may be for any service of the environment.
        let (named, nameless): (Vec<_>, Vec<_>) =
            executions.into_iter().partition(|entry| names(entry, &pending.target));
        let own: Vec<&str> = queue.into_iter().flat_map(Queue::own).collect();
        match (own.as_slice(), named.as_slice(), nameless.as_slice()) {
            ([], [], []) => Err(Resolution::NotFound),
            ([], [], [one]) if !has_neighbour && judge_past(one, pending.action) == Phase::Failed => {
                Ok(Finding::Execution(&one.identifier.execution_id))
            }
            ([], [], _) => Ok(Finding::Nameless(nameless)),
            ([request], [], _) => Ok(Finding::Request(request)),
            ([], [execution], _) => Ok(Finding::Execution(&execution.identifier.execution_id)),
            _ if self.sent.is_none() => {
                Err(Resolution::Unresolved("no clock says which of the new deployments came too late"))
            }
            _ => Err(Resolution::Ambiguous("Qovery does not report who asked for the deployments that are new")),
        }
    }

    /// Which of the executions after the baseline, and whether what waits now, the trigger can have started.
    ///
    /// A trigger that is acted on starts at once, or waits until the environment has nothing else to do.
    /// So whatever comes after a time in which nothing ran is another trigger's, once this one cannot be acted on any more.
    fn reach(&self, newer: usize, timing: &Timing) -> Reach {
        let Some(sent) = self.sent else { return Reach { newest: 0, queue: true } };
        let window = Window::after(sent.server, self.acted_on_within);
        let is_too_late = |second: i64| window.is_too_late(second.saturating_mul(1000), Duration::ZERO);
        // A request leaves the queue some time before its execution is made.
        let pause = seconds(timing.lost_after).saturating_add(1);
        let follows = |time: i64, entry: &Past| last_change(entry).is_none_or(|end| time.saturating_sub(end) <= pause);
        let is_in_reach = |at: usize| {
            let created = self.past.get(at).and_then(second).filter(|created| is_too_late(*created));
            let before = self.past.get(at + 1);
            created.is_none_or(|created| before.is_some_and(|before| follows(created, before)))
        };
        let newest = (0..newer).rev().take_while(|at| is_in_reach(*at)).last().unwrap_or(newer);
        let now = self.now.server;
        let goes_on = self.past.first().is_none_or(|last| !is_end(&last.status) || follows(now, last));
        Reach { newest, queue: !is_too_late(now) || (newest == 0 && goes_on) }
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

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::{Value, json};

    use super::*;
    use crate::Target;

    /// The second at which the baseline was read.
    const SENT: i64 = 1_787_234_400;

    fn at(second: i64) -> String {
        chrono::DateTime::from_timestamp(second, 0).unwrap().to_rfc3339()
    }

    fn time(second: i64) -> Timestamps {
        let date = chrono::DateTime::from_timestamp(second, 0).unwrap().format("%a, %d %b %Y %H:%M:%S GMT");
        Timestamps::dated(Some(&date.to_string())).unwrap()
    }

    /// An execution of some services that began so many seconds after the baseline, and lasted so long.
    fn past(id: &str, began: i64, lasted: i64, services: &[&str]) -> Value {
        let parts = services.iter().map(|id| json!({"identifier": {"service_id": id}, "status": "DEPLOYED"}));
        json!({
            "identifier": {"execution_id": id},
            "auditing_data": {"created_at": at(SENT + began), "updated_at": at(SENT + began + lasted), "origin": "API"},
            "status": "DEPLOYED",
            "trigger_action": "DEPLOY",
            "stages": [{"services": parts.collect::<Vec<_>>()}],
        })
    }

    fn waiting(id: &str, service: &str) -> Value {
        let services = json!([{"identifier": {"service_id": service}}]);
        json!({
            "identifier": {"deployment_request_id": id},
            "trigger_action": "DEPLOY",
            "stages": [{"services": services}],
        })
    }

    /// What is found so many seconds after the baseline, among these executions (oldest first) and requests.
    fn found(executions: &[Value], queue: &[Value], now: i64, is_dated: bool) -> String {
        found_beside(false, executions, queue, now, is_dated)
    }

    /// The same, where another trigger of this process may show as well.
    fn found_beside(has_neighbour: bool, executions: &[Value], queue: &[Value], now: i64, is_dated: bool) -> String {
        let pending = Pending::new(Target::application("web"), "env");
        let rows: Vec<_> = queue.iter().map(|row| serde_json::from_value(row.clone()).unwrap()).collect();
        let queue_of = |rows: &[_]| Queue::of(rows, &pending.target, pending.action, TokenScheme::Token);
        let statuses = json!({"environment": {"id": "env", "state": "DEPLOYED", "last_deployment_id": "e1"}});
        let executions = [&[past("e1", -500, 20, &["web"])], executions].concat();
        let poll = Poll {
            queue: queue_of(&rows),
            snapshot: Snapshot::new(serde_json::from_value(statuses).unwrap(), time(SENT)),
            past: executions.iter().rev().map(|entry| serde_json::from_value(entry.clone()).unwrap()).collect(),
            sent: is_dated.then(|| time(SENT)),
            now: time(SENT + now),
            acted_on_within: Timing::DEFAULT.acted_on_within(),
        };
        let last = Some("e1".to_owned());
        let baseline = Baseline {
            last_of_target: last.clone(),
            last_request: None,
            last,
            is_running: false,
            at: time(SENT),
            queue: queue_of(&[]),
        };
        match poll.find(&pending, &baseline, has_neighbour, TokenScheme::Token, &Timing::DEFAULT) {
            Ok(Finding::Execution(id) | Finding::Request(id)) => id.to_owned(),
            Ok(Finding::Nameless(_)) => "nameless".to_owned(),
            Err(Resolution::NotFound) => "nothing".to_owned(),
            Err(Resolution::Unresolved(_) | Resolution::Ambiguous(_)) => "undecided".to_owned(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_hour_later_only_what_began_while_the_trigger_could_be_acted_on_is_its_own() {
        let hour = 3600;
        let ours = past("e2", 3, 20, &["web"]);
        let later = |number: i64| past(&format!("late-{number}"), hour + number * 60, 20, &["web"]);
        let ten: Vec<Value> = (0..10).map(later).collect();
        assert_eq!(found(&[], &[], hour, true), "nothing");
        assert_eq!(found(&ten, &[], hour * 2, true), "nothing", "it was never sent");
        assert_eq!(found(&[from_ref(&ours), &*ten].concat(), &[], hour * 2, true), "e2");
        assert_eq!(found(&[&[past("e2", 3, 20, &["api"])], &*ten].concat(), &[], hour * 2, true), "nothing");
        assert_eq!(
            found(&[from_ref(&ours), &*ten].concat(), &[], hour * 2, false),
            "undecided",
            "no clock is believed"
        );
        let other = past("other", 40, 20, &["web"]);
        assert_eq!(found(&[ours.clone(), other], &[], hour, true), "undecided", "either may be the trigger's");
        assert_eq!(found(&[past("e2", -90, 20, &["web"]), ours.clone()], &[], hour, true), "e2", "it was listed late");
        assert_eq!(found(&[past("e2", -2, 20, &["web"]), ours], &[], hour, true), "undecided", "by a second or two");
    }

    #[test]
    fn a_failed_execution_without_a_service_is_the_triggers_if_no_other_may_have_started_it() {
        let nameless = |id: &str, status: &str| {
            let mut entry = past(id, 3, 1, &[]);
            entry["status"] = status.into();
            entry
        };
        let failed = nameless("e2", "DEPLOYMENT_ERROR");
        let alone = |executions: &[Value]| found_beside(false, executions, &[], 10, true);
        assert_eq!(alone(from_ref(&failed)), "e2");
        assert_eq!(found_beside(true, from_ref(&failed), &[], 10, true), "nameless");
        assert_eq!(alone(&[nameless("e2", "DEPLOYING")]), "nameless", "it may still name its services");
        assert_eq!(alone(&[failed.clone(), nameless("e3", "DEPLOYMENT_ERROR")]), "nameless");
        assert_eq!(alone(&[failed, past("e3", 5, 20, &["web"])]), "e3");
    }

    #[test]
    fn what_waited_since_the_trigger_may_be_its_own_however_late_it_begins() {
        let hour = 3600;
        // Another service is deployed for half an hour, and the trigger waits.
        let busy = past("busy", 1, 1800, &["api"]);
        let ours = past("e2", 1802, 20, &["web"]);
        assert_eq!(found(&[busy.clone(), ours.clone()], &[], hour, true), "e2");
        assert_eq!(
            found(&[busy.clone(), past("late", 1900, 20, &["web"])], &[], hour, true),
            "nothing",
            "after a pause"
        );
        let next = past("next", 1822, 20, &["web"]);
        assert_eq!(found(&[busy.clone(), ours, next], &[], hour, true), "undecided");
        assert_eq!(found(from_ref(&busy), &[waiting("r", "web")], 1000, true), "r");
        assert_eq!(found(from_ref(&busy), &[waiting("r", "api")], 1000, true), "nothing");
        let late = past("late", hour, 1800, &["api"]);
        assert_eq!(
            found(&[busy, late], &[waiting("r", "web")], hour + 10, true),
            "nothing",
            "it began to wait after a pause"
        );
        assert_eq!(found(&[], &[waiting("r", "web")], 5, true), "r");
    }
}

//! The comparison of what the calls returned with what the server did.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use anydeploy::{DeploymentId, Error, ErrorKind, Identity, Outcome};
use anydeploy_fakes::Sender;

use super::call::CallRecord;
use super::report::ChaosReport;
use crate::scene::{Ending, Part, Scene, ServerRecord};

/// Checks the calls of one scene; `promised` is how late a delivery may be that an adapter promises to find.
pub(crate) fn check(report: &mut ChaosReport, scene: &dyn Scene, calls: &[CallRecord], promised: Duration) {
    let records = scene.server_records();
    let checker = Checker {
        scene,
        targets: calls.iter().map(|call| (call.call.to_string(), call.target.id())).collect(),
        by_id: records.iter().flat_map(|record| record.ids().map(move |id| (id, record))).collect(),
        by_call: by_call(&records),
        promised,
    };
    report.deploys += calls.len() as u64;
    report.triggered += records.iter().filter(|record| is_by_a_call(record)).count() as u64;
    for call in calls {
        checker.check(report, call);
    }
}

fn is_by_a_call(record: &ServerRecord) -> bool {
    let began = record.has_begun();
    began && record.senders.first().is_some_and(|sender| sender.call.is_some())
}

fn by_call(records: &[ServerRecord]) -> HashMap<&str, Vec<&ServerRecord>> {
    let mut by_call: HashMap<&str, Vec<&ServerRecord>> = HashMap::new();
    for record in records {
        let calls: HashSet<&str> = record.senders.iter().filter_map(|sender| sender.call.as_deref()).collect();
        for call in calls {
            by_call.entry(call).or_default().push(record);
        }
    }
    by_call
}

struct Checker<'a> {
    scene: &'a dyn Scene,
    /// The target of each call.
    targets: HashMap<String, &'a str>,
    by_id: HashMap<&'a str, &'a ServerRecord>,
    by_call: HashMap<&'a str, Vec<&'a ServerRecord>>,
    promised: Duration,
}

impl Checker<'_> {
    fn check(&self, report: &mut ChaosReport, call: &CallRecord) {
        let name = call.call.to_string();
        let own: Vec<&ServerRecord> = self.by_call.get(&*name).into_iter().flatten().copied().collect();
        let began: Vec<&ServerRecord> = own.iter().copied().filter(|record| record.started(call.target.id())).collect();
        // What no adapter can find counts for itself, as if another program had asked for it.
        let (late, started): (Vec<&ServerRecord>, Vec<&ServerRecord>) =
            began.into_iter().partition(|record| record.senders_of(&name).all(|sender| self.is_late(sender)));
        report.delivered_late += late.len() as u64;
        let is_own = |record: &ServerRecord| !record.changed_nothing && !self.is_shared(record, call, &name);
        let caused: Vec<&ServerRecord> = started.iter().copied().filter(|record| is_own(record)).collect();
        let twice = delivered_twice(&caused, &name);
        report.delivered_twice += twice;
        let duplicated = (caused.len() as u64).saturating_sub(1 + twice);
        report.duplicated += duplicated;
        let shown: Vec<&ServerRecord> = own.iter().copied().chain(self.others_returned(call, &name)).collect();
        if duplicated > 0 {
            report.explain_wrong("duplicated", call, &shown);
        }
        let is_built = |record: &&ServerRecord| record.part(call.target.id()).is_some_and(|part| part.builds);
        if !call.builds && caused.iter().any(is_built) {
            report.built += 1;
            report.explain_wrong("built", call, &shown);
        }
        let resolved = &call.returned.resolved;
        report.foreign += u64::from(resolved.iter().any(|(identity, id)| self.is_inferred_foreign(*identity, id)));
        let mut claimed = resolved.iter().filter(|(_, id)| !self.is_earlier(id, call));
        let wrong_id = claimed.find_map(|(identity, id)| self.wrong_id(*identity, id, call, &name));
        let wrong = match &call.result {
            Ok(outcome) => {
                report.count_outcome(outcome);
                if is_half(&started, &name) && self.is_lost_delivery(outcome, &name) {
                    report.contradicted += 1;
                    None
                } else {
                    self.wrong_outcome(outcome, call, &started, &late)
                }
            }
            Err(error) if error.is_safe_to_repeat() => {
                if caused.is_empty() {
                    report.refused += 1;
                    report.already_running += u64::from(error.kind() == ErrorKind::AlreadyRunning);
                } else if is_half(&started, &name) && error.kind() != ErrorKind::NotTriggered {
                    report.contradicted += 1;
                } else {
                    report.lost += 1;
                    report.explain_wrong("lost", call, &shown);
                }
                let unnamed = error.kind() == ErrorKind::AlreadyRunning && error.last().is_none();
                unnamed.then_some("an earlier deployment without an id")
            }
            Err(error) => match count_unresolved(report, error) {
                Ok(kind) => {
                    report.explain_unresolved(kind, call, &shown);
                    None
                }
                Err(wrong) => Some(wrong),
            },
        };
        if let Some(wrong) = wrong_id.or(wrong) {
            report.misreported += 1;
            *report.misreports.entry(wrong).or_default() += 1;
            report.explain_wrong(wrong, call, &shown);
        }
    }

    /// The deployments of others that a call returned as resolved.
    fn others_returned<'a>(&'a self, call: &'a CallRecord, name: &'a str) -> impl Iterator<Item = &'a ServerRecord> {
        let returned = call.returned.resolved.iter().filter_map(|(_, id)| self.find(id));
        returned.filter(move |record| !record.is_for(name))
    }

    /// The deployment that an id leads to.
    fn find(&self, id: &DeploymentId) -> Option<&ServerRecord> {
        self.by_id.get(self.text_in(id)?).copied()
    }

    /// The platform's own id of a deployment, or else of the request that led to it.
    fn text_in<'i>(&self, id: &'i DeploymentId) -> Option<&'i str> {
        self.scene.deployment_in(id).or_else(|| self.scene.request_in(id))
    }

    /// Whether a call returned a foreign deployment, and returned it as inferred, which claims no proof.
    fn is_inferred_foreign(&self, identity: Identity, id: &DeploymentId) -> bool {
        let is_foreign =
            |record: &ServerRecord| record.foreign || record.senders.iter().all(|sender| self.is_late(sender));
        identity == Identity::Inferred && self.find(id).is_some_and(is_foreign)
    }

    /// Whether a request was delivered later than an adapter promises to wait for it.
    fn is_late(&self, sender: &Sender) -> bool {
        sender.late.is_some_and(|late| late > self.promised)
    }

    /// Whether a call returned a deployment only as one that ran already, and not as its own.
    fn is_earlier(&self, id: &DeploymentId, call: &CallRecord) -> bool {
        let is_same = |other: &DeploymentId| self.text_in(other).is_some() && self.text_in(other) == self.text_in(id);
        let outcome = call.result.as_ref().ok().and_then(Outcome::deployment);
        call.returned.earlier.iter().any(is_same) && !outcome.is_some_and(|deployment| is_same(&deployment.id))
    }

    /// When a call first returned a deployment as over.
    fn over_at(&self, id: &DeploymentId, call: &CallRecord) -> Option<Instant> {
        let over = call.returned.over.iter().filter(|(over, _)| over == id || self.text_in(over) == self.text_in(id));
        over.map(|(_, at)| *at).min()
    }

    /// What is wrong with the id of a deployment that a call returned as resolved.
    fn wrong_id(&self, identity: Identity, id: &DeploymentId, call: &CallRecord, name: &str) -> Option<&'static str> {
        let Some(record) = self.find(id) else {
            // A request that led to no deployment has an id all the same.
            return self.scene.deployment_in(id).map(|_| "an id that does not exist");
        };
        if self.is_inferred_foreign(identity, id) {
            return None;
        }
        if !record.is_for(name) {
            return Some("a foreign id");
        }
        let shared = self.is_shared(record, call, name);
        (shared && identity != Identity::Adopted).then_some("a shared id that is not reported as adopted")
    }

    /// Whether the target of a call was asked for in a deployment before the call was merged into it.
    fn is_shared(&self, record: &ServerRecord, call: &CallRecord, name: &str) -> bool {
        let mut before = record.senders.iter().take_while(|sender| sender.call.as_deref() != Some(name));
        before.any(|sender| {
            // A request of no call has the same target; a request of another call may have another one.
            let target = sender.call.as_ref().map(|other| self.targets.get(other));
            target.is_none_or(|target| target.is_some_and(|target| *target == call.target.id()))
        })
    }

    /// Whether the outcome is a loss, and not of a deployment that stands for a request of the call.
    fn is_lost_delivery(&self, outcome: &Outcome, name: &str) -> bool {
        let Outcome::Lost(loss) = outcome else { return false };
        let last = loss.last.as_ref().and_then(|last| self.find(&last.id));
        last.is_none_or(|record| !record.is_for(name))
    }

    /// What is wrong with an outcome.
    fn wrong_outcome(
        &self,
        outcome: &Outcome,
        call: &CallRecord,
        started: &[&ServerRecord],
        late: &[&ServerRecord],
    ) -> Option<&'static str> {
        if let Outcome::Lost(_) = outcome {
            return (!started.is_empty()).then_some("a loss of a deployment that exists");
        }
        let id = &outcome.deployment()?.id;
        if self.scene.leaves_nothing(id) {
            // Nothing names it, so that it is the one that was started for the call, if any was; a search that an adapter
            // need not make may have found one that was delivered later.
            let own = started.first().or(late.first());
            let ending = own.and_then(|record| record.part(call.target.id())).map(|part| part.ending);
            let is_right = ending.unwrap_or(Ending::Never).is(outcome);
            return (!is_right).then_some(if own.is_none() {
                "an outcome without a deployment"
            } else {
                "a wrong outcome"
            });
        }
        if self.text_in(id).is_none() {
            return Some("an outcome without an id");
        }
        // A foreign id is found by `wrong_id`.
        let Some(record) = self.find(id) else {
            return (!Ending::Never.is(outcome)).then_some("an outcome without a deployment");
        };
        let (ending, ended_at) = match record.part(call.target.id()) {
            // What was merged into the deployment of another version failed to run what was asked for.
            Some(part) if part.ending == Ending::Succeeded && is_other(call, part) => (Ending::Failed, part.ended_at),
            Some(part) => (part.ending, part.ended_at),
            // It was left out.
            None => (Ending::Never, record.ended_at()),
        };
        if !ending.is(outcome) {
            return Some("a wrong outcome");
        }
        let in_time = self.over_at(id, call).zip(ended_at).is_some_and(|(returned, ended)| returned >= ended);
        (!in_time).then_some("an outcome before the end")
    }
}

/// Counts an error that leaves the outcome of the deployment open, and returns which kind it is.
///
/// # Errors
/// What is wrong with it: it has to say that it leaves the outcome open.
fn count_unresolved(report: &mut ChaosReport, error: &Error) -> Result<&'static str, &'static str> {
    // The error of a watch holds the last deployment that was read, so that the caller may watch on.
    let (count, kind) = match (error.kind(), error.last()) {
        (ErrorKind::Undecidable, _) => (&mut report.undecidable, "undecidable"),
        (ErrorKind::TimedOut, Some(_)) => (&mut report.timed_out, "timed out"),
        (_, Some(_)) => (&mut report.broken_off, "broken off"),
        (_, None) => return Err("an error that hides what is open"),
    };
    *count += 1;
    Ok(kind)
}

/// Whether another version was deployed than the call asked for.
fn is_other(call: &CallRecord, part: &Part) -> bool {
    call.version.as_ref().zip(part.version.as_ref()).is_some_and(|(asked, got)| asked != got)
}

/// Whether the only request of a call that a deployment was started for is one delivery of two, and the other came to
/// nothing.
fn is_half(started: &[&ServerRecord], name: &str) -> bool {
    let mut senders = started.iter().flat_map(|record| record.senders_of(name));
    matches!((senders.next(), senders.next()), (Some(Sender { twice: Some(_), .. }), None))
}

/// How many of a call's deployments came of the network delivering one request twice.
fn delivered_twice(records: &[&ServerRecord], name: &str) -> u64 {
    let mut deliveries: HashMap<&str, u64> = HashMap::new();
    for record in records {
        let twice: HashSet<&str> = record.senders_of(name).filter_map(|sender| sender.twice.as_deref()).collect();
        for request in twice {
            *deliveries.entry(request).or_default() += 1;
        }
    }
    deliveries.values().map(|records| records - 1).sum()
}

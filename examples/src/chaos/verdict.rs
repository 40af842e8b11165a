//! The comparison of what callers were told with what the fake did.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use anydeploy::{DeploymentId, Error, ErrorKind, Identity, Outcome};
use anydeploy_fakes::Sender;

use super::ChaosReport;
use super::call::Told;
use super::scene::{Ending, Fact, Part, Scene};

/// Judges the calls of one scene; `promised` is how late a delivery may be that an adapter promises to find.
pub(super) fn judge(report: &mut ChaosReport, scene: &dyn Scene, told: &[Told], promised: Duration) {
    let facts = scene.facts();
    let court = Court {
        scene,
        targets: told.iter().map(|told| (told.call.to_string(), told.target.id())).collect(),
        by_id: facts.iter().flat_map(|fact| fact.ids().map(move |id| (id, fact))).collect(),
        by_call: by_call(&facts),
        promised,
    };
    report.deploys += told.len() as u64;
    report.triggered += facts.iter().filter(|fact| is_by_a_call(fact)).count() as u64;
    for told in told {
        court.judge(report, told);
    }
}

fn is_by_a_call(fact: &Fact) -> bool {
    let began = fact.parts.iter().any(|part| part.ending != Ending::Never);
    began && fact.senders.first().is_some_and(|sender| sender.call.is_some())
}

fn by_call(facts: &[Fact]) -> HashMap<&str, Vec<&Fact>> {
    let mut by_call: HashMap<&str, Vec<&Fact>> = HashMap::new();
    for fact in facts {
        let calls: HashSet<&str> = fact.senders.iter().filter_map(|sender| sender.call.as_deref()).collect();
        for call in calls {
            by_call.entry(call).or_default().push(fact);
        }
    }
    by_call
}

struct Court<'a> {
    scene: &'a dyn Scene,
    /// The target of each call.
    targets: HashMap<String, &'a str>,
    by_id: HashMap<&'a str, &'a Fact>,
    by_call: HashMap<&'a str, Vec<&'a Fact>>,
    promised: Duration,
}

impl Court<'_> {
    fn judge(&self, report: &mut ChaosReport, told: &Told) {
        let call = told.call.to_string();
        let theirs: Vec<&Fact> = self.by_call.get(&*call).into_iter().flatten().copied().collect();
        let began: Vec<&Fact> = theirs.iter().copied().filter(|fact| fact.started(told.target.id())).collect();
        // What no adapter can know of counts for itself, as if another program had asked for it.
        let (late, started): (Vec<&Fact>, Vec<&Fact>) =
            began.into_iter().partition(|fact| fact.senders_of(&call).all(|sender| self.is_late(sender)));
        report.delivered_late += late.len() as u64;
        let is_own = |fact: &Fact| !fact.idle && !self.is_shared(fact, told, &call);
        let caused: Vec<&Fact> = started.iter().copied().filter(|fact| is_own(fact)).collect();
        let twice = delivered_twice(&caused, &call);
        report.delivered_twice += twice;
        let duplicated = (caused.len() as u64).saturating_sub(1 + twice);
        report.duplicated += duplicated;
        let shown: Vec<&Fact> = theirs.iter().copied().chain(self.others_named(told, &call)).collect();
        if duplicated > 0 {
            report.wrong("duplicated", told, &shown);
        }
        report.strangers += u64::from(told.seen.settled.iter().any(|(identity, id)| self.is_strangers(*identity, id)));
        let mut claimed = told.seen.settled.iter().filter(|(_, id)| !self.is_earlier(id, told));
        let foreign = claimed.find_map(|(identity, id)| self.is_foreign(*identity, id, told, &call));
        let wrong = match &told.result {
            Ok(outcome) => {
                report.count_outcome(outcome);
                if is_half(&started, &call) && self.is_lost_delivery(outcome, &call) {
                    report.contradicted += 1;
                    None
                } else {
                    self.is_wrong(outcome, told, &started)
                }
            }
            Err(error) if error.is_safe_to_repeat() => {
                if caused.is_empty() {
                    report.refused += 1;
                    report.already_running += u64::from(error.kind() == ErrorKind::AlreadyRunning);
                } else if is_half(&started, &call) && error.kind() != ErrorKind::NotTriggered {
                    report.contradicted += 1;
                } else {
                    report.lost += 1;
                    report.wrong("lost", told, &shown);
                }
                let unnamed = error.kind() == ErrorKind::AlreadyRunning && error.last().is_none();
                unnamed.then_some("an earlier deployment without an id")
            }
            Err(error) => {
                let end = open_end(report, error);
                if let Ok(doubt) = end {
                    report.doubt(doubt, told, &shown);
                }
                end.err()
            }
        };
        if let Some(wrong) = foreign.or(wrong) {
            report.misreported += 1;
            *report.misreports.entry(wrong).or_default() += 1;
            report.wrong(wrong, told, &shown);
        }
    }

    /// The deployments of others that a call was told of as settled.
    fn others_named<'a>(&'a self, told: &'a Told, call: &'a str) -> impl Iterator<Item = &'a Fact> {
        let named = told.seen.settled.iter().filter_map(|(_, id)| self.find(id));
        named.filter(move |fact| !fact.is_for(call))
    }

    /// The deployment that an id leads to.
    fn find(&self, id: &DeploymentId) -> Option<&Fact> {
        self.by_id.get(self.text_in(id)?).copied()
    }

    /// The platform's own id of a deployment, or else of the request that led to it.
    fn text_in<'i>(&self, id: &'i DeploymentId) -> Option<&'i str> {
        self.scene.deployment_in(id).or_else(|| self.scene.request_in(id))
    }

    /// Whether a call was told of a deployment of another program's, and that it is only deduced to be its own.
    fn is_strangers(&self, identity: Identity, id: &DeploymentId) -> bool {
        let is_strange = |fact: &Fact| fact.strange || fact.senders.iter().all(|sender| self.is_late(sender));
        identity == Identity::Inferred && self.find(id).is_some_and(is_strange)
    }

    /// Whether a request was delivered later than an adapter promises to wait for it.
    fn is_late(&self, sender: &Sender) -> bool {
        sender.late.is_some_and(|late| late > self.promised)
    }

    /// Whether a call was told of a deployment only as one that ran already, and not as its own.
    fn is_earlier(&self, id: &DeploymentId, told: &Told) -> bool {
        let is_same = |other: &DeploymentId| self.text_in(other).is_some() && self.text_in(other) == self.text_in(id);
        let outcome = told.result.as_ref().ok().and_then(Outcome::deployment);
        told.seen.earlier.iter().any(is_same) && !outcome.is_some_and(|deployment| is_same(&deployment.id))
    }

    /// When a call was first told that a deployment is over.
    fn over_at(&self, id: &DeploymentId, told: &Told) -> Option<Instant> {
        let over = told.seen.over.iter().filter(|(over, _)| over == id || self.text_in(over) == self.text_in(id));
        over.map(|(_, at)| *at).min()
    }

    /// Why a deployment that a call was told of as settled is not its own.
    fn is_foreign(&self, identity: Identity, id: &DeploymentId, told: &Told, call: &str) -> Option<&'static str> {
        let Some(fact) = self.find(id) else {
            // A request that never became a deployment has an id all the same.
            return self.scene.deployment_in(id).map(|_| "an id that nothing has");
        };
        if self.is_strangers(identity, id) {
            return None;
        }
        if !fact.is_for(call) {
            return Some("an id of someone else's");
        }
        let shared = self.is_shared(fact, told, call);
        (shared && identity != Identity::Adopted).then_some("a shared id that is not told as adopted")
    }

    /// Whether the target of a call was asked for in a deployment before the call was taken into it.
    fn is_shared(&self, fact: &Fact, told: &Told, call: &str) -> bool {
        let mut before = fact.senders.iter().take_while(|sender| sender.call.as_deref() != Some(call));
        before.any(|sender| {
            // What nobody's call asked for has the same target, and another call may have another one.
            let target = sender.call.as_ref().map(|other| self.targets.get(other));
            target.is_none_or(|target| target.is_some_and(|target| *target == told.target.id()))
        })
    }

    /// Whether a loss is told of something else than a deployment that stands for a request of the call.
    fn is_lost_delivery(&self, outcome: &Outcome, call: &str) -> bool {
        let Outcome::Lost(loss) = outcome else { return false };
        let last = loss.last.as_ref().and_then(|last| self.find(&last.id));
        last.is_none_or(|fact| !fact.is_for(call))
    }

    /// Why an outcome is not the right one.
    fn is_wrong(&self, outcome: &Outcome, told: &Told, started: &[&Fact]) -> Option<&'static str> {
        if let Outcome::Lost(_) = outcome {
            return (!started.is_empty()).then_some("a loss of what is there");
        }
        let id = &outcome.deployment()?.id;
        if self.text_in(id).is_none() {
            return Some("an outcome without an id");
        }
        // That the id is someone else's is told elsewhere.
        let Some(fact) = self.find(id) else { return (!Ending::Never.is(outcome)).then_some("an outcome of nothing") };
        let (ending, ended_at) = match fact.part(told.target.id()) {
            // What was merged into the deployment of another version failed to run what was asked for.
            Some(part) if part.ending == Ending::Succeeded && is_other(told, part) => (Ending::Failed, part.ended_at),
            Some(part) => (part.ending, part.ended_at),
            // It was left out.
            None => (Ending::Never, fact.ended_at()),
        };
        if !ending.is(outcome) {
            return Some("a wrong outcome");
        }
        let in_time = self.over_at(id, told).zip(ended_at).is_some_and(|(told, ended)| told >= ended);
        (!in_time).then_some("an outcome before the end")
    }
}

/// Counts an error that leaves open what became of the deployment; it has to say so.
///
/// # Errors
/// Why it does not.
fn open_end(report: &mut ChaosReport, error: &Error) -> Result<&'static str, &'static str> {
    // A watch gives what was seen last, so that the caller may watch on.
    let (count, word) = match (error.kind(), error.last()) {
        (ErrorKind::Undecidable, _) => (&mut report.undecidable, "undecidable"),
        (ErrorKind::TimedOut, Some(_)) => (&mut report.timed_out, "timed out"),
        (_, Some(_)) => (&mut report.broken_off, "broken off"),
        (_, None) => return Err("an error that does not say so"),
    };
    *count += 1;
    Ok(word)
}

/// Whether another version was deployed than the call asked for.
fn is_other(told: &Told, part: &Part) -> bool {
    told.version.as_ref().zip(part.version.as_ref()).is_some_and(|(asked, got)| asked != got)
}

/// Whether the only request of a call that a deployment was started for is one delivery of two, and the other came to
/// nothing.
fn is_half(started: &[&Fact], call: &str) -> bool {
    let mut senders = started.iter().flat_map(|fact| fact.senders_of(call));
    matches!((senders.next(), senders.next()), (Some(Sender { twice: Some(_), .. }), None))
}

/// How many of a call's deployments came of the network delivering one request twice.
fn delivered_twice(facts: &[&Fact], call: &str) -> u64 {
    let mut deliveries: HashMap<&str, u64> = HashMap::new();
    for fact in facts {
        let twice: HashSet<&str> = fact.senders_of(call).filter_map(|sender| sender.twice.as_deref()).collect();
        for request in twice {
            *deliveries.entry(request).or_default() += 1;
        }
    }
    deliveries.values().map(|facts| facts - 1).sum()
}

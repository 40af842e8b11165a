//! The comparison of what callers were told with what the fake did.

use std::collections::{HashMap, HashSet};

use anydeploy::{DeploymentId, ErrorKind, Identity, Outcome};
use anydeploy_fakes::Sender;

use super::ChaosReport;
use super::call::Told;
use super::scene::{Ending, Fact, Scene};

/// Judges the calls of one scene.
pub(super) fn judge(report: &mut ChaosReport, scene: &dyn Scene, told: &[Told]) {
    let facts = scene.facts();
    let court = Court {
        scene,
        targets: told.iter().map(|told| (told.call.to_string(), told.target.id())).collect(),
        by_id: facts.iter().flat_map(|fact| fact.ids().map(move |id| (id, fact))).collect(),
        by_call: by_call(&facts),
    };
    report.deploys += told.len() as u64;
    report.triggered += facts.iter().filter(|fact| is_by_a_call(fact)).count() as u64;
    for told in told {
        court.judge(report, told);
    }
    report.count_exchanges(&scene.access().network);
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
}

impl Court<'_> {
    fn judge(&self, report: &mut ChaosReport, told: &Told) {
        let call = told.call.to_string();
        let theirs: Vec<&Fact> = self.by_call.get(&*call).into_iter().flatten().copied().collect();
        let started: Vec<&Fact> = theirs.iter().copied().filter(|fact| fact.started(told.target.id())).collect();
        let caused: Vec<&Fact> = started.iter().copied().filter(|fact| !self.is_shared(fact, told, &call)).collect();
        let twice = delivered_twice(&caused, &call);
        report.delivered_twice += twice;
        let duplicated = (caused.len() as u64).saturating_sub(1 + twice);
        report.duplicated += duplicated;
        let mut wrong = told.seen.iter().find_map(|(identity, id)| self.is_foreign(*identity, id, told, &call));
        match &told.result {
            Ok(outcome) => {
                report.count_outcome(outcome);
                if matches!(outcome, Outcome::Lost(_)) && is_half(&started, &call) {
                    report.contradicted += 1;
                } else {
                    wrong = wrong.or_else(|| self.is_wrong(outcome, told, &started));
                }
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                report.timed_out += 1;
                report.doubt("timed out", told, &theirs);
            }
            Err(error) if error.is_safe_to_repeat() => {
                if caused.is_empty() {
                    report.refused += 1;
                } else if is_half(&caused, &call) {
                    report.contradicted += 1;
                } else {
                    report.lost += 1;
                    report.wrong("lost", told, &theirs);
                }
            }
            Err(error) if error.last().is_some() && error.kind() != ErrorKind::Undecidable => report.broken_off += 1,
            Err(_) => {
                report.undecidable += 1;
                report.doubt("undecidable", told, &theirs);
            }
        }
        if let Some(wrong) = wrong {
            report.misreported += 1;
            *report.misreports.entry(wrong).or_default() += 1;
            report.wrong(wrong, told, &theirs);
        }
        if duplicated > 0 {
            report.wrong("duplicated", told, &theirs);
        }
    }

    /// Why a deployment that a call was told of as settled is not its own.
    fn is_foreign(&self, identity: Identity, id: &DeploymentId, told: &Told, call: &str) -> Option<&'static str> {
        let fact = self.by_id.get(self.scene.id_of(id)?);
        // A request that never became a deployment has an id all the same.
        let Some(fact) = fact else { return id.get("request").is_none().then_some("an id that nothing has") };
        if !fact.senders.iter().any(|sender| sender.call.as_deref() == Some(call)) {
            return Some("an id of someone else's");
        }
        let shared = self.is_shared(fact, told, call);
        (shared && identity != Identity::Adopted).then_some("a shared id that is not told as adopted")
    }

    /// Whether the target of a call was asked for in a deployment before the call was taken into it.
    fn is_shared(&self, fact: &Fact, told: &Told, call: &str) -> bool {
        let before = fact.senders.iter().take_while(|sender| sender.call.as_deref() != Some(call));
        before.into_iter().any(|sender| {
            // What nobody's call asked for has the same target, and another call may have another one.
            let target = sender.call.as_ref().map(|other| self.targets.get(other));
            target.is_none_or(|target| target.is_some_and(|target| *target == told.target.id()))
        })
    }

    /// Why an outcome is not the right one.
    fn is_wrong(&self, outcome: &Outcome, told: &Told, started: &[&Fact]) -> Option<&'static str> {
        if let Outcome::Lost(_) = outcome {
            return (!started.is_empty()).then_some("a loss of what is there");
        }
        let deployment = outcome.deployment()?;
        let Some(id) = self.scene.id_of(&deployment.id) else { return Some("an outcome without an id") };
        // That the id is nobody's or someone else's is told elsewhere.
        let Some(part) = self.by_id.get(id)?.part(told.target.id()) else {
            return (!Ending::Never.is(outcome)).then_some("an outcome of what was left out");
        };
        let other = told.version.as_ref().zip(part.version.as_ref()).is_some_and(|(asked, got)| asked != got);
        // What was merged into the deployment of another version is over, and not what was asked for.
        let ending = if other && part.ending == Ending::Succeeded { Ending::Cancelled } else { part.ending };
        (!ending.is(outcome)).then_some("a wrong outcome")
    }
}

/// Whether a request of this call was delivered twice, and a deployment was started for one delivery alone.
fn is_half(facts: &[&Fact], call: &str) -> bool {
    let is_twice = |sender: &Sender| sender.call.as_deref() == Some(call) && sender.twice.is_some();
    matches!(facts, [only] if only.senders.iter().any(is_twice))
}

/// How many of a call's deployments came of the network delivering one request twice.
fn delivered_twice(facts: &[&Fact], call: &str) -> u64 {
    let mut deliveries: HashMap<&str, u64> = HashMap::new();
    for fact in facts {
        let twice = fact.senders.iter().filter(|sender| sender.call.as_deref() == Some(call));
        let twice: HashSet<&str> = twice.filter_map(|sender| sender.twice.as_deref()).collect();
        for request in twice {
            *deliveries.entry(request).or_default() += 1;
        }
    }
    deliveries.values().map(|facts| facts - 1).sum()
}

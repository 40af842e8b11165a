//! The figures of a run.

use std::collections::BTreeMap;

use anydeploy::{Identity, Outcome, Platform};
use anydeploy_fakes::{Fault, FaultyNetwork};
use serde_json::{Value, json};

use super::call::CallRecord;
use super::options::ChaosOptions;
use super::verb::Verb;
use crate::scene::ServerRecord;

/// Of so many calls one may be undecidable, if nobody else deploys its target.
const CALLS_PER_UNDECIDABLE: u64 = 200;

/// How many wrongs, and how many unresolved calls, are explained in words.
const MAX_EXPLAINED: usize = 20;

/// The figures of a run on one platform; the module says what each one counts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are explained together, at the top of the module")]
pub struct ChaosReport {
    pub platform: String,
    pub verb: Verb,
    /// Why the platform has no calls of this kind, if it has none.
    pub unsupported: Option<String>,
    pub seed: u64,
    pub callers_per_target: usize,
    pub deploys: u64,
    pub triggered: u64,
    pub delivered_twice: u64,
    pub delivered_late: u64,
    pub duplicated: u64,
    pub built: u64,
    pub lost: u64,
    pub contradicted: u64,
    pub misreported: u64,
    pub undecidable: u64,
    pub foreign: u64,
    pub timed_out: u64,
    pub broken_off: u64,
    pub refused: u64,
    pub already_running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub outcome_lost: u64,
    pub exact: u64,
    pub adopted: u64,
    pub inferred: u64,
    pub requests: u64,
    pub faults: BTreeMap<String, u64>,
    pub seconds: f64,
    pub scaled_seconds: f64,
    /// How many calls were misreported in which way.
    pub misreports: BTreeMap<&'static str, u64>,
    /// The first few wrongs, in words.
    pub wrongs: Vec<String>,
    /// The first few calls that ended without an outcome, in words.
    pub unresolved: Vec<String>,
}

impl ChaosReport {
    pub(super) fn new(platform: &Platform, options: &ChaosOptions) -> Self {
        let (seed, callers_per_target) = (options.seed, options.callers_per_target);
        Self { platform: platform.to_string(), verb: options.verb, seed, callers_per_target, ..Self::default() }
    }

    /// Whether nothing was done twice, lost or misreported, and nothing was built for nothing.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.duplicated == 0 && self.built == 0 && self.lost == 0 && self.misreported == 0
    }

    /// Whether besides, with one caller a target, at most 0.5 % of the calls were undecidable, and most calls started a
    /// deployment.
    ///
    /// Of another verb most calls had to do something, and any number may be undecidable: a stop or a reload leaves no
    /// record by which a lost answer could be decided.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        if self.verb != Verb::Deploy {
            return self.is_right() && (self.unsupported.is_some() || self.triggered * 2 > self.deploys);
        }
        let decided = self.undecidable * CALLS_PER_UNDECIDABLE <= self.deploys && self.triggered * 2 > self.deploys;
        self.is_right() && (self.callers_per_target > 1 || decided)
    }

    /// The figures as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        if let Some(why) = &self.unsupported {
            return json!({ "platform": self.platform, "verb": self.verb.as_str(), "unsupported": why });
        }
        json!({
            "platform": self.platform,
            "verb": self.verb.as_str(),
            "deploys": self.deploys,
            "triggered": self.triggered,
            "duplicated": self.duplicated,
            "built": self.built,
            "lost": self.lost,
            "misreported": self.misreported,
            "undecidable": self.undecidable,
            "foreign": self.foreign,
            "timed_out": self.timed_out,
            "requests": self.requests,
            "seconds": (self.seconds * 10.0).round() / 10.0,
            "seed": self.seed,
            "callers_per_target": self.callers_per_target,
            "delivered_twice": self.delivered_twice,
            "delivered_late": self.delivered_late,
            "already_running": self.already_running,
            "scaled_seconds": (self.scaled_seconds * 10.0).round() / 10.0,
            "contradicted": self.contradicted,
            "broken_off": self.broken_off,
            "refused": self.refused,
            "outcomes": {
                "succeeded": self.succeeded,
                "failed": self.failed,
                "cancelled": self.cancelled,
                "lost": self.outcome_lost,
            },
            "identity": { "exact": self.exact, "adopted": self.adopted, "inferred": self.inferred },
            "misreports": self.misreports,
            "faults": self.faults,
        })
    }

    pub(super) fn count_outcome(&mut self, outcome: &Outcome) {
        let deployment = match outcome {
            Outcome::Succeeded(_) => &mut self.succeeded,
            Outcome::Failed(_) => &mut self.failed,
            Outcome::Cancelled(_) => &mut self.cancelled,
            _ => &mut self.outcome_lost,
        };
        *deployment += 1;
        if let Outcome::Lost(_) = outcome {
            return;
        }
        match outcome.deployment().map(|deployment| deployment.identity) {
            Some(Identity::Exact) => self.exact += 1,
            Some(Identity::Adopted) => self.adopted += 1,
            _ => self.inferred += 1,
        }
    }

    pub(crate) fn count_exchanges(&mut self, network: &FaultyNetwork) {
        self.requests += network.exchanges();
        for injected in network.injected() {
            *self.faults.entry(name_of(injected.fault)).or_default() += 1;
        }
    }

    /// Explains one of the first wrongs in words.
    pub(super) fn explain_wrong(&mut self, what: &str, call: &CallRecord, done: &[&ServerRecord]) {
        let done: Vec<String> = done.iter().map(ToString::to_string).collect();
        self.explain(what, &call.to_string(), &done.join(", "));
    }

    /// Explains one of the first wrongs in words.
    pub(super) fn explain(&mut self, what: &str, returned: &str, done: &str) {
        if self.wrongs.len() < MAX_EXPLAINED {
            self.wrongs.push(explained(what, returned, done));
        }
    }

    /// Explains one of the first calls without an outcome in words.
    pub(super) fn explain_unresolved(&mut self, what: &str, call: &CallRecord, done: &[&ServerRecord]) {
        if self.unresolved.len() < MAX_EXPLAINED {
            let done: Vec<String> = done.iter().map(ToString::to_string).collect();
            self.unresolved.push(explained(what, &call.to_string(), &done.join(", ")));
        }
    }
}

/// The name of a fault in the figures and on the command line; a status has one name in all its forms.
#[must_use]
pub fn name_of(fault: Fault) -> String {
    match fault {
        Fault::Status { code, .. } => format!("Status {code}"),
        Fault::HtmlPage { code } => format!("HtmlPage {code}"),
        other => format!("{other:?}"),
    }
}

fn explained(what: &str, returned: &str, done: &str) -> String {
    format!("{what}\n  returned: {returned}\n  done: {done}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_undecidable_call_in_two_hundred_is_allowed_if_nobody_else_deploys_the_target() {
        let proves = |callers_per_target, undecidable| {
            let counted = ChaosReport { deploys: 1000, triggered: 900, undecidable, ..ChaosReport::default() };
            ChaosReport { callers_per_target, ..counted }.is_proof()
        };
        assert!(proves(1, 5) && !proves(1, 6));
        let idle = ChaosReport { callers_per_target: 1, deploys: 1000, triggered: 500, ..ChaosReport::default() };
        assert!(idle.is_right() && !idle.is_proof(), "most calls have to deploy");
        assert!(proves(3, 500), "with several callers a target it is only printed");
        for wrong in [
            ChaosReport { duplicated: 1, ..ChaosReport::default() },
            ChaosReport { built: 1, ..ChaosReport::default() },
            ChaosReport { lost: 1, ..ChaosReport::default() },
            ChaosReport { misreported: 1, ..ChaosReport::default() },
        ] {
            assert!(!wrong.is_right() && !wrong.is_proof());
        }
    }
}

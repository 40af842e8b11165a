//! The figures of the runs on one platform.

use std::collections::BTreeMap;

use anydeploy::{Deployment, ErrorKind, Platform, Result};
use serde_json::{Value, json};

use super::draw::Scenario;
use super::options::CrashOptions;
use super::phase::Phase;
use crate::chaos::ChaosReport;

/// Of so many runs with one caller one may be undecidable.
const RUNS_PER_UNDECIDABLE: u64 = 100;

/// Of so many runs at least one has to trigger a deployment.
const RUNS_PER_TRIGGERED: u64 = 3;

/// How many wrongs are explained in words.
const MAX_EXPLAINED: usize = 20;

/// The figures of one run.
pub(super) struct Figures {
    /// Which run it is, for `--first`.
    pub(super) number: u64,
    pub(super) scenario: Scenario,
    pub(super) phase: Phase,
    /// What the recovery found, if there was one.
    pub(super) recovered: Option<Result<Deployment>>,
    pub(super) report: ChaosReport,
    /// How many requests of the run reached the server.
    pub(super) sent: u64,
    /// Whether the first process was stopped when it had begun to send and had written nothing.
    pub(super) is_between: bool,
    /// Whether so many deployments came later that the platform keeps the first one no more.
    pub(super) is_forgotten: bool,
    /// What the network broke, in words.
    pub(super) faults: Vec<String>,
}

/// The runs of one scenario.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are explained at the top of the module")]
pub struct ScenarioFigures {
    pub runs: u64,
    pub recovered: u64,
    pub not_triggered: u64,
    pub undecidable: u64,
}

/// The figures of the runs on one platform; the module says what each one counts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[expect(missing_docs, reason = "they are explained together, at the top of the module")]
pub struct CrashReport {
    pub platform: String,
    pub seed: u64,
    pub runs: u64,
    pub triggered: u64,
    pub triggered_twice: u64,
    pub unfenced: u64,
    pub lost: u64,
    pub misreported: u64,
    pub undecidable: u64,
    pub undecidable_beside: u64,
    pub undecidable_forgotten: u64,
    pub foreign: u64,
    pub delivered_twice: u64,
    pub delivered_late: u64,
    pub contradicted: u64,
    pub scenarios: BTreeMap<&'static str, ScenarioFigures>,
    pub phases: BTreeMap<&'static str, u64>,
    pub misreports: BTreeMap<&'static str, u64>,
    pub requests: u64,
    pub faults: u64,
    pub seconds: f64,
    /// The first few wrongs, in words.
    pub wrongs: Vec<String>,
    /// The first few runs that were undecidable or ended without an outcome, in words.
    pub unresolved: Vec<String>,
    with_one_caller: u64,
}

impl CrashReport {
    pub(super) fn new(platform: &Platform, options: &CrashOptions) -> Self {
        let scenarios = Scenario::ALL.map(|scenario| (scenario.name(), ScenarioFigures::default()));
        let phases = Phase::ALL.map(|phase| (phase.name(), 0));
        Self {
            platform: platform.to_string(),
            seed: options.seed,
            scenarios: scenarios.into(),
            phases: phases.into(),
            ..Self::default()
        }
    }

    /// Whether nothing was triggered twice, lost or misreported.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.triggered_twice == 0 && self.lost == 0 && self.misreported == 0
    }

    /// Whether besides at most 1 % of the runs with one caller were undecidable, and enough of them triggered.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        let decided = self.undecidable * RUNS_PER_UNDECIDABLE <= self.with_one_caller;
        self.is_right() && decided && self.triggered * RUNS_PER_TRIGGERED > self.runs
    }

    /// The figures as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let scenario = |(name, figures): (&&'static str, &ScenarioFigures)| {
            let ScenarioFigures { runs, recovered, not_triggered, undecidable } = figures;
            let figures = json!({
                "runs": runs, "recovered": recovered, "not_triggered": not_triggered, "undecidable": undecidable,
            });
            ((*name).to_owned(), figures)
        };
        json!({
            "platform": self.platform,
            "runs": self.runs,
            "triggered": self.triggered,
            "triggered_twice": self.triggered_twice,
            "unfenced": self.unfenced,
            "lost": self.lost,
            "misreported": self.misreported,
            "undecidable": self.undecidable,
            "undecidable_beside": self.undecidable_beside,
            "undecidable_forgotten": self.undecidable_forgotten,
            "foreign": self.foreign,
            "scenarios": self.scenarios.iter().map(scenario).collect::<serde_json::Map<_, _>>(),
            "phases": self.phases,
            "delivered_twice": self.delivered_twice,
            "delivered_late": self.delivered_late,
            "contradicted": self.contradicted,
            "misreports": self.misreports,
            "requests": self.requests,
            "faults": self.faults,
            "seconds": (self.seconds * 10.0).round() / 10.0,
            "seed": self.seed,
        })
    }

    pub(super) fn add(&mut self, figures: Figures) {
        let Figures { number, scenario, phase, recovered, report, sent, is_between, is_forgotten, faults } = figures;
        self.runs += 1;
        self.triggered += u64::from(sent > 0);
        // What was merged into another deployment is no second one, and a second trigger all the same.
        let twice = report.duplicated.max(sent.saturating_sub(1));
        let is_unfenced = twice > 0 && is_between;
        self.unfenced += u64::from(is_unfenced);
        self.triggered_twice += u64::from(twice > 0 && !is_unfenced);
        self.lost += report.lost;
        self.misreported += report.misreported;
        self.foreign += report.foreign;
        self.delivered_twice += report.delivered_twice;
        self.delivered_late += report.delivered_late;
        self.contradicted += report.contradicted;
        self.requests += report.requests;
        self.faults += report.faults.values().sum::<u64>();
        for (wrong, runs) in &report.misreports {
            *self.misreports.entry(wrong).or_default() += runs;
        }
        *self.phases.entry(phase.name()).or_default() += 1;
        let of = self.scenarios.entry(scenario.name()).or_default();
        of.runs += 1;
        match &recovered {
            Some(Ok(_)) => of.recovered += 1,
            Some(Err(error)) if error.kind() == ErrorKind::NotTriggered => of.not_triggered += 1,
            _ => {}
        }
        of.undecidable += report.undecidable;
        if is_forgotten {
            self.undecidable_forgotten += report.undecidable;
        // Two deliveries are two callers.
        } else if scenario.has_one_caller() && report.delivered_twice == 0 {
            self.with_one_caller += 1;
            self.undecidable += report.undecidable;
        } else {
            self.undecidable_beside += report.undecidable;
        }
        let context = format!("run {number}, {} after {}, {sent} sent", scenario.name(), phase.name());
        let explain = |lines: Vec<String>| {
            let broken = faults.join("; ");
            lines.into_iter().map(|line| format!("{context}: {line}\n  broken: {broken}")).collect::<Vec<_>>()
        };
        if twice > 0 && report.wrongs.is_empty() {
            self.wrongs.extend(explain(vec![format!("triggered twice; the recovery: {recovered:?}")]));
        }
        self.wrongs.extend(explain(report.wrongs));
        self.unresolved.extend(explain(report.unresolved));
        self.wrongs.truncate(MAX_EXPLAINED);
        self.unresolved.truncate(MAX_EXPLAINED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_request_of_a_run_is_a_second_trigger_unless_no_fence_could_prevent_it() {
        let counted = |sent, is_between| {
            let (scenario, phase) = (Scenario::TakenOver, Phase::Stored);
            let (report, faults) = (ChaosReport::default(), Vec::new());
            let mut all = CrashReport::default();
            let is_forgotten = false;
            all.add(Figures {
                number: 0,
                scenario,
                phase,
                recovered: None,
                report,
                sent,
                is_between,
                is_forgotten,
                faults,
            });
            (all.triggered_twice, all.unfenced, all.is_right())
        };
        assert_eq!([counted(0, false), counted(1, false), counted(1, true)], [(0, 0, true); 3]);
        assert_eq!((counted(2, false), counted(2, true)), ((1, 0, false), (0, 1, true)));
    }

    #[test]
    fn one_undecidable_run_in_a_hundred_is_allowed_with_one_caller() {
        let proves = |undecidable| {
            let counted = CrashReport { runs: 400, triggered: 300, with_one_caller: 300, ..CrashReport::default() };
            CrashReport { undecidable, ..counted }.is_proof()
        };
        assert!(proves(3) && !proves(4));
        let idle = CrashReport { runs: 300, triggered: 100, with_one_caller: 300, ..CrashReport::default() };
        assert!(idle.is_right() && !idle.is_proof(), "nothing is shown if hardly anything is triggered");
        for wrong in [
            CrashReport { triggered_twice: 1, ..CrashReport::default() },
            CrashReport { lost: 1, ..CrashReport::default() },
            CrashReport { misreported: 1, ..CrashReport::default() },
        ] {
            assert!(!wrong.is_right());
        }
    }
}

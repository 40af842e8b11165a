//! How many runs, and how they are scaled.

use std::time::Duration;

use anydeploy_fakes::{Fault, FaultPlan, RequestKind, Timeline};

use super::draw::{Draw, Scenario};
use crate::scene::{Conditions, Times};

/// How many targets a scene has: one of each kind.
const TARGETS: usize = 8;

/// How many crashes are made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrashOptions {
    /// How many runs are made on each platform.
    pub runs: u64,
    /// The number of the first run, to repeat one; 0 by default.
    pub first: u64,
    /// What determines scenarios, scripts and faults.
    pub seed: u64,
    /// How many runs are made at once; 12 by default.
    pub at_once: usize,
    /// When a deployment that never showed counts as lost; 3 seconds by default, and all other times are scaled with it.
    pub lost_after: Duration,
    /// The share of exchanges that are broken; 0.2 by default.
    pub rate: f64,
}

impl CrashOptions {
    /// So many runs on each platform.
    #[must_use]
    pub fn new(runs: u64, seed: u64) -> Self {
        Self { runs, first: 0, seed, at_once: 12, lost_after: Duration::from_secs(3), rate: 0.2 }
    }

    /// Begins with this run.
    #[must_use]
    pub fn with_first(mut self, run: u64) -> Self {
        self.first = run;
        self
    }

    /// Makes so many runs at once.
    #[must_use]
    pub fn with_at_once(mut self, runs: usize) -> Self {
        self.at_once = runs.max(1);
        self
    }

    /// Breaks this share of exchanges.
    #[must_use]
    pub fn with_rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// What is drawn for a run.
    pub(super) fn draw(&self, run: u64) -> Draw {
        Draw::new(self.seed_of(run), TARGETS, self.times().timeout)
    }

    /// The conditions of a run.
    pub(super) fn conditions(&self, run: u64, scenario: Scenario, timeline: Timeline) -> Conditions {
        let seed = self.seed_of(run);
        // A gateway that holds a request as long as its client hangs delivers it when the other process has long searched.
        let is_possible = |fault: &Fault| scenario != Scenario::TakenOver || *fault != Fault::LateDelivery;
        let faults = FaultPlan::seeded(seed).rate(self.rate).faults(Fault::ALL.into_iter().filter(is_possible));
        let (right, off) = (Duration::ZERO, Duration::from_secs(90));
        Conditions {
            seed,
            number: run,
            targets: TARGETS,
            scripts: 60,
            prepared: 0,
            timeline,
            clock: [(right, right), (off, right), (right, off)][(seed % 3) as usize],
            faults: faults.drip(Duration::from_millis(100)).late(self.lost_after / 60..=self.lost_after),
            times: self.times(),
        }
    }

    /// What the network does with the trigger of a run in which it holds it: it delivers it within the time that an adapter
    /// promises to search.
    pub(super) fn holds_a_trigger(&self, run: u64) -> FaultPlan {
        let plan = FaultPlan::seeded(self.seed_of(run)).rate(1.0).faults([Fault::LateDelivery]);
        plan.on([RequestKind::Trigger]).limit(1).late(self.promised() / 20..=self.promised())
    }

    /// The latest delivery that an adapter promises to find, with a tenth in which the platform has to show it.
    pub(super) fn promised(&self) -> Duration {
        self.times().timing().trigger_settles * 9 / 10
    }

    fn times(&self) -> Times {
        Times { lost_after: self.lost_after, timeout: self.lost_after / 6 }
    }

    fn seed_of(&self, run: u64) -> u64 {
        self.seed.wrapping_mul(1_000_003).wrapping_add(run)
    }
}

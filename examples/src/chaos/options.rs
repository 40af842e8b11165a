//! How much chaos.

use std::ops::RangeInclusive;
use std::time::Duration;

use anydeploy_fakes::{Fault, FaultPlan, Timeline};

use super::verb::Verb;
use crate::scene::{Conditions, Times};

/// How much chaos.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChaosOptions {
    /// How many calls are made on each platform.
    pub deploys: u64,
    /// What they do; they deploy by default.
    pub verb: Verb,
    /// What determines scripts and faults.
    pub seed: u64,
    /// How many callers deploy each target at once; 1 by default.
    pub callers_per_target: usize,
    /// How many callers there are at once; 200 by default.
    pub callers: usize,
    /// One in this many deployments of other people is foreign: of another program with the same token; 0, the default, is
    /// none.
    pub foreign: u64,
    /// How many calls one fake lives for; 2500 by default, since a fake remembers every deployment.
    pub batch: u64,
    /// How long the deployment of an accepted trigger may take to appear; 10 seconds by default.
    pub grace: Duration,
    /// The share of exchanges that are broken; 0.2 by default.
    pub rate: f64,
    /// What breaks them; every fault there is by default.
    pub faults: Vec<Fault>,
    /// Whether the watches share the hub of their account; by default each polls by itself.
    pub has_hub: bool,
}

impl ChaosOptions {
    /// So many calls on each platform, with one caller a target.
    #[must_use]
    pub fn new(deploys: u64, seed: u64) -> Self {
        Self {
            deploys,
            verb: Verb::Deploy,
            seed,
            callers_per_target: 1,
            callers: 200,
            foreign: 0,
            batch: 2500,
            grace: Duration::from_secs(10),
            rate: 0.2,
            faults: Fault::ALL.to_vec(),
            has_hub: false,
        }
    }

    /// The calls do this.
    #[must_use]
    pub fn with_verb(mut self, verb: Verb) -> Self {
        self.verb = verb;
        self
    }

    /// So many callers deploy each target at once.
    #[must_use]
    pub fn with_callers_per_target(mut self, callers: usize) -> Self {
        self.callers_per_target = callers.max(1);
        self
    }

    /// So many callers at once.
    #[must_use]
    pub fn with_callers(mut self, callers: usize) -> Self {
        self.callers = callers.max(1);
        self
    }

    /// Makes one in this many deployments of other people foreign: of another program with the same token.
    #[must_use]
    pub fn with_foreign(mut self, foreign: u64) -> Self {
        self.foreign = foreign;
        self
    }

    /// Gives the deployment of an accepted trigger so long to appear.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Breaks this share of exchanges.
    #[must_use]
    pub fn with_rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Breaks them in these ways only.
    #[must_use]
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// Lets the watches share the hub of their account.
    #[must_use]
    pub fn with_hub(mut self, has_hub: bool) -> Self {
        self.has_hub = has_hub;
        self
    }

    /// The conditions of a batch.
    pub(super) fn conditions(&self, batch: u64, timeline: Timeline) -> Conditions {
        let seed = self.seed_of(batch);
        let faults = FaultPlan::seeded(seed).rate(self.rate).faults(self.faults.iter().copied());
        Conditions {
            seed,
            number: batch,
            targets: self.targets(),
            scripts: self.scripts(),
            prepared: self.prepared(),
            timeline,
            clock: self.clock(batch),
            faults: faults.drip(Duration::from_millis(100)).late(self.late()),
            times: Times { lost_after: self.grace, timeout: Duration::from_secs(1) },
        }
    }

    /// How late the network delivers what its client gave up on.
    ///
    /// With the usual grace of a minute this would be 1 s to 60 s; it is scaled as the grace is.
    fn late(&self) -> RangeInclusive<Duration> {
        self.grace / 60..=self.grace
    }

    /// The latest delivery that an adapter promises to find: half the grace after the client gave up, less a tenth in
    /// which the platform has to show it.
    pub(super) fn promised(&self) -> Duration {
        self.grace * 9 / 20
    }

    /// How many targets there are.
    pub(super) fn targets(&self) -> usize {
        self.callers.div_ceil(self.callers_per_target)
    }

    /// How many deployments of each target are scripted: somewhat more than its callers and others make.
    fn scripts(&self) -> u64 {
        if !self.verb.is_trigger() {
            // A start that fails is no state to wait for.
            return 0;
        }
        2 * self.batch.min(self.deploys) / self.targets() as u64 + 20
    }

    /// How many versions of each target were deployed before the calls.
    pub(super) fn prepared(&self) -> u64 {
        if self.verb == Verb::Deploy { 0 } else { 2 }
    }

    /// How far the server's clock is off in a batch: ahead of the callers' and behind it, one of them by nothing.
    fn clock(&self, batch: u64) -> (Duration, Duration) {
        let (right, off) = (Duration::ZERO, Duration::from_secs(90));
        match self.seed_of(batch) % 3 {
            0 => (right, right),
            1 => (off, right),
            _ => (right, off),
        }
    }

    /// The seed of a batch.
    pub(super) fn seed_of(&self, batch: u64) -> u64 {
        self.seed.wrapping_mul(1_000_003).wrapping_add(batch)
    }
}

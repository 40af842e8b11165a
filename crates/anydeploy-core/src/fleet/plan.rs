//! What a fleet deploys, in which order, and when it stops.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Amount, Waves};
use crate::json::{VersionOne, millis};
use crate::{DeployRequest, Healthy, WatchOptions};

/// What a fleet deploys, in which order, and when it stops.
///
/// By default all members are one wave, at most 20 of them are under way at once, and the first failure stops what has
/// not begun.
///
/// In its [JSON form](crate#json) durations are milliseconds under names that end in `_ms`.
///
/// ```
/// use anydeploy_core::fleet::{Amount, FleetPlan, Member, Waves};
/// use anydeploy_core::{DeployRequest, Target};
///
/// let member = |name: &str| Member::new(name, "production", DeployRequest::new(Target::application(name)));
/// let plan = FleetPlan::new([member("api"), member("web"), member("worker")])
///     .with_waves(Waves::Sizes(vec![Amount::Count(1)]))
///     .with_max_failures(Amount::Percent(50));
/// assert_eq!(plan.wave_ranges(), [0..1, 1..3]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FleetPlan {
    #[serde(default)]
    v: VersionOne,
    /// What is deployed, in order.
    pub members: Vec<Member>,
    /// How the members are split into waves.
    #[serde(default)]
    pub waves: Waves,
    /// How many members are under way at once.
    #[serde(default)]
    pub concurrency: Concurrency,
    /// How long to wait between two waves.
    #[serde(default, rename = "pause_ms", with = "millis", skip_serializing_if = "Duration::is_zero")]
    pub pause: Duration,
    /// Whether each wave after the first waits for [`FleetControl::go`](super::FleetControl::go).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate: bool,
    /// When the next wave may begin.
    #[serde(default)]
    pub next_wave: NextWave,
    /// How many failures stop the fleet; a share is one of all members, and by default it is the first failure.
    #[serde(default = "first_failure")]
    pub max_failures: Amount,
    /// What happens to the other members once [`max_failures`](Self::max_failures) is reached.
    #[serde(default)]
    pub rest: Rest,
    /// How each deployment is watched; the deadline counts from the trigger, also in a run that is resumed.
    #[serde(default)]
    pub watch: WatchOptions,
    /// What "healthy" means to members that wait for it.
    #[serde(default)]
    pub healthy: Healthy,
}

const fn first_failure() -> Amount {
    Amount::Count(1)
}

impl FleetPlan {
    /// A plan with the defaults.
    #[must_use]
    pub fn new(members: impl IntoIterator<Item = Member>) -> Self {
        Self {
            v: VersionOne,
            members: members.into_iter().collect(),
            waves: Waves::default(),
            concurrency: Concurrency::default(),
            pause: Duration::ZERO,
            gate: false,
            next_wave: NextWave::default(),
            max_failures: first_failure(),
            rest: Rest::default(),
            watch: WatchOptions::default(),
            healthy: Healthy::default(),
        }
    }

    /// Splits the members so.
    #[must_use]
    pub fn with_waves(mut self, waves: Waves) -> Self {
        self.waves = waves;
        self
    }

    /// Has at most so many members under way.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Waits so long between two waves.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Waits for [`FleetControl::go`](super::FleetControl::go) before each wave after the first.
    #[must_use]
    pub fn with_gate(mut self) -> Self {
        self.gate = true;
        self
    }

    /// Begins the next wave then.
    #[must_use]
    pub fn with_next_wave(mut self, next_wave: NextWave) -> Self {
        self.next_wave = next_wave;
        self
    }

    /// Stops once so many members have failed.
    #[must_use]
    pub fn with_max_failures(mut self, failures: Amount) -> Self {
        self.max_failures = failures;
        self
    }

    /// Does this with the other members once the fleet stops.
    #[must_use]
    pub fn with_rest(mut self, rest: Rest) -> Self {
        self.rest = rest;
        self
    }

    /// Watches each deployment so.
    #[must_use]
    pub fn with_watch(mut self, watch: WatchOptions) -> Self {
        self.watch = watch;
        self
    }

    /// Takes this for healthy.
    #[must_use]
    pub fn with_healthy(mut self, healthy: Healthy) -> Self {
        self.healthy = healthy;
        self
    }

    /// The waves, each as the places of its members; all of them together are all members.
    #[must_use]
    pub fn wave_ranges(&self) -> Vec<super::WaveRange> {
        self.waves.split(self.members.len())
    }
}

/// One target of a fleet, and what is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// Its name, which no other member of the plan has.
    pub name: String,
    /// The name of the deployer that deploys it: one account on one platform.
    pub profile: String,
    /// What is triggered; its target is the member's target.
    pub request: DeployRequest,
    /// What is waited for.
    #[serde(default)]
    pub until: Until,
}

impl Member {
    /// A member that is done when its deployment is over.
    #[must_use]
    pub fn new(name: impl Into<String>, profile: impl Into<String>, request: DeployRequest) -> Self {
        Self { name: name.into(), profile: profile.into(), request, until: Until::default() }
    }

    /// Is done when its target is healthy.
    #[must_use]
    pub fn until_healthy(mut self) -> Self {
        self.until = Until::Healthy;
        self
    }
}

/// What is waited for before a member is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Until {
    /// Its deployment is over.
    #[default]
    Over,
    /// Its deployment succeeded, and its target is [healthy](crate::Verdict::Healthy); any other verdict is a failure.
    Healthy,
}

/// When the next wave may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NextWave {
    /// When each member before it has what it [waits for](Until): one that waits for health is healthy.
    #[default]
    Healthy,
    /// When the deployment of each member before it is over; health is awaited meanwhile.
    Over,
}

/// What happens to the other members once a fleet stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rest {
    /// Nothing more begins; what is under way is watched to its end.
    #[default]
    Stop,
    /// Nothing more begins; what is under way is cancelled, and watched to its end.
    CancelRunning,
    /// They are deployed all the same, so that failures are only reported.
    GoOn,
}

/// How many members are under way at once, from their first request until they are done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Concurrency {
    /// How many in all; by default 20.
    pub total: usize,
    /// How many of a profile; one that is not named has no limit of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_profile: BTreeMap<String, usize>,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { total: 20, by_profile: BTreeMap::new() }
    }
}

impl Concurrency {
    /// At most so many in all.
    #[must_use]
    pub fn total(total: usize) -> Self {
        Self { total, ..Self::default() }
    }

    /// At most so many of a profile.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>, members: usize) -> Self {
        self.by_profile.insert(profile.into(), members);
        self
    }
}

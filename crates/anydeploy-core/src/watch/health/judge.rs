//! The rules by which readings become a verdict.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Healthy, Verdict};
use crate::json::{millis, optional_millis};
use crate::{HealthReading, HealthState, Instance};

/// How many times a container may be started again while the target settles: none is steady, one may be the last step of
/// the rollout, two are a loop.
const MAX_RESTARTS: u32 = 1;

/// What was read of a target since its deployment ended; times are counted from the first reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Judge {
    healthy: Healthy,
    last: Option<HealthReading>,
    /// Since when it is steadily well: healthy or unchecked, without a restart.
    #[serde(rename = "steady_since_ms", with = "optional_millis")]
    steady_since: Option<Duration>,
    unwell: Option<Unwell>,
    /// How often a container was started again after a crash.
    restarts: u32,
    /// The containers that were seen running since the deployment.
    seen: BTreeSet<String>,
}

/// Since when a target is not well, by both clocks, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Unwell {
    #[serde(rename = "after_ms", with = "millis")]
    after: Duration,
    since: DateTime<Utc>,
    reason: String,
}

impl Judge {
    pub(super) fn new(healthy: Healthy) -> Self {
        Self { healthy, last: None, steady_since: None, unwell: None, restarts: 0, seen: BTreeSet::new() }
    }

    /// What it takes for healthy.
    pub(super) fn healthy(&self) -> &Healthy {
        &self.healthy
    }

    /// The last reading.
    pub(super) fn last(&self) -> Option<&HealthReading> {
        self.last.as_ref()
    }

    /// Takes a reading, and decides if it can.
    pub(super) fn take(&mut self, reading: HealthReading, after: Duration, at: DateTime<Utc>) -> Option<Verdict> {
        let restarted = self.restarted(&reading);
        self.restarts += restarted;
        let trouble = self.trouble(&reading);
        let is_checked = reading.health == HealthState::Healthy;
        let was_checked = self.last.as_ref().is_some_and(|last| last.health == HealthState::Healthy);
        self.last = Some(reading);
        match trouble {
            // A word that is not known proves nothing, neither way.
            None if restarted > 0 || (is_checked != was_checked) => {
                self.steady_since = Some(after);
            }
            None => {
                self.steady_since.get_or_insert(after);
            }
            Some(reason) => {
                self.steady_since = None;
                let (after, since) = self.unwell.as_ref().map_or((after, at), |unwell| (unwell.after, unwell.since));
                self.unwell = Some(Unwell { after, since, reason });
            }
        }
        self.decide(after, at)
    }

    fn decide(&mut self, after: Duration, at: DateTime<Utc>) -> Option<Verdict> {
        if self.restarts > MAX_RESTARTS {
            let since = self.unwell.as_ref().map_or(at, |unwell| unwell.since);
            let reason = format!("it crashes again and again: {} restarts since the deployment", self.restarts);
            return Some(Verdict::Unhealthy { reason, since });
        }
        let last = self.last.as_ref()?;
        if self.steady_since.is_some_and(|since| after.saturating_sub(since) >= self.healthy.settle) {
            let is_healthy = last.health == HealthState::Healthy;
            return Some(if is_healthy { Verdict::Healthy } else { Verdict::NoHealthSource });
        }
        let limit = self.healthy.settle.saturating_add(self.healthy.degraded_grace);
        let is_late = after >= limit;
        let Unwell { after: unwell_after, since, reason } = match &self.unwell {
            Some(unwell) => unwell.clone(),
            // It was well, and never for long enough.
            None if is_late => {
                return Some(Verdict::Unhealthy { reason: "it was not steadily healthy".to_owned(), since: at });
            }
            None => return None,
        };
        let is_over_grace =
            self.steady_since.is_none() && after.saturating_sub(unwell_after) >= self.healthy.degraded_grace;
        if !is_over_grace && !is_late {
            return None;
        }
        if last.health == HealthState::Unknown {
            return Some(Verdict::NoHealthSource);
        }
        let was_unwell = self.healthy.before.as_ref().is_some_and(|before| before.health == HealthState::Degraded);
        Some(if was_unwell && last.health == HealthState::Degraded {
            Verdict::AsBefore
        } else {
            Verdict::Unhealthy { reason, since }
        })
    }

    /// Why a reading is not well; `None` if it is.
    fn trouble(&self, reading: &HealthReading) -> Option<String> {
        match reading.health {
            HealthState::Healthy | HealthState::Unchecked if self.is_old(reading) => {
                Some("the containers are those from before the deployment; the new ones do not run".to_owned())
            }
            HealthState::Healthy | HealthState::Unchecked => None,
            HealthState::Starting | HealthState::Degraded | HealthState::Unknown => Some(reading.to_string()),
        }
    }

    /// Whether all containers that run were there before the deployment.
    fn is_old(&self, reading: &HealthReading) -> bool {
        let Some(before) = &self.healthy.before else { return false };
        let mut running = reading.instances.iter().filter(|instance| instance.running).peekable();
        running.peek().is_some() && running.all(|instance| before.instances.contains(instance))
    }

    /// How often containers were started again between the last reading and this one.
    fn restarted(&mut self, reading: &HealthReading) -> u32 {
        let counted = match (&self.last, reading.restarts) {
            (Some(HealthReading { restarts: Some(last), .. }), Some(restarts)) => restarts.saturating_sub(*last),
            _ => 0,
        };
        // A rollout replaces containers too, so only those count that come after a new one was there.
        let is_first = self.seen.is_empty();
        let old = |id: &str| {
            self.healthy.before.as_ref().is_some_and(|before| before.instances.iter().any(|one| one.id == id))
        };
        let new: Vec<_> =
            reading.instances.iter().filter(|one| one.running && !old(&one.id)).map(|one| one.id.clone()).collect();
        let unseen = new.into_iter().filter(|id| self.seen.insert(id.clone())).count();
        let gone = self.last.as_ref().map_or(0, |last| {
            let is_gone = |one: &&Instance| one.running && !reading.instances.iter().any(|now| now.id == one.id);
            last.instances.iter().filter(is_gone).filter(|one| !old(&one.id)).count()
        });
        // Another container in place of a new one; a further one beside it is a further step of the rollout.
        let replaced = if is_first { 0 } else { unseen.min(gone) };
        counted.max(u32::try_from(replaced).unwrap_or(u32::MAX))
    }
}

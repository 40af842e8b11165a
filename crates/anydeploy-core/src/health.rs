//! The health of what runs, and what it says about a deployment.

mod judge;
mod reading;
mod verdict;
mod wait;

pub(crate) use judge::Judge;
pub use reading::{HealthReading, HealthState, Instance};
pub use verdict::{Healthy, Rollout, Verdict};
pub(crate) use wait::await_health;

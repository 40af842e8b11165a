//! Waiting until it is decided whether what was deployed works.

mod judge;
mod verdict;
mod wait;

use judge::Judge;
pub use verdict::{Healthy, Rollout, Verdict};
pub use wait::HealthWait;
pub(crate) use wait::await_health;

//! Layers: deployers that stand around another deployer and are used in its place.

mod retry;

pub use retry::{Retry, RetryEvent, RetryOptions};

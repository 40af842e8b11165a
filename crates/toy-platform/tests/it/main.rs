//! The Toy adapter against a Toy server: what every adapter keeps, and what each step of its own does.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod conformance;
mod errors;
mod fake;
mod trigger;

use anydeploy_adapter::Timing;
use toy_platform::Toy;

use fake::{FakeToy, TOKEN};

/// A deployer as another process would build it.
fn deployer(fake: &FakeToy, timing: Timing) -> Toy {
    Toy::builder().url(fake.url()).token(TOKEN).timing(timing).build().unwrap()
}

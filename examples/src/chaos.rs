//! The chaos proof: many callers deploy through a bad network, and what they were told is compared with what was done.
//!
//! Each call is one `deploy_and_wait` of an adapter of its own under [`Retry`](anydeploy::Retry), against the fake of a
//! platform behind a [`FaultyNetwork`](anydeploy_fakes::FaultyNetwork) that breaks one exchange in five.
//! Meanwhile other people deploy the same targets, deployments succeed, fail and are cancelled, and some are over before
//! anyone can look.
//! In the end the fake says what it really did, request by request, and each call is judged.
//!
//! # What is counted
//!
//! * `deploys`: the calls.
//! * `triggered`: the deployments the fake started for them.
//!   One that it accepted and gave up before it began, such as what waited when the server was restarted, is none.
//! * `delivered_twice`: those of them that came of the network delivering one request twice.
//!   No client can prevent that, so they are not duplicates.
//! * `duplicated`: the deployments of its target that a call caused beyond the first, without those that were delivered
//!   twice.
//!   A request that the platform took for a deployment that was there already causes none.
//! * `lost`: the calls that caused a deployment, and whose error says that it is safe to repeat.
//! * `contradicted`: the calls of which that is true, or that were told of a loss, because the network delivered the
//!   request twice and the fake started a deployment for one delivery alone, while the answer was that to the other.
//!   No client can know that, so they are neither lost nor misreported.
//! * `misreported`: the calls that were told a wrong outcome, or at any time, as settled, an id that is not theirs.
//!   Theirs are the deployments that their requests started; and those that the platform took their requests into, but
//!   if the same target was asked for there before, only as adopted.
//!   To be told that a deployment is lost is wrong if there was one.
//!   `misreports` tells them apart.
//! * `undecidable`: the calls that ended in an error which says that what became of the trigger cannot be told, or
//!   leaves open whether it was acted on.
//! * `timed_out`: the watches that ended at their deadline.
//! * `broken_off`: the watches that ended in another error; the caller knows the id and may watch on.
//! * `refused`: the calls that ended in an error which says rightly that nothing was started.
//! * `succeeded`, `failed`, `cancelled`, `gone`: the outcomes that callers were told; `gone` is
//!   [`Outcome::Lost`](anydeploy::Outcome::Lost).
//! * `exact`, `adopted`, `inferred`: how the deployments with those outcomes were known.
//! * `requests`: the exchanges, broken or not; `faults`: what broke them.
//!
//! # What it is like
//!
//! Time is scaled: looks come every 20 to 200 ms, a request may take a second, what is accepted has ten seconds to
//! show, and a deployment lasts up to three seconds.
//! One in sixteen is over within 20 ms, before anyone can look.
//! In two batches of three the server's clock is off by 90 seconds.
//! Every few seconds somebody else deploys one of the targets, and half of Dokploy's servers are restarted meanwhile.
//!
//! Services and databases of Coolify are left out: they have no deployments whose number or end could be compared.
//! A seed determines the scripts and the faults, but not which call meets which of them: that is for the scheduler to
//! say, so that no two runs are the same.

mod batch;
mod call;
mod options;
mod report;
mod scene;
mod verdict;
mod witness;

use std::sync::Arc;
use std::time::Instant;

use anydeploy::{Deployer, Platform, Result};

pub use options::ChaosOptions;
pub use report::ChaosReport;

/// What stands between the retry layer and the adapter of each call.
pub type Wrap = fn(Arc<dyn Deployer>) -> Arc<dyn Deployer>;

/// Runs all calls on one platform and judges them.
///
/// # Errors
/// If a fake, a network or an adapter cannot be made.
pub async fn run(platform: Platform, options: &ChaosOptions, wrap: Wrap) -> Result<ChaosReport> {
    let started = Instant::now();
    let mut report = ChaosReport::new(&platform, options);
    let mut batch = 0;
    let mut left = options.deploys;
    while left > 0 {
        let size = left.min(options.batch);
        let scene = scene::of(&platform, options, batch).await?;
        let told = batch::run(&scene, options, batch, size, wrap).await?;
        verdict::judge(&mut report, &*scene, &told);
        (left, batch) = (left - size, batch + 1);
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

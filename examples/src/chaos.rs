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
//! Each call ends in an outcome (`told`) or in an error, which is one of `timed_out`, `broken_off`, `undecidable`,
//! `refused`, `lost` and `contradicted`; any other error counts as misreported.
//!
//! * `deploys`: the calls.
//! * `triggered`: the deployments the fake started for them.
//!   One that it accepted and gave up before it began, such as what waited when the server was restarted, is none.
//! * `delivered_twice`: those of them that came of the network delivering one request twice.
//!   No client can prevent that, so they are not duplicates.
//! * `delivered_late`: those of them whose requests the network delivered later than an adapter promises to look for
//!   them; see below.
//!   They are neither duplicates nor lost, and count for every other call as deployments of another program.
//! * `duplicated`: the deployments of its target that a call caused beyond the first, without those that were delivered
//!   twice, or later than promised.
//!   A request that the platform took for a deployment that was there already causes none.
//! * `lost`: the calls that caused a deployment, and whose error says that it is safe to repeat.
//! * `contradicted`: the calls of which that is true, or that were told of a loss, because the network delivered their
//!   only request that came to anything twice, and a deployment was started for one delivery alone, while the answer was
//!   that to the other.
//!   No client can know that, so they are neither lost nor misreported.
//! * `misreported`: the calls that were told what is not so; `misreports` tells in which way:
//!   * *an id that nothing has*, or *an id of someone else's*, at any time, as settled.
//!     Theirs are the deployments that their requests started, and those that the platform took their requests into.
//!   * *a shared id that is not told as adopted*: of those last ones, if the same target was asked for there before.
//!   * *a wrong outcome*, such as a success of what failed.
//!     What never began, or was left out, may be told as anything but a success; what was merged into the deployment of
//!     another version was not deployed, so it is cancelled, however well that one went.
//!   * *an outcome before the end*: it was told before the fake gave the deployment, or this service's part in it, its
//!     last status.
//!   * *an outcome of nothing*, or *without an id*: a success, for example, of a request that never came to anything.
//!   * *a loss of what is there*: told that a deployment is lost, if there was one.
//!   * *an error that does not say so*: it leaves open whether the trigger was acted on, and neither is its kind
//!     [`Undecidable`](anydeploy::ErrorKind::Undecidable) nor does it hold the deployment that was accepted
//!     ([`Error::last`](anydeploy::Error::last)).
//!   * *an earlier deployment without an id*: told that one runs already, and not which.
//! * `undecidable`: the calls that ended in an error of that kind: what became of the trigger cannot be told, or it was
//!   accepted and its deployment cannot be told from others.
//! * `timed_out`: the watches that ended at their deadline.
//! * `broken_off`: the watches that ended in another error, which holds the id, so that the caller may watch on.
//! * `refused`: the calls that ended in an error which says rightly that nothing was started.
//! * `already_running`: those of them that were told of a deployment that ran before them
//!   ([`AlreadyRunning`](anydeploy::ErrorKind::AlreadyRunning)); the fake started nothing for them.
//! * `strangers`: the calls that were told, as inferred, of a deployment that another program asked for with the same
//!   token, or another call by a request that was delivered later than promised.
//!   [`Identity::Inferred`](anydeploy::Identity::Inferred) says that there is no proof, so they are not misreported; under
//!   any other identity they would be.
//! * `succeeded`, `failed`, `cancelled`, `gone`: the outcomes that callers were told; `gone` is
//!   [`Outcome::Lost`](anydeploy::Outcome::Lost).
//! * `exact`, `adopted`, `inferred`: how the deployments with those outcomes were known.
//! * `requests`: the exchanges, broken or not; `faults`: what broke them.
//! * `seconds`: how long the run took; `scaled_seconds`: how much of its own time passed meanwhile.
//!
//! A run is a proof ([`ChaosReport::is_proof`]) if nothing was duplicated, lost or misreported and, with one caller a
//! target, at most 0.5 % of the calls were undecidable.
//!
//! # Time
//!
//! A run has a time of its own, for the adapters, the callers, the network and the fake alike.
//! It passes as the clock of the machine does, but stands still while the run or the fake is behind: between two turns of
//! everything that is ready at most 3 ms of it pass, and none while the fake has owed an answer for 5 ms.
//! So a busy machine makes a run longer (`seconds` beyond `scaled_seconds`), and what happens in it is not later than on a
//! quiet one: the share of undecidable calls does not depend on what else the machine does.
//!
//! # What it is like
//!
//! Time is scaled: looks come every 20 to 200 ms, a request may take a second, what is accepted has ten seconds to
//! show ([`ChaosOptions::grace`]), and a deployment lasts up to three seconds.
//! One in sixteen is over within 20 ms, before anyone can look; from git on Dokploy within 20 to 60 ms, as a cached build
//! there takes some 250 ms at the usual grace.
//! In two batches of three the server's clock is off by 90 seconds.
//! Every few seconds somebody else deploys one of the targets, and half of Dokploy's servers are restarted meanwhile.
//! A third of Coolify's applications are built without the cache, so that no request for them is taken for another.
//!
//! Whoever is told that it cannot be decided waits a third of the grace before deploying the same target again, as
//! somebody does who looks first, which is what the error asks for.
//! Who would go on at once would meet what the doubt was about, and be in doubt again.
//!
//! Services and databases of Coolify are left out: they have no deployments whose number or end could be compared.
//! A seed determines the scripts and the faults, but not which call meets which of them: that is for the scheduler to
//! say, so that no two runs are the same.
//!
//! # Late deliveries
//!
//! Some requests are delivered only after the client has given up, as by a gateway that queues them: after 1 to 60 seconds
//! at the usual grace of a minute, and scaled as the grace is.
//! An adapter promises to look for what may have been started for half the grace after it gave up
//! ([`Builder::grace`](anydeploy::Builder::grace)).
//! What is delivered within nine tenths of that, so that the platform has a tenth to show it, has to be found: it is no
//! excuse for a duplicate, a loss or a misreport.
//! Of what is delivered later nothing can be known in time: the call was told that nothing was triggered, or triggered
//! again.
//! The network says how late each delivery was, the fake keeps it, and `delivered_late` counts what came of those.
//!
//! # What it does not show
//!
//! All callers share one process, and its adapters tell each other of the triggers that are under way.
//! What others do, on the other hand, they do in the browser: Coolify then says that it was not the API, Qovery names the
//! console, and Dokploy shows no mark of a program.
//! So nothing here is shown of two programs that deploy the same target with the same token at the same moment, which the
//! platforms do not tell apart, but for Dokploy's mark.
//! With [`ChaosOptions::strangers`] there are such programs, and the figure `strangers` tells how many callers took a
//! deployment of theirs for the own one; they are told that it is inferred.
//! On Dokploy half of them leave a mark of their own and half leave none.

mod batch;
mod call;
mod options;
mod pacer;
mod report;
mod scene;
mod verdict;
mod witness;

use std::sync::Arc;
use std::time::Instant;

use anydeploy::{Deployer, Platform, Result};
use futures::future::try_join_all;
use pacer::{Pacer, paced};

pub use options::ChaosOptions;
pub use report::{ChaosReport, name_of};

/// What stands between the retry layer and the adapter of each call.
pub type Wrap = fn(Arc<dyn Deployer>) -> Arc<dyn Deployer>;

/// Runs all calls on one platform and judges them.
///
/// It works on a thread of its own; a second run waits until the first one is over.
///
/// # Errors
/// If a fake, a network or an adapter cannot be made.
pub async fn run(platform: Platform, options: &ChaosOptions, wrap: Wrap) -> Result<ChaosReport> {
    let options = options.clone();
    paced(move |pacer| async move { run_in(&pacer, platform, &options, wrap).await }).await
}

/// Runs all calls on several platforms at once and judges them.
///
/// # Errors
/// If a fake, a network or an adapter cannot be made.
pub async fn run_together(platforms: Vec<Platform>, options: &ChaosOptions, wrap: Wrap) -> Result<Vec<ChaosReport>> {
    let options = options.clone();
    paced(move |pacer| async move {
        try_join_all(platforms.into_iter().map(|platform| run_in(&pacer, platform, &options, wrap))).await
    })
    .await
}

async fn run_in(pacer: &Pacer, platform: Platform, options: &ChaosOptions, wrap: Wrap) -> Result<ChaosReport> {
    let (started, began) = (Instant::now(), pacer.timeline().elapsed());
    let mut report = ChaosReport::new(&platform, options);
    let mut batch = 0;
    let mut left = options.deploys;
    while left > 0 {
        let size = left.min(options.batch);
        let scene = scene::of(&platform, options, batch, pacer).await?;
        let told = batch::run(&scene, options, batch, size, wrap).await?;
        verdict::judge(&mut report, &*scene, &told, options.promised());
        report.count_exchanges(&scene.access().network);
        (left, batch) = (left - size, batch + 1);
    }
    report.seconds = started.elapsed().as_secs_f64();
    report.scaled_seconds = pacer.timeline().elapsed().saturating_sub(began).as_secs_f64();
    Ok(report)
}

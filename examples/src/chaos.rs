//! The chaos proof: many callers deploy through a bad network, and what they got is compared with what the server did.
//!
//! Each call is one `deploy_and_wait` of an adapter of its own under [`Retry`](anydeploy::Retry), against the fake of a
//! platform behind a [`FaultyNetwork`](anydeploy_fakes::FaultyNetwork) that breaks one exchange in five.
//! Meanwhile other people deploy the same targets, deployments succeed, fail and are cancelled, and some are over before
//! the first poll.
//! In the end the fake reports what it really did, request by request, and each call is checked.
//!
//! # What is counted
//!
//! Each call ends in an outcome (`outcomes`) or in an error, which is one of `timed_out`, `broken_off`, `undecidable`,
//! `refused`, `lost` and `contradicted`; any other error counts as misreported.
//!
//! * `deploys`: the calls.
//! * `triggered`: the deployments the fake started for them.
//!   A deployment that it accepted and gave up before it began is not counted, such as one that waited when the server was
//!   restarted.
//! * `delivered_twice`: those of them that the network caused by delivering one request twice.
//!   No client can prevent that, so they are not duplicates.
//! * `delivered_late`: those of them whose requests the network delivered later than an adapter promises to search for
//!   them; see below.
//!   They are neither duplicates nor lost, and count for every other call as deployments of another program.
//! * `duplicated`: the deployments of its target that a call caused beyond the first, without those that were delivered
//!   twice, or later than promised.
//!   A request that the platform merged into an existing deployment causes none.
//! * `built`: the calls for which the platform was asked to build, although it can do without: restarts, and rollbacks to an
//!   image that it keeps.
//!   What a server builds for a restart because it has no image of the newest commit is not counted.
//! * `lost`: the calls that caused a deployment, and whose error says that it is safe to repeat.
//! * `contradicted`: the calls of which that is true, or whose outcome is a loss, because the network delivered their
//!   only request twice, the server started a deployment for one of the two deliveries, and the client got the answer to
//!   the other.
//!   No client can know that, so they are neither lost nor misreported.
//! * `misreported`: the calls that returned something untrue; `misreports` counts each kind:
//!   * *an id that does not exist*, or *a foreign id*, at any time, as resolved.
//!     The own ones are the deployments that the requests of the call started, and those that they were merged into.
//!   * *a shared id that is not reported as adopted*: one that they were merged into, and that was started for the same
//!     target.
//!   * *a wrong outcome*, such as a success of a deployment that failed.
//!     A deployment that never began, or that left the target out, may be reported as anything but a success.
//!     A request that was merged into the deployment of another version was not carried out, so it is cancelled, even if
//!     that deployment succeeded.
//!   * *an outcome before the end*: it was returned before the fake gave the deployment, or this service's part in it, its
//!     last status.
//!   * *an outcome without a deployment*, or *without an id*: a success, for example, of a request that came to nothing.
//!   * *a loss of a deployment that exists*.
//!   * *an error that hides what is open*: it leaves open whether the trigger was acted on, and neither is its kind
//!     [`Undecidable`](anydeploy::ErrorKind::Undecidable) nor does it hold the deployment that was accepted
//!     ([`Error::last`](anydeploy::Error::last)).
//!   * *an earlier deployment without an id*: the error says that a deployment runs already, and not which.
//! * `undecidable`: the calls that ended in an error of that kind: it cannot be decided whether the trigger was acted on,
//!   or it was accepted and its deployment cannot be identified.
//! * `timed_out`: the watches that ended at their deadline.
//! * `broken_off`: the watches that ended in another error, which holds the id, so that the caller may watch on.
//! * `refused`: the calls that ended in an error which says rightly that nothing was started.
//! * `already_running`: those of them whose error names a deployment that ran before them
//!   ([`AlreadyRunning`](anydeploy::ErrorKind::AlreadyRunning)); the fake started nothing for them.
//! * `foreign`: the calls that returned, as inferred, a deployment that another program asked for with the same token, or
//!   another call by a request that was delivered later than promised.
//!   [`Identity::Inferred`](anydeploy::Identity::Inferred) says that there is no proof, so they are not misreported; under
//!   any other identity they are.
//! * `outcomes`: how many calls ended in each [`Outcome`](anydeploy::Outcome); `lost` among them is
//!   [`Outcome::Lost`](anydeploy::Outcome::Lost).
//! * `identity`: how the deployments with those outcomes were identified.
//! * `requests`: the exchanges, broken or not; `faults`: what broke them.
//! * `seconds`: how long the run took; `scaled_seconds`: how much of its own time passed meanwhile.
//!
//! # Other verbs
//!
//! [`ChaosOptions::verb`] says what the calls do.
//! Restarts and rollbacks are triggers, and are checked as deployments are; every target has run two versions before.
//! A stop and the start after it, and the changes of variables, are compared with what the fake was asked to write:
//!
//! * `triggered`: the writes that reached the fake.
//! * `duplicated`: what a write did beyond the first time, without what was delivered twice.
//! * `built`: the stops and the changes of variables for which the platform was asked to build.
//! * `lost`: the writes that reached the fake, and whose error says that it is safe to repeat.
//! * `misreported`: the writes that returned that they sent what did not come, or did not send what came, or that name a
//!   variable as written which was not, or as not written which was ([`Error::partial`](anydeploy::Error::partial)), or
//!   after whose success the fake has another value.
//! * `undecidable`: the writes that ended in an error that leaves open what was done.
//! * `timed_out` and `broken_off`: of what was stopped or started, how waiting for that state ended.
//!
//! A run is a proof ([`ChaosReport::is_proof`]) if nothing was duplicated, built for nothing, lost or misreported and, with one caller a
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
//! # The conditions
//!
//! Time is scaled: polls come every 20 to 200 ms, a request may take a second, the deployment of an accepted trigger may
//! take ten seconds to appear ([`ChaosOptions::grace`]), and a deployment lasts up to three seconds.
//! One in sixteen is over within 20 ms, before the first poll; from git on Dokploy within 20 to 60 ms, as a cached build
//! there takes some 250 ms at the usual grace.
//! In two batches of three the server's clock is off by 90 seconds.
//! Every few seconds another person deploys one of the targets, and half of Dokploy's servers are restarted meanwhile.
//! A third of Coolify's applications are built without the cache, so that no request for them is merged into another.
//!
//! After an undecidable trigger a caller waits a third of the grace before it deploys the same target again, as a person
//! does who first checks what runs, which is what the error asks for.
//! A caller that went on at once would meet the same deployment, and its next trigger would be undecidable as well.
//!
//! Services and databases of Coolify are left out: they have no deployments whose number or end could be compared.
//! A seed determines the scripts and the faults, but the scheduler decides which call meets which of them, so no two runs
//! are the same.
//!
//! # Late deliveries
//!
//! Some requests are delivered only after the client has given up, as by a gateway that queues them: after 1 to 60 seconds
//! at the usual grace of a minute, and scaled as the grace is.
//! An adapter promises to search for a deployment that may have started for half the grace after it gave up
//! ([`Builder::grace`](anydeploy::Builder::grace)).
//! What is delivered within nine tenths of that, so that the platform has a tenth to show it, has to be found: it is no
//! excuse for a duplicate, a loss or a misreport.
//! Later deliveries cannot be known in time: the call has returned that nothing was triggered, or has triggered again.
//! The network says how late each delivery was, the fake keeps it, and `delivered_late` counts the deployments that came of
//! those.
//!
//! # What it does not show
//!
//! All callers share one process, in which the adapters know each other's in-flight triggers.
//! Other people deploy in the browser: Coolify then says that it was not the API, Qovery names the console, and Dokploy
//! shows no correlation tag.
//! So a run says nothing about two programs that deploy the same target with the same token at the same moment, which the
//! platforms do not distinguish, but for the correlation tag on Dokploy.
//! With [`ChaosOptions::foreign`] there are such programs, and the figure `foreign` counts the calls that returned a
//! deployment of theirs, as inferred, for the own one.
//! On Dokploy half of them leave a correlation tag of their own and half leave none.

mod batch;
mod call;
mod checker;
mod options;
mod pacer;
mod recording;
mod report;
mod verb;
mod write;
mod write_checker;

use std::time::Instant;

use anydeploy::{ErrorKind, Result};
use futures::future::try_join_all;

pub(crate) use call::CallRecord;
pub use call::Wrap;
pub(crate) use checker::check;
pub use options::ChaosOptions;
pub(crate) use recording::Returned;
pub use report::{ChaosReport, name_of};
pub use verb::Verb;

use pacer::{Pacer, paced};

use crate::ScenePlatform;

/// Makes all calls on one platform and checks them.
///
/// It works on a thread of its own; a second run waits until the first one is over.
///
/// # Errors
/// If a fake, a network or an adapter cannot be made.
pub async fn run(platform: ScenePlatform, options: &ChaosOptions, wrap: Wrap) -> Result<ChaosReport> {
    let options = options.clone();
    paced(move |pacer| async move { run_in(&pacer, platform, &options, wrap).await }).await
}

/// Makes all calls on several platforms at once and checks them.
///
/// # Errors
/// If a fake, a network or an adapter cannot be made.
pub async fn run_together(
    platforms: Vec<ScenePlatform>,
    options: &ChaosOptions,
    wrap: Wrap,
) -> Result<Vec<ChaosReport>> {
    let options = options.clone();
    paced(move |pacer| async move {
        try_join_all(platforms.into_iter().map(|platform| run_in(&pacer, platform, &options, wrap))).await
    })
    .await
}

async fn run_in(pacer: &Pacer, platform: ScenePlatform, options: &ChaosOptions, wrap: Wrap) -> Result<ChaosReport> {
    let (started, began) = (Instant::now(), pacer.timeline().elapsed());
    let mut report = ChaosReport::new(&platform.platform(), options);
    let mut batch = 0;
    let mut left = options.deploys;
    while left > 0 {
        let size = left.min(options.batch);
        let scene = platform.scene(&options.conditions(batch, pacer.timeline())).await?;
        pacer.wait_for(&scene.access().network);
        let targets = match batch::prepare(platform, &scene, options).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                report.unsupported = Some(error.to_string());
                break;
            }
            targets => targets?,
        };
        let records = batch::run(platform, &scene, options, (batch, size), targets, wrap).await?;
        checker::check(&mut report, &*scene, &records.calls, options.promised());
        write_checker::check(&mut report, &*scene, &records.writes, options.promised());
        report.count_exchanges(&scene.access().network);
        (left, batch) = (left - size, batch + 1);
    }
    report.seconds = started.elapsed().as_secs_f64();
    report.scaled_seconds = pacer.timeline().elapsed().saturating_sub(began).as_secs_f64();
    Ok(report)
}

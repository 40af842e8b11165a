//! The crash proof: processes are killed while they deploy through a bad network, and others recover what they sent.
//!
//! In each run a child process deploys one target of a fake that nobody else knows, behind a
//! [`FaultyNetwork`](anydeploy_fakes::FaultyNetwork) that breaks one exchange in five.
//! It prepares an intent, stores it in a file, and sends it; then it is killed, or stopped.
//! A second process reads the file, [recovers](anydeploy::DeployerExt::recover) the intent, and waits for the outcome of
//! what it found.
//! In the end the fake reports what it really did, and the run is checked as a call of the [chaos proof](crate::chaos) is.
//!
//! # Moments
//!
//! The first process is interrupted at a random moment of the time that a whole child takes, in one of the steps between
//! its requests (where it waits until its parent lets it go on), or as soon as the fake has taken its trigger, to a few
//! milliseconds.
//! `phases` counts how far it came:
//!
//! * `preparing`: no intent was stored.
//! * `stored`: the fake had not taken the trigger.
//! * `sent`: the fake had taken it, and the process had no answer.
//! * `answered`: the process had an answer, and had not recorded it.
//! * `ended`: it was not interrupted in time.
//!   The second process recovers even so.
//!
//! # Scenarios
//!
//! * `at_once`: the second process starts when the first one is dead.
//! * `hour_later`: an hour passes in between.
//! * `after_ten_more`: so it does, and then others deploy the target ten times, every other time another program with the
//!   same token.
//! * `after_forty_more`: the same with forty deployments, so that the one of the first process is on no early page of a list.
//! * `on_its_way`: the network holds the trigger of the first process when that dies, half the time before it has given up on
//!   the answer, and delivers it while the second one searches, as late as an adapter promises to find it.
//! * `beside_another`: another program with the same token deploys the target between the baseline and the trigger of the
//!   first process.
//! * `taken_over`: the first process is not killed but stopped (SIGSTOP), with its intent stored or while it sends.
//!   The second process recovers, and where nothing was triggered it prepares and sends anew.
//!   Then the first one goes on (SIGCONT).
//!
//! # What is counted
//!
//! * `runs`, and how many of them `triggered` anything.
//! * `triggered_twice`: the runs of which more than one request reached the fake, or that caused more than one deployment.
//!   What the network delivered twice counts once (`delivered_twice`).
//! * `lost`: the runs whose recovery says that nothing was triggered, or that left no intent, although the fake has a
//!   deployment of theirs.
//! * `misreported`: the runs that returned a deployment which is not theirs or does not exist, an outcome that it does not
//!   have, or an outcome before the end.
//!   A deployment of another program is one of them under any [`Identity`](anydeploy::Identity) but `Inferred`, which
//!   claims no proof; `foreign` counts those.
//! * `undecidable`: the runs with one caller a target that ended in an error of that kind.
//!   Of the others, those of `beside_another` and those whose trigger the network delivered twice, so that there are two
//!   deployments to choose from, `undecidable_beside` counts them.
//!   `undecidable_forgotten` counts those whose deployment the platform keeps no more: Dokploy keeps eleven of a target.
//! * `unfenced`: the runs of `taken_over` in which the first process was stopped when it had begun to send and had
//!   written nothing, and triggered a second time when it went on; see below.
//! * `delivered_late` and `contradicted`: as in the chaos proof.
//!
//! Runs are a proof ([`CrashReport::is_proof`]) if nothing was triggered twice, lost or misreported, at most 1 % of the
//! runs with one caller a target were undecidable, and at least a third of all triggered.
//!
//! # Time
//!
//! All times of the adapters are a twentieth of the usual ones ([`Timing::scaled_to`](anydeploy::Timing::scaled_to)), the
//! fence and the timeout of a request included: an intent may be sent for half a second.
//! The clock of a fake follows the clock of the machine, which the processes read, but for an offset of up to 90 seconds in
//! two runs of three, as servers have.
//! When an hour passes, the clock of the fake is moved ahead.
//! That of the machine cannot be, so the times in the stored intent that were read from it are set back by the same hour.
//! For the second process as much time has passed by one clock as by the other.
//! The network has delivered all that it held by then, but for `on_its_way`.
//!
//! # What it does not show
//!
//! A process that is stopped between the check of the fence and the write to its socket may write when it goes on, whatever
//! the other one did: no client can know that it was stopped there.
//! `unfenced` counts the runs that hit these microseconds; they are not `triggered_twice`.
//! A process that is stopped before it begins to send, or after the network has its request, triggers once.
//! A gateway that holds a request for as long as its client is connected delivers that of a process which hangs after the
//! other one has searched; so the network of `taken_over` has no [`LateDelivery`](anydeploy_fakes::Fault::LateDelivery).

mod child;
mod clock;
mod draw;
mod options;
mod phase;
mod process;
mod report;
mod run;
mod signal;
mod task;

use std::time::{Duration, Instant};

use anydeploy::Result;
use futures::{StreamExt, TryStreamExt, stream};

pub use child::child;
pub use options::CrashOptions;
pub use process::Launch;
pub use report::{CrashReport, ScenarioFigures};

use crate::ScenePlatform;
use run::Runner;

/// Makes all runs on one platform and checks them.
///
/// # Errors
/// If a fake, a network, an adapter or a process cannot be made.
pub async fn run(platform: ScenePlatform, options: &CrashOptions, launch: Launch) -> Result<CrashReport> {
    let started = Instant::now();
    let runner = Runner { platform, options, launch, whole: Duration::ZERO };
    let runner = Runner { whole: runner.rehearse().await?, ..runner };
    let mut report = CrashReport::new(&platform.platform(), options);
    let numbers = options.first..options.first.saturating_add(options.runs);
    let mut runs = stream::iter(numbers).map(|number| runner.run(number)).buffer_unordered(options.at_once);
    while let Some(figures) = runs.try_next().await? {
        report.add(figures);
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

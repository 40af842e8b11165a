//! The crash proof: processes are killed while they deploy through a bad network, and others take over from them.

mod child;
mod clock;
mod draw;
mod options;
mod process;
mod report;
mod run;
mod signal;
mod task;

use std::time::Instant;

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
    let runner = Runner { platform, options, launch, whole: std::time::Duration::ZERO };
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

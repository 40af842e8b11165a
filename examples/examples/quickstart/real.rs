//! The same deployment on a real server, when one is configured.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, Error, ErrorKind, Result, Target, WatchOptions};
use clap::Parser;
use clap::builder::PossibleValuesParser;
use examples::{PLATFORMS, PlatformEntry, follow, print_table};

const VARIABLES: &str = "With --target, the environment says which server:
  coolify  COOLIFY_URL and COOLIFY_TOKEN
  dokploy  DOKPLOY_URL and DOKPLOY_API_KEY
  qovery   QOVERY_API_TOKEN";

/// Deploys one application on each platform through one trait, on fake servers, and then one whose deployment fails.
#[derive(Debug, Parser)]
#[command(name = "quickstart", after_help = VARIABLES)]
pub(crate) struct Arguments {
    /// Deploys this on a real server, such as application:ID
    #[arg(long, value_name = "KIND:ID")]
    pub(crate) target: Option<Target>,
    /// Says which platform, if several are configured
    #[arg(long, requires = "target", value_parser = PossibleValuesParser::new(PLATFORMS.map(|platform| platform.name)))]
    pub(crate) platform: Option<String>,
    /// Waits at most this many minutes for the end
    #[arg(long, requires = "target", value_name = "N", default_value_t = 15)]
    pub(crate) minutes: u32,
}

/// Deploys the target; the exit status says whether it succeeded.
pub(crate) async fn deploy(target: Target, platform: Option<&str>, minutes: u32) -> Result<ExitCode> {
    let deployer = deployer(platform)?;
    let deadline = Duration::from_secs(60 * u64::from(minutes));
    let report = follow(deployer, DeployRequest::new(target), WatchOptions::within(deadline)).await?;
    let success = report.success;
    print_table(&[report]);
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An adapter for the platform that was named, or else for the only one whose variables are set.
fn deployer(platform: Option<&str>) -> Result<Arc<dyn Deployer>> {
    if let Some(entry) = platform.and_then(PlatformEntry::find) {
        return (entry.from_env)();
    }
    let (made, missing): (Vec<_>, Vec<_>) = PLATFORMS.iter().map(|entry| (entry.from_env)()).partition(Result::is_ok);
    let mut made: Vec<_> = made.into_iter().flatten().collect();
    match (made.pop(), made.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), _) => Err(misuse("several platforms are configured; say which with --platform".to_owned())),
        (None, _) => {
            let reasons: Vec<_> = missing.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
            Err(misuse(format!("no platform is configured:\n{}", reasons.join("\n"))))
        }
    }
}

fn misuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

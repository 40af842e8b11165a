//! The same deployment on a real server, when one is configured.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, Dokploy, Error, ErrorKind, Qovery, Result, Target, WatchOptions};
use examples::{follow, print_table};

const USAGE: &str = "usage: quickstart [--target KIND:ID [--platform coolify|dokploy|qovery] [--minutes N]]
With --target it deploys on the real server that the environment names:
  coolify  COOLIFY_URL and COOLIFY_TOKEN
  dokploy  DOKPLOY_URL and DOKPLOY_API_KEY
  qovery   QOVERY_API_TOKEN";

/// What the command line asks for.
pub(crate) struct Arguments {
    target: Target,
    platform: Option<String>,
    deadline: Duration,
}

/// Reads the command line; no target means the fakes.
pub(crate) fn arguments(mut words: impl Iterator<Item = String>) -> std::result::Result<Option<Arguments>, String> {
    let (mut target, mut platform, mut minutes) = (None, None, 15);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value\n{USAGE}"));
        match word.as_str() {
            "--target" => target = Some(value()?.parse().map_err(|error| format!("{error}"))?),
            "--platform" => platform = Some(value()?),
            "--minutes" => minutes = number(&value()?)?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(target.map(|target| Arguments {
        target,
        platform,
        deadline: Duration::from_secs(60_u64.saturating_mul(minutes)),
    }))
}

fn number(text: &str) -> std::result::Result<u64, String> {
    text.parse().map_err(|_| format!("--minutes wants a whole number\n{USAGE}"))
}

/// Deploys the target; the exit status tells whether it went well.
pub(crate) async fn deploy(arguments: Arguments) -> Result<ExitCode> {
    let deployer = deployer(arguments.platform.as_deref())?;
    let request = DeployRequest::new(arguments.target);
    let report = follow(deployer, request, WatchOptions::within(arguments.deadline)).await?;
    let success = report.success;
    print_table(&[report]);
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The platform that was named, or else the only one whose variables are set.
fn deployer(platform: Option<&str>) -> Result<Arc<dyn Deployer>> {
    type Candidate = (&'static str, fn() -> Result<Arc<dyn Deployer>>);
    let candidates: [Candidate; 3] = [
        ("coolify", || Ok(Arc::new(Coolify::from_env()?))),
        ("dokploy", || Ok(Arc::new(Dokploy::from_env()?))),
        ("qovery", || Ok(Arc::new(Qovery::from_env()?))),
    ];
    if let Some(wanted) = platform {
        let found = candidates.iter().find(|(name, _)| *name == wanted);
        return found
            .map_or_else(|| Err(misuse(format!("there is no platform `{wanted}`\n{USAGE}"))), |(_, make)| make());
    }
    let (made, missing): (Vec<_>, Vec<_>) = candidates.iter().map(|(_, make)| make()).partition(Result::is_ok);
    let mut made: Vec<_> = made.into_iter().flatten().collect();
    match (made.pop(), made.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), _) => Err(misuse(format!("several platforms are configured; say which with --platform\n{USAGE}"))),
        (None, _) => {
            let reasons: Vec<_> = missing.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
            Err(misuse(format!("no platform is configured:\n{}\n{USAGE}", reasons.join("\n"))))
        }
    }
}

fn misuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

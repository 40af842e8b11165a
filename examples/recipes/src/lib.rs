//! What the recipes share: a trigger that is sent once for each key, and a process that is killed in the middle.

mod intents;
mod process;

use std::env;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Deployer, Dokploy, Error, ErrorKind, Result, Timing, WatchOptions};

pub use intents::{Failure, Intents};
pub use process::{Process, step};

/// How a worker reaches the platform, which is a fake server in the process of its parent; the token is in the environment.
///
/// # Errors
/// If the URL or the token cannot be used.
pub fn connect(url: &str) -> Result<Arc<dyn Deployer>> {
    let token = env::var(process::TOKEN)
        .map_err(|error| Error::new(ErrorKind::InvalidConfiguration, "there is no token").with_source(error))?;
    let dokploy = Dokploy::builder().url(url).token(token);
    // A genuine server needs the default budget, and the default times after which a trigger counts as lost.
    let dokploy = dokploy.budget(Budget::unlimited()).timeout(Duration::from_secs(2));
    Ok(Arc::new(dokploy.timing(Timing::scaled_to(Duration::from_secs(3))).build()?))
}

/// How a deployment on the fake server is watched; a genuine server is polled as its rate limit allows.
#[must_use]
pub fn quick() -> WatchOptions {
    WatchOptions::default().with_intervals(Duration::from_millis(100), Duration::from_millis(300))
}

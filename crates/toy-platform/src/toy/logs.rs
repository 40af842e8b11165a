//! A deployment's log.

use anydeploy_adapter::{DeploymentId, LogLine, LogOptions, LogPage, Logs, Result};
use futures::future::{BoxFuture, FutureExt};

use super::Toy;
use super::pending::Pending;
use super::read::read;

impl Logs for Toy {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        log(self, id, options).boxed()
    }
}

async fn log(toy: &Toy, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
    // The request names no app, so that an id with another app's deployment would show its log.
    read(toy, id).await?;
    let log = toy.api.log(&Pending::of(id)?.row).await?;
    Ok(LogPage::last_of(log.lines.into_iter().map(LogLine::new).collect(), options))
}

//! The log of a deployment: the lines of its execution that are about the target.
//!
//! Only the last 1000 entries of an execution can be read.

use futures::future::{BoxFuture, FutureExt};

use super::entries::page;
use super::read::{begun, read};
#[cfg(feature = "websocket")]
use super::socket;
use super::{Qovery, explain, service_log};
#[cfg(feature = "websocket")]
use crate::LogFeed;
use crate::{DeploymentId, Explanation, LogOptions, LogPage, Logs, Result, ServiceLogOptions, Target};

/// How many entries of a log Qovery sends at most.
const MAX_LOG_ENTRIES: usize = 1000;

impl Logs for Qovery {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        read_log(self, id, options).boxed()
    }

    #[cfg(feature = "websocket")]
    fn open_log(&self, id: &DeploymentId) -> Option<LogFeed> {
        socket::open(self, id)
    }

    fn read_service_log<'a>(
        &'a self,
        target: &'a Target,
        options: ServiceLogOptions,
    ) -> BoxFuture<'a, Result<LogPage>> {
        async move { service_log::read(self, target, &options).await }.boxed()
    }

    fn explain_deployment<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Explanation>> {
        explain::explain(self, id).boxed()
    }
}

async fn read_log(qovery: &Qovery, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
    // Without an execution nothing was written; with none named, Qovery would send the log of another one.
    let Some((pending, execution)) = begun(qovery, id).await? else { return Ok(LogPage::default()) };
    let entries = qovery.api.log(&pending.environment, &execution).await?;
    let mut page = page(&entries, &pending.target, &pending.environment, options);
    page.truncated |= entries.len() >= MAX_LOG_ENTRIES;
    if entries.is_empty() {
        // An execution that never was has no lines either.
        read(qovery, pending).await?;
    }
    Ok(page)
}

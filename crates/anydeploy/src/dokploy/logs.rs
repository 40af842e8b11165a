//! A deployment's log: the last lines of a file.

use futures::future::{BoxFuture, FutureExt};

use super::Dokploy;
use super::operation::Operation;
use super::pending::row_of;
use super::read::read;
use super::reason::reason;
use super::service_log;
#[cfg(feature = "websocket")]
use super::socket;
use super::tail::{MAX_LOG_LINES, read_tail};
#[cfg(feature = "websocket")]
use crate::LogFeed;
use crate::{DeploymentId, Error, LogOptions, LogPage, Logs, Result, ServiceLogOptions, Target, TargetKind, platform};

/// How many lines are read to find the reason of a failure.
const MIN_REASON_LINES: usize = 100;

impl Logs for Dokploy {
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>> {
        read_logs(self, id, options).boxed()
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
}

async fn read_logs(dokploy: &Dokploy, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
    id.expect_platform(&platform::DOKPLOY)?;
    if *id.target().kind() == TargetKind::Database || !Operation::of_id(id)?.leaves_row() {
        let what = "the log of a restart, a rollback, or anything that is done with a database, which leave none";
        return Err(Error::unsupported(platform::DOKPLOY, what));
    }
    let row = match row_of(id) {
        Some(row) => Some(row),
        None => row_of(&read(dokploy, id).await?.id),
    };
    let Some(row) = row else {
        // Nothing is written before there is a row.
        return Ok(LogPage::default());
    };
    // One line more than is wanted shows whether there are older ones, and the reason may stand above them.
    let tail = options.tail.saturating_add(1).clamp(MIN_REASON_LINES, MAX_LOG_LINES);
    let (text, lines) = read_tail(tail, |lines| dokploy.api.log(&row, lines)).await?;
    // A file that is not there, or that lies on a build server, is read as an empty line.
    if text.trim().is_empty() {
        return Ok(LogPage::default());
    }
    let mut page = LogPage::from_text(&text, options);
    page.truncated |= lines < tail || page.lines.len() >= MAX_LOG_LINES;
    Ok(page.with_reason(reason(&text)))
}

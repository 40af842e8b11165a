//! A log that comes through a connection.

use futures::stream::BoxStream;

use super::LogLine;
use crate::Result;

/// The lines of a log that come through one connection, from the first line of the log on.
///
/// It connects when it is polled first; it ends, or yields an error, when the connection does.
/// While the log does not exist yet it waits.
pub type LogFeed = BoxStream<'static, Result<Vec<LogLine>>>;

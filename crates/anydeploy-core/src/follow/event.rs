//! What a stream of a log reports.

use crate::{Error, LogLine, WatchEvent};

/// What [`Follow`](crate::Follow) yields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a stream yields one at a time, and a match on a box reads worse")]
pub enum FollowEvent {
    /// The next line of the log.
    Line(LogLine),
    /// Lines before the next one are missing: the platform does not give them out any more.
    Gap,
    /// The log could not be read.
    ///
    /// It is read again unless the error is final; the watch goes on in any case.
    LogTrouble {
        /// Why it could not be read.
        error: Error,
        /// How many reads of the log have failed in a row, this one included.
        in_a_row: u32,
    },
    /// What the watch of the deployment reports; its end comes after the last line.
    Watch(WatchEvent),
}

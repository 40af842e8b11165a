//! What a watch reports.

use super::outcome::Outcome;
use crate::{Deployment, Error, Progress};

/// What a [`Watch`](crate::Watch) yields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The deployment was read for the first time, or its status or identity changed.
    Changed(Deployment),
    /// A poll failed and is made again: until the next event nothing is known of the deployment.
    Trouble {
        /// Why the poll failed.
        error: Error,
        /// How many polls have failed in a row, this one included.
        in_a_row: u32,
        /// How many failures of this kind in a row do not end the watch; `None` if only its deadline does, because the
        /// server says when to come back.
        tolerated: Option<u32>,
    },
    /// The deployment has come further, and its status is the same.
    Progress(Progress),
    /// The deployment is over; this is the last event.
    Ended(Outcome),
}

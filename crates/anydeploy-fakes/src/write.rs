//! What a fake was asked to write, besides deployments, and whether it changed anything.

use std::time::Instant;

use crate::request::ReceivedRequest;
use crate::sender::Sender;

/// A write that a fake accepted and that starts no deployment of which it keeps a record, such as a stop, a start of a
/// service, or a variable that is set.
///
/// A request that the platform refuses is none; one that writes several things is one for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FakeWrite {
    /// The id of what was written to.
    pub target: String,
    /// What was done: a verb of the platform such as `stop`, followed by the name of what was written if a target has
    /// several, such as `set PORT`.
    pub what: String,
    /// When the request was complete: by the [`Timeline`](crate::Timeline) of the fake if it has one, else by the clock.
    pub at: Instant,
    /// The request.
    pub sender: Sender,
    /// Whether it changed anything: a stop of what is stopped does not.
    pub effect: bool,
}

impl FakeWrite {
    pub(crate) fn by(
        request: &ReceivedRequest,
        target: impl Into<String>,
        what: impl Into<String>,
        effect: bool,
    ) -> Self {
        let (target, what) = (target.into(), what.into());
        Self { target, what, at: request.received_at, sender: Sender::of(request), effect }
    }
}

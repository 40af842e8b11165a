//! What a run reports while it goes on.

use super::{FleetReport, MemberResult, NotBegun};
use crate::{Deployment, DeploymentId, Error};

/// What a [`FleetRun`](super::FleetRun) yields; a member is named by its name in the plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FleetEvent {
    /// A checkpoint was there, so that the fleet is taken up where it was.
    Resumed {
        /// How many members are done already.
        done: usize,
        /// How many were under way.
        under_way: usize,
    },
    /// The first members of a wave begin that this run begins.
    WaveBegan {
        /// The wave, counted from 0.
        wave: usize,
        /// How many members it has.
        members: usize,
    },
    /// A wave waits for [`FleetControl::go`](super::FleetControl::go).
    WaveWaits {
        /// The wave, counted from 0.
        wave: usize,
    },
    /// The trigger of a member was answered, or found after a crash.
    Sent {
        /// The member.
        member: String,
        /// Its deployment.
        id: DeploymentId,
    },
    /// A call for a member failed and is made again.
    Trouble {
        /// The member.
        member: String,
        /// Why it failed.
        error: Error,
    },
    /// The status of a member's deployment changed.
    Changed {
        /// The member.
        member: String,
        /// The deployment as it was read.
        deployment: Box<Deployment>,
    },
    /// The deployment of a member succeeded, and its health is awaited.
    Settling {
        /// The member.
        member: String,
    },
    /// The platform was asked to cancel the deployment of a member.
    CancelAsked {
        /// The member.
        member: String,
        /// Why the platform did not accept it.
        error: Option<Error>,
    },
    /// A member is done.
    Done {
        /// The member.
        member: String,
        /// How it ended.
        result: MemberResult,
    },
    /// The fleet stops: nothing more begins.
    Stopped {
        /// Why.
        why: NotBegun,
        /// Whether what is under way is cancelled.
        cancels: bool,
    },
    /// All members are done; this is the last event.
    Ended(FleetReport),
}

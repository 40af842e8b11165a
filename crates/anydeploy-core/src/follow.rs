//! Following the log of a deployment while it is watched, and the log of a running service.

mod aligner;
mod event;
mod follower;
mod options;
mod reader;
mod service;
#[cfg(test)]
mod sockets;

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures::stream::{self, BoxStream, Stream};

pub use event::FollowEvent;
use follower::Follower;
pub use options::FollowOptions;

use crate::{Deployer, DeploymentId, LogLine, Result, ServiceLogOptions, Target};

/// A stream of a log: that of a deployment, with its watch, or that of a running service.
///
/// It is made by [`DeployerExt::follow`](crate::DeployerExt::follow) and
/// [`follow_service`](crate::DeployerExt::follow_service), does nothing until it is polled, and reads nothing more when it
/// is dropped.
///
/// # Lines
/// Each line is reported once, in the order of the log, also if the platform sends all of it again, its end only, or a log
/// in which lines were rewritten; a line that is rewritten after it was reported is reported anew.
/// Where lines cannot be had any more, [`FollowEvent::Gap`] stands in their place.
///
/// # End
/// The stream of a deployment watches it as [`Watch`](crate::Watch) does, and yields what that yields as
/// [`FollowEvent::Watch`]; an error of the watch is an error of the stream.
/// After the deployment is over it reads on until two reads in a row bring no line, and then yields the outcome: so it ends
/// within two polls after the last line.
/// What goes wrong with the log ([`FollowEvent::LogTrouble`]) never changes the outcome.
///
/// The stream of a service has no end.
///
/// # Cost
/// One read of the log after each poll of the watch, once the deployment has begun; where a socket brings the log, only the
/// reads after the end of the deployment.
/// What is kept of reported lines is 8 bytes each, of at most the last 1,048,576.
pub struct Follow {
    events: BoxStream<'static, Result<FollowEvent>>,
}

impl Follow {
    pub(crate) fn new<D: Deployer + Clone>(deployer: D, id: DeploymentId, options: FollowOptions) -> Self {
        let follower = Follower::new(deployer, id, options);
        let events = stream::unfold(follower, |mut follower| async move { Some((follower.next().await?, follower)) });
        Self { events: events.fuse().boxed() }
    }

    pub(crate) fn of_service<D: Deployer>(deployer: D, target: Target, options: ServiceLogOptions) -> Self {
        Self { events: service::follow(deployer, target, options) }
    }

    /// The lines alone, and the error of the watch if it ends with one.
    #[must_use]
    pub fn lines(self) -> BoxStream<'static, Result<LogLine>> {
        let lines = self.events.filter_map(|event| {
            ready(match event {
                Ok(FollowEvent::Line(line)) => Some(Ok(line)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            })
        });
        lines.boxed()
    }
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").finish_non_exhaustive()
    }
}

impl Stream for Follow {
    type Item = Result<FollowEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_next_unpin(context)
    }
}

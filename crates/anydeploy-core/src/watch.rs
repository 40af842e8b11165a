//! Watching one deployment until it is over.

mod event;
mod health;
mod observer;
mod options;
mod outcome;
mod polls;
mod state;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, Stream};
use tokio::sync::watch::{Receiver, channel};
use tokio::time::Instant;
use tracing::{Instrument, Span};

pub use event::WatchEvent;
pub(crate) use health::await_health;
pub use health::{HealthWait, Healthy, Rollout, Verdict};
use observer::Observer;
pub use options::WatchOptions;
pub(crate) use options::after;
pub use outcome::{Failure, Loss, Outcome};
pub(crate) use state::await_state;

use crate::telemetry;
use crate::{Deployer, Deployment, DeploymentId, Error, ErrorKind, Result};

/// A watch over one deployment: a stream of its changes, and a future of its [`Outcome`].
///
/// It is made by [`DeployerExt::watch`](crate::DeployerExt::watch), does nothing until it is polled, and stops polling
/// when it is dropped; the deployment itself goes on.
///
/// As a stream it yields a [`WatchEvent`] for the first poll and for whatever is new in a later one, also for each poll
/// that failed and is made again; then exactly one [`WatchEvent::Ended`] or one error, and then ends.
/// Awaited, it yields that outcome or error alone.
///
/// # Polls
/// * At least one poll is made, also if the deadline has passed when the watch begins.
///   Every poll has [`WatchOptions::min_poll_time`] for its answer, so a watch may end that much after its deadline.
/// * Failed polls are tolerated up to [`WatchOptions::tolerated_failures`] in a row if they are
///   [transient](Error::is_transient), [`ErrorKind::Unreadable`] or [`ErrorKind::AnswerTooLarge`].
/// * If the platform refuses a credential that it accepted in an earlier poll, the poll is made once more after
///   [`WatchOptions::longest_interval`], because a platform may answer 401 also when the key's rate limit is used up.
/// * Where the deployer has a [`Hub`](crate::Hub) and other watches share it, a batch of reads takes the place of this watch's own polls,
///   at the interval of the hub.
/// * A deployment that is not found is [`Outcome::Lost`] if a second poll does not find it either, or if none gives
///   another answer before the watch ends.
///
/// # Errors
/// * [`ErrorKind::TimedOut`] when the deadline passes; [`Error::last`] is the last state that was read, and the source is
///   the error of the polls after it, if they failed.
/// * The error of a poll that will not get better, or of the last of too many transient ones in a row.
///   Such an error does not stop the deployment, and its [advice](Error::advice) says so.
///
/// # Telemetry
/// All of it happens inside one span `watch` of [`telemetry`](crate::telemetry), a child of the span in which the watch was
/// made.
///
/// It needs a running tokio runtime with its timer.
pub struct Watch {
    events: BoxStream<'static, Result<WatchEvent>>,
}

impl Watch {
    pub(crate) fn new<D: Deployer>(deployer: D, id: DeploymentId, options: WatchOptions) -> Self {
        Self::of(Observer::new(deployer, id, options))
    }

    /// A watch, and what hears of each of its polls.
    pub(crate) fn heard<D: Deployer>(deployer: D, id: DeploymentId, options: WatchOptions) -> (Self, Receiver<()>) {
        let (polled, hears) = channel(());
        (Self::of(Observer::new(deployer, id, options).signalling(polled)), hears)
    }

    /// A watch that knows a state of the deployment already, and reports it if no poll succeeds.
    ///
    /// `deadline` takes the place of the one in `options`.
    pub(crate) fn resume<D: Deployer>(
        deployer: D,
        known: Deployment,
        options: WatchOptions,
        deadline: Option<Instant>,
    ) -> Self {
        Self::of(Observer::new(deployer, known.id.clone(), options).knowing(known, deadline))
    }

    /// A watch over the deployment that has to end before the caller's own is triggered.
    pub(crate) fn of_earlier<D: Deployer>(
        deployer: D,
        earlier: Deployment,
        options: WatchOptions,
        deadline: Instant,
    ) -> Self {
        let observer = Observer::new(deployer, earlier.id.clone(), options.with_log_tail(0));
        Self::of(observer.knowing(earlier, Some(deadline)).of_earlier())
    }

    fn of<D: Deployer>(observer: Observer<D>) -> Self {
        let events = stream::unfold(observer, |mut observer| async move {
            let span = observer.span().clone();
            let event = observer.next().instrument(span.clone()).await?;
            record_end(&span, &event);
            Some((event, observer))
        });
        // An ended watch may be polled again, or awaited.
        Self { events: events.fuse().boxed() }
    }
}

/// Records the last event of a watch in its span.
fn record_end(span: &Span, event: &Result<WatchEvent>) {
    let (result, last, error) = match event {
        Ok(WatchEvent::Ended(outcome)) => {
            let (result, error) = match outcome {
                Outcome::Succeeded(_) => ("success", None),
                Outcome::Failed(_) => ("failure", None),
                Outcome::Cancelled(_) => ("cancellation", None),
                Outcome::Superseded(_) => ("skip", None),
                Outcome::Lost(loss) => ("error", Some(&loss.error)),
            };
            (result, outcome.deployment(), error)
        }
        Ok(_) => return,
        Err(error) if error.kind() == ErrorKind::TimedOut => ("timeout", error.last(), Some(error)),
        Err(error) => ("error", error.last(), Some(error)),
    };
    telemetry::watch_ended(span, result, last, error);
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Stream for Watch {
    type Item = Result<WatchEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_next_unpin(context)
    }
}

impl IntoFuture for Watch {
    type Output = Result<Outcome>;
    type IntoFuture = BoxFuture<'static, Result<Outcome>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            while let Some(event) = self.next().await {
                if let WatchEvent::Ended(outcome) = event? {
                    return Ok(outcome);
                }
            }
            // Reached only if the stream was read to its end before it was awaited.
            Err(Error::new(ErrorKind::InvalidInput, "the outcome of this watch was taken from its stream already"))
        })
    }
}

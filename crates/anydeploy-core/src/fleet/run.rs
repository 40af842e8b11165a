//! A fleet, and one run of it.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::Stream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::drive::drive;
use super::shared::{Deployers, Shared};
use super::{CheckpointStore, Directive, FleetEvent, FleetPlan, FleetReport, NotBegun};
use crate::{Deployer, Error, ErrorKind, Result};

/// A plan, with the deployers of its profiles.
///
/// ```
/// use anydeploy_core::fleet::{Fleet, FleetPlan, Member, MemoryCheckpoint};
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_core::{DeployRequest, Target};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let platform = MemoryDeployer::new().with_application("api").with_application("web").with_ticks_per_read(1);
/// let member = |name: &str| Member::new(name, "production", DeployRequest::new(Target::application(name)));
/// let fleet = Fleet::new(FleetPlan::new([member("api"), member("web")])).with_deployer("production", platform);
///
/// let report = fleet.run(MemoryCheckpoint::new()).await?;
/// assert!(report.is_success(), "{report}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fleet {
    pub(super) plan: Arc<FleetPlan>,
    pub(super) deployers: Deployers,
}

impl Fleet {
    /// A plan without deployers.
    #[must_use]
    pub fn new(plan: FleetPlan) -> Self {
        Self { plan: Arc::new(plan), deployers: Deployers::new() }
    }

    /// The deployer of a profile; an `Arc<dyn Deployer>` will do.
    #[must_use]
    pub fn with_deployer(mut self, profile: impl Into<String>, deployer: impl Deployer) -> Self {
        self.deployers.insert(profile.into(), Arc::new(deployer));
        self
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &FleetPlan {
        &self.plan
    }

    /// Begins the fleet, or takes it up where the checkpoint says.
    ///
    /// A checkpoint that has another owner too is passed as an `Arc`; one run at a time uses it, until it ends or is dropped.
    #[must_use]
    pub fn run(&self, store: impl CheckpointStore) -> FleetRun {
        let (sender, events) = unbounded_channel();
        let shared = Shared::new(Arc::clone(&self.plan), self.deployers.clone(), Arc::new(store), sender);
        let shared = Arc::new(shared);
        let control = FleetControl(Arc::clone(&shared));
        let checked = self.check();
        let run = async move {
            checked?;
            drive(shared).await
        };
        FleetRun { events, control, run: Some(run.boxed()), end: None }
    }
}

/// One run of a fleet: a stream of what happens, and a future of its report.
///
/// It does nothing until it is polled.
/// As a stream it ends with one [`FleetEvent::Ended`] or one error; awaited, it yields that report or error alone.
///
/// # Cancel safety
/// A run may be dropped at any point, and its process killed: the deployments go on, and nothing is cancelled.
/// [`FleetControl::report`] says which members were triggered, also after the run was dropped, and the next run over the same
/// checkpoint takes the fleet up.
/// A fleet that was stopped by [`FleetControl::stop`], [`FleetControl::cancel`] or its stop condition stays stopped also
/// then: what was not begun is not begun, and what is under way is watched, or cancelled, to its end.
///
/// # Errors
/// What goes wrong with a member is a result in the report; the run itself ends with an error in these cases:
/// * [`ErrorKind::InvalidInput`] if the plan has mistakes, with all of them in one message, or if it is not the plan of the
///   checkpoint, with what differs; nothing was sent.
/// * [`ErrorKind::Conflict`] if another run uses the checkpoint; nothing was sent.
/// * The error of the checkpoint, if it cannot be read or written.
///   What is under way goes on without the run, which can be resumed.
pub struct FleetRun {
    events: UnboundedReceiver<FleetEvent>,
    control: FleetControl,
    /// Until it is over.
    run: Option<BoxFuture<'static, Result<FleetReport>>>,
    /// What the stream ends with.
    end: Option<Result<FleetReport>>,
}

impl FleetRun {
    /// What steers the run from elsewhere.
    #[must_use]
    pub fn control(&self) -> FleetControl {
        self.control.clone()
    }
}

impl fmt::Debug for FleetRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetRun").finish_non_exhaustive()
    }
}

impl Stream for FleetRun {
    type Item = Result<FleetEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // What has happened is reported before anything more is done.
        if let Ok(event) = self.events.try_recv() {
            return Poll::Ready(Some(Ok(event)));
        }
        if let Some(run) = &mut self.run
            && let Poll::Ready(end) = run.poll_unpin(context)
        {
            (self.run, self.end) = (None, Some(end));
        }
        if let Ok(event) = self.events.try_recv() {
            return Poll::Ready(Some(Ok(event)));
        }
        match self.end.take() {
            Some(end) => Poll::Ready(Some(end.map(FleetEvent::Ended))),
            None if self.run.is_some() => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

impl IntoFuture for FleetRun {
    type Output = Result<FleetReport>;
    type IntoFuture = BoxFuture<'static, Result<FleetReport>>;

    fn into_future(mut self) -> Self::IntoFuture {
        async move {
            while let Some(event) = self.next().await {
                if let FleetEvent::Ended(report) = event? {
                    return Ok(report);
                }
            }
            // Reached only if the stream was read to its end before it was awaited.
            Err(Error::new(ErrorKind::InvalidInput, "the report of this run was taken from its stream already"))
        }
        .boxed()
    }
}

/// Steers a run from elsewhere, and says how it stands, also after it was dropped.
///
/// [`stop`](Self::stop) and [`cancel`](Self::cancel) hold at once for this run, and for one that resumes it once
/// [`FleetEvent::Stopped`] was reported; so poll the run on, and do not drop it with the call.
#[derive(Clone, Debug)]
pub struct FleetControl(Arc<Shared>);

impl FleetControl {
    /// Lets a wave begin that waits at its [gate](FleetPlan::gate), and all before it; waves are counted from 0.
    pub fn go(&self, wave: usize) {
        self.0.let_go.send_if_modified(|waves| {
            let is_new = *waves <= wave;
            *waves = (*waves).max(wave.saturating_add(1));
            is_new
        });
    }

    /// Begins nothing more; what is under way is watched to its end.
    pub fn stop(&self) {
        self.0.obey(Directive::Stop(NotBegun::Stopped));
    }

    /// Begins nothing more, and cancels what is under way; the run ends when all of it is over.
    pub fn cancel(&self) {
        self.0.obey(Directive::Cancel(NotBegun::Cancelled));
    }

    /// How each member stands now.
    #[must_use]
    pub fn report(&self) -> FleetReport {
        self.0.report()
    }
}

//! The steps of one member, from its intent to its end.

mod watching;

use std::sync::Arc;
use std::time::SystemTime;

use chrono::Utc;
use tokio::time::sleep;

use super::shared::Shared;
use super::{FleetEvent, Member, MemberResult, MemberStage, NotBegun, Triggered, Until};
use crate::ext::wait_for_earlier;
use crate::{
    Backoff, CallKind, Deployer, DeployerExt, Deployment, Error, ErrorKind, HealthReading, Intent, Jitter, Result,
};

/// Brings a member from where it stands to its end.
///
/// `resumed` says that another run, or an earlier one, may have sent its intent.
///
/// # Errors
/// Those of the checkpoint; what goes wrong with the member is its result.
pub(super) async fn advance(shared: &Shared, index: usize, resumed: bool) -> Result<()> {
    let member = &shared.plan.members[index];
    // Every profile has a deployer, as the plan was checked.
    let Some(deployer) = shared.deployers.get(&member.profile) else { return Ok(()) };
    let step = Step { shared, index, member, deployer, tries: tries(shared, deployer) };
    step.run(resumed).await
}

/// How often a call is made again, and how long is waited before.
fn tries(shared: &Shared, deployer: &Arc<dyn Deployer>) -> Backoff {
    let watch = &shared.plan.watch;
    let first = watch.first_interval.unwrap_or_else(|| deployer.capabilities().poll_interval);
    Backoff::new(first, watch.longest_interval)
        .with_growth(1.5)
        .with_jitter(Jitter::Fifth)
        .with_attempts(watch.tolerated_failures.saturating_add(1))
}

/// One member on its way.
struct Step<'a> {
    shared: &'a Shared,
    index: usize,
    member: &'a Member,
    deployer: &'a Arc<dyn Deployer>,
    /// The tries of what fails without effect.
    tries: Backoff,
}

impl Step<'_> {
    async fn run(mut self, resumed: bool) -> Result<()> {
        let mut resumed = resumed;
        loop {
            match self.shared.stage(self.index) {
                MemberStage::Waiting => Box::pin(self.prepare()).await?,
                MemberStage::Prepared { intent, before } if resumed => {
                    Box::pin(self.recover(&intent, before)).await?;
                }
                MemberStage::Prepared { intent, before } => Box::pin(self.send(&intent, before)).await?,
                MemberStage::Sent { id, sent_at, before } => {
                    let mut options = self.shared.plan.watch.clone();
                    if resumed {
                        let ends_at = SystemTime::from(sent_at).checked_add(options.deadline);
                        options.until = [options.until, ends_at].into_iter().flatten().min();
                    }
                    Box::pin(self.watch(id, sent_at, before, options)).await?;
                }
                MemberStage::Deployed { id, outcome, before } => {
                    Box::pin(self.settle(id, *outcome, before)).await?;
                }
                MemberStage::Done { .. } => return Ok(()),
            }
            resumed = false;
        }
    }

    async fn record(&self, stage: MemberStage) -> Result<()> {
        self.shared.record(self.index, stage).await
    }

    async fn done(&self, result: MemberResult) -> Result<()> {
        self.record(MemberStage::Done { result }).await
    }

    async fn failed(&self, triggered: Triggered, error: Error) -> Result<()> {
        self.done(MemberResult::Failed { triggered, error }).await
    }

    /// Why the member must not begin any more, if it must not.
    fn stopped(&self) -> Option<NotBegun> {
        self.shared.directive.borrow().why()
    }

    /// Waits before a call is made again; `false` if it was made often enough.
    async fn again(&mut self, error: &Error) -> bool {
        let Some(wait) = self.tries.next(error.retry_after()) else { return false };
        self.shared.emit(FleetEvent::Trouble { member: self.member.name.clone(), error: error.clone() });
        sleep(wait).await;
        true
    }

    /// Reads what the deployment is compared with later, and stores it before anything is sent.
    async fn prepare(&mut self) -> Result<()> {
        if let Some(why) = self.stopped() {
            return self.shared.not_begun(self.index, why).await;
        }
        let read = async {
            let before = match self.member.until {
                Until::Over => None,
                Until::Healthy => Some(Box::new(self.deployer.health_of(self.member.request.target()).await?)),
            };
            Ok((self.deployer.prepare(&self.member.request).await?, before))
        };
        let read: Result<(Intent, Option<Box<HealthReading>>)> = read.await;
        match read {
            Ok((intent, before)) => self.record(MemberStage::Prepared { intent: Box::new(intent), before }).await,
            Err(error) if error.may_call_again(CallKind::Read) && self.again(&error).await => Ok(()),
            Err(error) => self.failed(Triggered::No, error).await,
        }
    }

    /// Sends the trigger of an intent that is stored.
    async fn send(&mut self, intent: &Intent, before: Option<Box<HealthReading>>) -> Result<()> {
        if let Some(why) = self.stopped() {
            return self.shared.not_begun(self.index, why).await;
        }
        let error = match self.deployer.send(intent).await {
            Ok(deployment) => return self.sent(deployment, before).await,
            Err(error) => error,
        };
        let may_prepare = error.kind() == ErrorKind::IntentExpired || error.may_call_again(CallKind::Trigger);
        if may_prepare && self.pass_earlier(&error).await && self.again(&error).await {
            self.shared.not_triggered(self.index);
            return Ok(());
        }
        let triggered = if error.is_safe_to_repeat() { Triggered::No } else { Triggered::Unknown };
        self.failed(triggered, error).await
    }

    /// Waits for a deployment that was running before and took the place of the member's own; `false` if it is not over
    /// in time.
    async fn pass_earlier(&mut self, error: &Error) -> bool {
        let Some(earlier) = error.last().filter(|_| error.kind() == ErrorKind::AlreadyRunning) else { return true };
        let options = &self.shared.plan.watch;
        self.shared.emit(FleetEvent::Trouble { member: self.member.name.clone(), error: error.clone() });
        let deployer = Arc::clone(self.deployer);
        let wait = wait_for_earlier(deployer, earlier.clone(), options.clone(), options.ends_at());
        // What few members need is in a box, so that a member takes little memory.
        Box::pin(wait).await.is_ok()
    }

    /// Searches for the deployment of an intent that another run stored; nothing is triggered.
    async fn recover(&mut self, intent: &Intent, before: Option<Box<HealthReading>>) -> Result<()> {
        loop {
            let error = match self.deployer.recover(intent).await {
                Ok(deployment) => return self.sent(deployment, before).await,
                Err(error) => error,
            };
            if error.kind() == ErrorKind::NotTriggered {
                self.shared.not_triggered(self.index);
                return Ok(());
            }
            if !(error.may_call_again(CallKind::Read) && self.again(&error).await) {
                return self.failed(Triggered::Unknown, error).await;
            }
        }
    }

    async fn sent(&mut self, deployment: Deployment, before: Option<Box<HealthReading>>) -> Result<()> {
        let (member, id) = (self.member.name.clone(), deployment.id.clone());
        self.record(MemberStage::Sent { id: deployment.id, sent_at: Utc::now(), before }).await?;
        self.shared.emit(FleetEvent::Sent { member, id });
        Ok(())
    }
}

//! What follows the trigger of a member: its watch, its cancellation and its health.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::future::{Either, select};
use tokio::sync::watch::Receiver;
use tokio::time::sleep;

use super::Step;
use crate::fleet::{Directive, FleetEvent, MemberResult, MemberStage, Triggered, Until};
use crate::{
    CallKind, DeployerExt, DeploymentId, Error, ErrorKind, HealthReading, Outcome, Result, Rollout, Watch, WatchEvent,
    WatchOptions,
};

/// How often a deployment is asked to be cancelled.
const MAX_CANCELS: u32 = 5;

/// What a member that is watched goes on with.
enum Next {
    /// An event of the watch; `None` after its end.
    Event(Option<Box<Result<WatchEvent>>>),
    /// The fleet is cancelled.
    Cancel,
}

/// Waits for the next event, or for the directive to cancel if it was not obeyed yet.
async fn next(watch: &mut Watch, directive: &mut Receiver<Directive>, is_cancelled: bool) -> Next {
    if is_cancelled {
        return Next::Event(watch.next().await.map(Box::new));
    }
    let cancelled = async { drop(directive.wait_for(|directive| matches!(directive, Directive::Cancel(_))).await) };
    match select(watch.next(), Box::pin(cancelled)).await {
        Either::Left((event, _)) => Next::Event(event.map(Box::new)),
        Either::Right(((), _)) => Next::Cancel,
    }
}

impl Step<'_> {
    /// Watches a deployment until it is over, and cancels it if the fleet is.
    pub(super) async fn watch(
        &mut self,
        mut id: DeploymentId,
        sent_at: DateTime<Utc>,
        before: Option<Box<HealthReading>>,
        options: WatchOptions,
    ) -> Result<()> {
        let mut watch = Arc::clone(self.deployer).watch(&id, options);
        let mut directive = self.shared.in_force.subscribe();
        let mut is_cancelled = false;
        // Most of its time a member waits here, so that what follows an event is in a box.
        loop {
            match Box::pin(next(&mut watch, &mut directive, is_cancelled)).await {
                Next::Cancel => {
                    is_cancelled = true;
                    Box::pin(self.cancel(&id)).await;
                }
                Next::Event(event) => match Box::pin(self.take(event, id, sent_at, before.as_deref())).await? {
                    Some(newer) => id = newer,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Takes an event of a watch; the id of the deployment while it goes on.
    async fn take(
        &self,
        event: Option<Box<Result<WatchEvent>>>,
        id: DeploymentId,
        sent_at: DateTime<Utc>,
        before: Option<&HealthReading>,
    ) -> Result<Option<DeploymentId>> {
        let member = self.member.name.clone();
        let boxed = || before.cloned().map(Box::new);
        match event.map(|event| *event) {
            Some(Ok(WatchEvent::Changed(deployment))) => {
                let newer = deployment.id.clone();
                if newer != id {
                    // A later read made the id more precise.
                    self.record(MemberStage::Sent { id: newer.clone(), sent_at, before: boxed() }).await?;
                }
                self.shared.emit(FleetEvent::Changed { member, deployment: Box::new(deployment) });
                return Ok(Some(newer));
            }
            Some(Ok(WatchEvent::Trouble { error, .. })) => self.shared.emit(FleetEvent::Trouble { member, error }),
            Some(Ok(WatchEvent::Progress(_))) => {}
            Some(Ok(WatchEvent::Ended(outcome))) => return self.over(id, outcome, boxed()).await.map(|()| None),
            Some(Err(error)) => return self.failed(Triggered::Yes(id), error).await.map(|()| None),
            None => {
                let error = Error::new(ErrorKind::NoAnswer, "the watch ended without an outcome").of_read();
                return self.failed(Triggered::Yes(id), error).await.map(|()| None);
            }
        }
        Ok(Some(id))
    }

    /// Asks the platform to stop a deployment; whether it does is seen by the watch.
    async fn cancel(&mut self, id: &DeploymentId) {
        let mut asked = 1;
        let error = loop {
            match self.deployer.cancel_deployment(id).await {
                Ok(_) => break None,
                Err(error) if error.may_call_again(CallKind::Cancel) && asked < MAX_CANCELS => {
                    asked += 1;
                    sleep(self.tries.pause(error.retry_after())).await;
                }
                Err(error) => break Some(error),
            }
        };
        self.shared.emit(FleetEvent::CancelAsked { member: self.member.name.clone(), error });
    }

    async fn over(&self, id: DeploymentId, outcome: Outcome, before: Option<Box<HealthReading>>) -> Result<()> {
        let id = outcome.deployment().map_or(id, |deployment| deployment.id.clone());
        if outcome.is_success() && self.member.until == Until::Healthy {
            self.record(MemberStage::Deployed { id, outcome: Box::new(outcome), before }).await?;
            self.shared.emit(FleetEvent::Settling { member: self.member.name.clone() });
            return Ok(());
        }
        self.done(MemberResult::Ended { id, rollout: Box::new(Rollout::new(outcome, None)) }).await
    }

    /// Waits until it is decided whether the target of a deployment that succeeded is healthy.
    pub(super) async fn settle(
        &self,
        id: DeploymentId,
        outcome: Outcome,
        before: Option<Box<HealthReading>>,
    ) -> Result<()> {
        let mut healthy = self.shared.plan.healthy.clone();
        healthy.before = before.map(|before| *before);
        let target = self.member.request.target();
        match self.deployer.await_health(target, healthy, self.shared.plan.watch.clone()).await {
            Ok(verdict) => {
                let rollout = Box::new(Rollout::new(outcome, Some(verdict)));
                self.done(MemberResult::Ended { id, rollout }).await
            }
            Err(error) => {
                let error = error.with_last(outcome.deployment().cloned()).with_safe_to_repeat(false);
                self.failed(Triggered::Yes(id), error).await
            }
        }
    }
}

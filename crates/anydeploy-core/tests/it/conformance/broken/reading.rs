//! What a broken deployer does when it reads a deployment.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anydeploy_core::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, HistoryOptions,
    Identity, Phase, RanRevision, Result, Revision,
};

use super::{Broken, Fault, as_kind};
use crate::conformance::harness::TOKEN;

impl Broken {
    pub(super) async fn read_badly(&self, id: &DeploymentId) -> Result<Deployment> {
        match self.fault {
            Fault::KnowsOnlyItsOwnIds if !self.own_ids.lock().unwrap().contains(id) => {
                return Err(Error::new(ErrorKind::NotFound, "not one of mine"));
            }
            Fault::PollsInTheBackground if !self.polls.swap(true, Ordering::SeqCst) => self.poll_for_ever(id.clone()),
            Fault::TriggersWhenItReads => drop(self.inner.deploy(&DeployRequest::new(id.target().clone())).await),
            Fault::PanicsOnHostileIds => assert!(id.get("deployment").is_none_or(|text| text.len() < 100), "too long"),
            Fault::ReadsForeignIds if *id.platform() != self.platform() => {
                let deployment = self.inner.triggered().first().map(|trigger| trigger.id.clone());
                return self.inner.deployment(&deployment.unwrap_or_else(|| id.clone())).await;
            }
            _ => {}
        }
        let first = !self.read.lock().unwrap().contains(id);
        self.read.lock().unwrap().push(id.clone());
        match self.inner.deployment(id).await {
            Ok(mut deployment) if self.has(Fault::ResolvesAtTheSecondRead) && first => {
                deployment.identity = Identity::Pending;
                Ok(deployment)
            }
            Ok(deployment) => self.see_badly(deployment).await,
            Err(error) => self.miss_badly(id, error).await,
        }
    }

    async fn see_badly(&self, mut deployment: Deployment) -> Result<Deployment> {
        let history = self.inner.history_of(deployment.target(), HistoryOptions::default()).await?;
        let phase = &mut deployment.status.phase;
        match (self.fault, *phase) {
            (Fault::TakesUnknownForSuccess, Phase::Unknown)
            | (Fault::TakesFailureForSuccess | Fault::SucceedsWithAnyRevision, Phase::Failed)
            | (Fault::TakesQueuedForSuccess, Phase::Queued)
            | (Fault::TakesRunningForSuccess, Phase::Running) => *phase = Phase::Succeeded,
            (Fault::TakesCancelledForFailed, Phase::Cancelled) | (Fault::TakesUnknownForFailure, Phase::Unknown) => {
                *phase = Phase::Failed;
            }
            (Fault::TakesUnknownForRunning, Phase::Unknown) => *phase = Phase::Running,
            (Fault::ForgetsUnknownWords, Phase::Unknown) => deployment.status.raw.clear(),
            (Fault::ReportsTheRevisionThatWasAsked, Phase::Failed) => {
                let triggered = self.inner.triggered();
                let asked = triggered.iter().find(|trigger| trigger.id == deployment.id);
                if let Some(Revision::Commit(commit)) = asked.map(|trigger| trigger.request.revision()) {
                    deployment.status.phase = Phase::Succeeded;
                    deployment.revision = RanRevision::Commit(commit.clone());
                }
            }
            (Fault::RenamesWhatItReads, _) => {
                if let Some(newest) = history.into_iter().next() {
                    deployment.id = newest.id;
                }
            }
            (Fault::NeverResolves, _) => deployment.identity = Identity::Pending,
            (Fault::TakesAnOlderEnding, _) => {
                if let Some(over) = history.into_iter().find(Deployment::is_over) {
                    deployment.status = over.status;
                }
            }
            (Fault::ReportsTheNewest, _) => {
                if let Some(newest) = history.into_iter().next() {
                    deployment.status = newest.status;
                }
            }
            (Fault::MixesCallersUp, _) => {
                if let Some(last) = self.inner.triggered().last() {
                    deployment.status = self.inner.deployment(&last.id).await?.status;
                }
            }
            _ => {}
        }
        Ok(deployment)
    }

    async fn miss_badly(&self, id: &DeploymentId, error: Error) -> Result<Deployment> {
        match (self.fault, error.kind()) {
            (Fault::InventsWhatIsNotThere, ErrorKind::NotFound)
            | (Fault::TakesSilenceForSuccess, ErrorKind::NoAnswer) => {
                let status = DeploymentStatus::new(Phase::Succeeded, "succeeded");
                Ok(Deployment::new(id.clone(), Identity::Exact, status))
            }
            (Fault::IgnoresMalformedIds, ErrorKind::InvalidInput) => {
                let history = self.inner.history_of(id.target(), HistoryOptions::newest(1)).await?;
                history.into_iter().next().ok_or(error)
            }
            (Fault::TakesSilenceForALoss, ErrorKind::NoAnswer) => Err(as_kind(&error, ErrorKind::NotFound)),
            (Fault::QuotesItsToken, kind) => Err(as_kind(&error, kind).with_server_message(TOKEN)),
            _ => Err(error),
        }
    }

    fn poll_for_ever(&self, id: DeploymentId) {
        let inner = self.inner.clone();
        tokio::spawn(async move {
            loop {
                let _ = inner.deployment(&id).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
}

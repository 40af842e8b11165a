//! What a broken deployer does when it deploys or cancels.

use std::sync::atomic::Ordering;

use anydeploy_core::{
    DeployRequest, Deployer, Deployment, DeploymentId, DeploymentStatus, ErrorKind, HistoryOptions, Identity, Phase,
    Platform, Result, TargetKind,
};

use super::{Broken, Error, Fault, as_kind};

impl Broken {
    pub(super) async fn deploy_badly(&self, request: &DeployRequest) -> Result<Deployment> {
        match self.fault {
            Fault::NeverAnswers => return std::future::pending().await,
            Fault::TriggersTwice => drop(self.inner.deploy(request).await?),
            Fault::StaysBusyWhenDropped => {
                if self.busy.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(ErrorKind::Conflict, "another trigger is under way"));
                }
                tokio::task::yield_now().await;
            }
            _ => {}
        }
        let answer = self.inner.deploy(request).await;
        self.busy.store(false, Ordering::SeqCst);
        match answer {
            Ok(deployment) => self.tell_badly(deployment).await,
            Err(error) => self.fail_badly(request, error).await,
        }
    }

    async fn tell_badly(&self, mut deployment: Deployment) -> Result<Deployment> {
        self.own_ids.lock().unwrap().push(deployment.id.clone());
        match self.fault {
            Fault::NamesAnotherPlatform => {
                deployment.id = DeploymentId::new(Platform::Qovery, deployment.target().clone());
            }
            Fault::TellsTheSameTwice => {
                let history = self.inner.history(deployment.target(), HistoryOptions::default()).await?;
                return Ok(history.into_iter().rfind(|past| !past.is_over()).unwrap_or(deployment));
            }
            _ => {}
        }
        Ok(deployment)
    }

    async fn fail_badly(&self, request: &DeployRequest, error: Error) -> Result<Deployment> {
        let invented = || {
            let id = DeploymentId::new(self.platform(), request.target().clone()).with("deployment", "1");
            Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Queued, "queued"))
        };
        match (self.fault, error.kind()) {
            (Fault::RepeatsBlindly, ErrorKind::Undecidable) => self.inner.deploy(request).await,
            (Fault::CallsALostAnswerSafe, ErrorKind::Undecidable) => Err(error.with_safe_to_repeat(true)),
            (Fault::InventsTargets, ErrorKind::NotFound) => Ok(invented()),
            (Fault::SendsUnusableTargets, ErrorKind::InvalidInput) => Err(as_kind(&error, ErrorKind::Rejected)),
            (Fault::LooksForAnyKind, ErrorKind::Unsupported)
                if matches!(request.target().kind(), TargetKind::Other(_)) =>
            {
                Err(as_kind(&error, ErrorKind::NotFound))
            }
            _ => Err(error),
        }
    }

    pub(super) async fn cancel_badly(&self, id: &DeploymentId) -> Result<Deployment> {
        match self.fault {
            Fault::CancelsNothing => {
                let mut deployment = self.inner.deployment(id).await?;
                deployment.status = DeploymentStatus::new(Phase::Cancelling, "cancelling");
                Ok(deployment)
            }
            Fault::CancelsWhatIsOver => match self.inner.cancel(id).await {
                Err(error) if error.kind() == ErrorKind::Conflict => self.inner.deployment(id).await,
                answer => answer,
            },
            _ => self.inner.cancel(id).await,
        }
    }
}

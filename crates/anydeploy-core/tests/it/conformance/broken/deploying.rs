//! What a broken deployer does when it deploys or cancels.

use std::sync::atomic::Ordering;
use std::time::Duration;

use anydeploy_core::{
    Action, Adoption, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, ErrorKind,
    HistoryOptions, Identity, Phase, Platform, Result, Revision, TargetKind,
};

use super::{Broken, Error, Fault, as_kind};
use crate::conformance::harness::TOKEN;

impl Broken {
    pub(super) async fn deploy_badly(&self, request: &DeployRequest) -> Result<Deployment> {
        let sent = self.send_badly(request);
        match self.fault {
            Fault::NeverAnswers => return std::future::pending().await,
            Fault::TriggersTwice => drop(self.inner.deploy(request).await?),
            Fault::StaysBusyWhenDropped => {
                if self.busy.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(ErrorKind::Conflict, "another trigger is under way"));
                }
                tokio::task::yield_now().await;
            }
            Fault::SendsInTheBackground => {
                let inner = self.inner.clone();
                let task = tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    inner.deploy(&sent).await
                });
                return task.await.unwrap();
            }
            Fault::RefusesAfterTheTrigger if sent != DeployRequest::new(sent.target().clone()) => {
                self.inner.deploy(&sent).await?;
                return Err(Error::unsupported(self.platform(), "an option"));
            }
            _ => {}
        }
        let answer = self.act_badly(&sent).await;
        self.busy.store(false, Ordering::SeqCst);
        match answer {
            Ok(deployment) => self.answer_badly(deployment).await,
            Err(error) => self.fail_badly(request, error).await,
        }
    }

    /// What reaches the platform of a request.
    fn send_badly(&self, request: &DeployRequest) -> DeployRequest {
        // What a fault does with an action is another one's.
        if request.action() != Action::Deploy {
            return request.clone();
        }
        let bare = || DeployRequest::new(request.target().clone());
        match (self.fault, request.revision()) {
            (Fault::DropsItsOptions, _) | (Fault::DropsTheCommit, Revision::Commit(_)) => bare(),
            (Fault::SendsAnotherCommit, Revision::Commit(_)) => {
                bare().with_revision(Revision::Commit("0000000".to_owned()))
            }
            (Fault::AdoptsWhatRuns, _) => request.clone().with_adoption(Adoption::Any),
            (Fault::RefusesToAdoptAnything, _) => request.clone().with_adoption(Adoption::Fresh),
            _ => request.clone(),
        }
    }

    async fn answer_badly(&self, mut deployment: Deployment) -> Result<Deployment> {
        self.own_ids.lock().unwrap().push(deployment.id.clone());
        match self.fault {
            Fault::NamesAnotherPlatform => {
                deployment.id = DeploymentId::new(Platform::new("gamma"), deployment.target().clone());
            }
            Fault::GivesAnUnreadableId => deployment.id = deployment.id.with("pad", "x".repeat(5000)),
            Fault::AdoptsWhatRuns => deployment.identity = Identity::Exact,
            Fault::LinksWithItsToken => deployment.url = Some(format!("https://example.com/?token={TOKEN}")),
            Fault::NamesOneDeploymentTwice => {
                let history = self.inner.history_of(deployment.target(), HistoryOptions::default()).await?;
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
        let history = self.inner.history_of(request.target(), HistoryOptions::default()).await.unwrap_or_default();
        match (self.fault, error.kind()) {
            (Fault::RepeatsBlindly, ErrorKind::Undecidable) => self.inner.deploy(request).await,
            (Fault::RepeatsWhereAHistoryExists, ErrorKind::Undecidable) if !history.is_empty() => {
                self.inner.deploy(request).await
            }
            (Fault::FindsTheOldest, ErrorKind::Undecidable) => history.into_iter().next_back().ok_or(error),
            (Fault::FindsTheNewestWhenNothingArrived, ErrorKind::Undecidable) => {
                history.into_iter().next().ok_or(error)
            }
            (Fault::CallsALostAnswerSafe, ErrorKind::Undecidable) => Err(error.with_safe_to_repeat(true)),
            (Fault::ClaimsThatNothingWasTriggered, ErrorKind::Undecidable) => {
                Err(as_kind(&error, ErrorKind::NotTriggered))
            }
            (Fault::HidesTheEarlierDeployment, ErrorKind::AlreadyRunning) => Err(error.with_last(None)),
            (Fault::NamesAnotherAsTheEarlierDeployment, ErrorKind::AlreadyRunning) => {
                let other = self.inner.triggered()[0].id.clone().with("deployment", "999999");
                let status = DeploymentStatus::new(Phase::Running, "running");
                Err(error.with_last(Some(Deployment::new(other, Identity::Exact, status))))
            }
            (Fault::CallsAlreadyRunningUnsafe, ErrorKind::AlreadyRunning) => Err(error.with_safe_to_repeat(false)),
            (Fault::TriggersAndSaysAlreadyRunning, ErrorKind::AlreadyRunning) => {
                // The platform merges no build without the cache.
                self.inner.deploy(&request.clone().with_no_cache(true)).await?;
                Err(error)
            }
            (Fault::InventsTargets, ErrorKind::NotFound) => Ok(invented()),
            (Fault::CallsAnUnknownTargetTransient, ErrorKind::NotFound) => Err(as_kind(&error, ErrorKind::Unavailable)),
            (Fault::SendsUnusableTargets, ErrorKind::InvalidInput) => Err(as_kind(&error, ErrorKind::Rejected)),
            (Fault::SendsEmptyIds, ErrorKind::InvalidInput) if request.target().id().is_empty() => {
                Err(as_kind(&error, ErrorKind::NotFound))
            }
            (Fault::SearchesForAnyKind, ErrorKind::Unsupported) if is_strange(request) => {
                Err(as_kind(&error, ErrorKind::NotFound))
            }
            (Fault::AcceptsAnyKind, ErrorKind::Unsupported) if is_strange(request) => Ok(invented()),
            _ => Err(error),
        }
    }

    pub(super) async fn cancel_badly(&self, id: &DeploymentId) -> Result<Deployment> {
        match self.fault {
            Fault::CancelsNothing | Fault::ClaimsToHaveCancelled => {
                let mut deployment = self.inner.deployment(id).await?;
                let done = self.has(Fault::ClaimsToHaveCancelled);
                let phase = if done { Phase::Cancelled } else { Phase::Cancelling };
                deployment.status = DeploymentStatus::new(phase, phase.as_str());
                Ok(deployment)
            }
            Fault::CancelsEverything => {
                for trigger in self.inner.triggered() {
                    let _ = self.inner.cancel_deployment(&trigger.id).await;
                }
                self.inner.deployment(id).await
            }
            Fault::CancelsWhatIsOver | Fault::MissesWhatIsOver => match self.inner.cancel_deployment(id).await {
                Err(error) if error.kind() != ErrorKind::Conflict => Err(error),
                Err(error) if self.has(Fault::MissesWhatIsOver) => Err(as_kind(&error, ErrorKind::NotFound)),
                Err(_) => self.inner.deployment(id).await,
                answer => answer,
            },
            _ => self.inner.cancel_deployment(id).await,
        }
    }
}

fn is_strange(request: &DeployRequest) -> bool {
    matches!(request.target().kind(), TargetKind::Other(_))
}

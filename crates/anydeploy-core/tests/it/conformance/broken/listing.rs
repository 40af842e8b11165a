//! What a broken deployer does when it reads several deployments, a log or a service.

use anydeploy_core::{
    Deployer, DeployerExt, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, HistoryOptions, LogLine,
    LogOptions, LogPage, Phase, Result, Service, ServiceState, Target,
};

use super::{Broken, Fault};
use crate::conformance::harness::TOKEN;

impl Broken {
    pub(super) async fn batch_badly(&self, ids: &[DeploymentId]) -> Vec<Result<Deployment>> {
        let mut answers = self.inner.deployments(ids).await;
        match self.fault {
            Fault::AnswersInAnyOrder => answers.reverse(),
            Fault::FailsTheWholeBatch if answers.iter().any(Result::is_err) => {
                answers =
                    ids.iter().map(|_| Err(Error::new(ErrorKind::InvalidInput, "one of them is wrong"))).collect();
            }
            Fault::ReadsUnknownWordsInABatchAsFailure => answers.iter_mut().flatten().for_each(|deployment| {
                if deployment.status.phase == Phase::Unknown {
                    deployment.status.phase = Phase::Failed;
                }
            }),
            Fault::DropsFailuresFromABatch => answers.retain(Result::is_ok),
            _ => {}
        }
        answers
    }

    pub(super) async fn list_badly(&self, target: &Target, options: HistoryOptions) -> Result<Vec<Deployment>> {
        let options = if self.has(Fault::IgnoresTheLimit) { HistoryOptions::newest(100) } else { options };
        let mut history = self.inner.history_of(target, options).await?;
        match self.fault {
            Fault::ListsOldestFirst => history.reverse(),
            Fault::MixesTargetsInAHistory => history.iter_mut().for_each(|deployment| {
                deployment.id = DeploymentId::new(self.platform(), Target::application("another"));
            }),
            Fault::ReportsAHistoryAsRunning => history.iter_mut().for_each(|deployment| {
                deployment.status = DeploymentStatus::new(Phase::Running, "running");
            }),
            Fault::ListsUnknownWordsAsRunning => history.iter_mut().for_each(|deployment| {
                if deployment.status.phase == Phase::Unknown {
                    deployment.status.phase = Phase::Running;
                }
            }),
            Fault::ListsItsToken => history.iter_mut().for_each(|deployment| deployment.title = Some(TOKEN.to_owned())),
            _ => {}
        }
        Ok(history)
    }

    pub(super) async fn log_badly(&self, id: &DeploymentId, options: LogOptions) -> Result<LogPage> {
        let newest_first = self.inner.history_of(id.target(), HistoryOptions::newest(100)).await.unwrap_or_default();
        let whole = LogOptions::tail(10_000);
        match (self.fault, newest_first.first(), newest_first.last()) {
            (Fault::GivesTheNewestLog, Some(newest), _) => self.inner.logs_of(&newest.id, options).await,
            (Fault::GivesTheOldestLog, _, Some(oldest)) => self.inner.logs_of(&oldest.id, options).await,
            (Fault::SendsTheWholeLog, ..) => self.inner.logs_of(id, whole).await,
            (Fault::KeepsTheBeginningOfALog, ..) => {
                let mut page = self.inner.logs_of(id, whole).await?;
                page.truncated = page.lines.len() > options.tail;
                page.lines.truncate(options.tail);
                Ok(page)
            }
            (Fault::HidesThatALogWasCut, ..) => {
                let mut page = self.inner.logs_of(id, options).await?;
                page.truncated = false;
                Ok(page)
            }
            (Fault::StampsItsLinesAnew, ..) => {
                let mut page = self.inner.logs_of(id, options).await?;
                let read = self.read.lock().unwrap().len();
                self.read.lock().unwrap().push(id.clone());
                page.lines.iter_mut().for_each(|line| line.source = Some(format!("read {read}")));
                Ok(page)
            }
            (Fault::LogsItsToken, ..) => {
                let mut page = self.inner.logs_of(id, options).await?;
                page.lines.push(LogLine::new(format!("curl -H 'Authorization: {TOKEN}'")));
                Ok(page)
            }
            _ => self.inner.logs_of(id, options).await,
        }
    }

    pub(super) async fn serve_badly(&self, target: &Target) -> Result<Service> {
        match (self.fault, self.inner.service(target).await) {
            (Fault::ReportsAnotherService, Ok(mut service)) => {
                service.target = Target::application("another");
                Ok(service)
            }
            (Fault::InventsServices, Err(_)) => {
                Ok(Service::new(target.clone(), target.id(), ServiceState::Running, "running"))
            }
            (_, answer) => answer,
        }
    }
}

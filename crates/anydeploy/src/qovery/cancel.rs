//! Cancelling: a request that waits by itself, a running deployment with everything that is deployed along.

use qovery_client::types::{CancelEnvironmentDeploymentRequest, StateEnum};

use super::trail::{CANCELLED, ENVIRONMENT, EXECUTION, GONE, REQUEST, told};
use super::{Qovery, fail};
use crate::{Deployment, DeploymentId, Error, ErrorKind, Phase, Platform, Result, TargetKind};

impl Qovery {
    pub(super) async fn stop_deployment(&self, id: &DeploymentId) -> Result<Deployment> {
        let seen = self.read(id).await?;
        if seen.is_over() {
            return Err(conflict("the deployment is over already"));
        }
        let id = seen.id;
        let request = match (id.get(EXECUTION), id.get(REQUEST)) {
            (Some(_), _) => return self.stop_execution(&id).await,
            (None, Some(request)) if id.get(GONE).is_none() => request,
            _ => {
                return Err(conflict(
                    "the deployment is accepted and does not show yet, so it cannot be cancelled now",
                ));
            }
        };
        match self.client.cancel_deployment_request(request).await.map_err(fail) {
            Ok(_) => Ok(told(id.with(CANCELLED, "1"), Phase::Cancelled, StateEnum::Canceled.as_str())),
            // It may have left the queue since it was read.
            Err(error) => match error.kind() {
                ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden => {
                    let seen = self.read(&id).await?;
                    match seen.id.get(EXECUTION) {
                        Some(_) if !seen.is_over() => self.stop_execution(&seen.id).await,
                        _ => Err(error),
                    }
                }
                _ => Err(error),
            },
        }
    }

    /// Cancels whatever the environment is doing, after a look that it is this execution.
    async fn stop_execution(&self, id: &DeploymentId) -> Result<Deployment> {
        let environment = id.require(ENVIRONMENT)?;
        let look = self.look(environment).await?;
        if look.last() != id.get(EXECUTION) {
            return Err(conflict(
                "another deployment of the environment has come since, and would be cancelled instead",
            ));
        }
        // A running lifecycle job is cancelled only by force; which jobs are of that kind the target does not tell.
        let force = (*id.target().kind() == TargetKind::Job).then_some(true);
        let body = CancelEnvironmentDeploymentRequest { force_cancel: force };
        self.client.cancel_environment_deployment(environment, &body).await.map_err(fail)?;
        self.read(id).await
    }
}

fn conflict(message: &'static str) -> Error {
    Error::new(ErrorKind::Conflict, message).with_platform(Platform::Qovery)
}

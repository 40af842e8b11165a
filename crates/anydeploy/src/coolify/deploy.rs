//! Triggering a deployment, and proving which one it is.

use coolify_client::types::{DeployByTagOrUuidParams, Deployment as Row, ListDeploymentsByAppUuidParams};

use super::resource::Started;
use super::{Coolify, fail};
use crate::failure::trigger_failed;
use crate::{
    DeployRequest, Deployer, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Platform,
    Result, Revision, Target, TargetKind,
};

/// The operation that triggers, under Coolify's own name.
const TRIGGER: &str = "deploy-by-tag-or-uuid";

/// How many of the newest deployments are searched for the one that was adopted; at most 25 wait on one server.
const ADOPTABLE: i64 = 30;

impl Coolify {
    pub(super) async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        request.check(&Platform::Coolify, &self.capabilities())?;
        let target = request.target();
        let application = *target.kind() == TargetKind::Application;
        let params = parameters(request)?;
        let reply = self.client.deploy_by_tag_or_uuid(&params).await.map_err(|error| trigger_failed(fail(error)))?;
        let started = Started::at(reply.header("date"));
        let accepted = reply.into_value();
        let entry = accepted
            .deployments
            .into_iter()
            .find(|entry| entry.resource_uuid.as_deref().is_none_or(|uuid| uuid == target.id()));
        let Some(entry) = entry else {
            return Err(refusal("Coolify accepted the request and deployed nothing", ErrorKind::NotFound));
        };
        let message = entry.message.unwrap_or_default();
        match entry.deployment_uuid {
            Some(uuid) => self.confirm(target, &uuid, request.pull_request().unwrap_or(0)).await,
            // Coolify answers 200 when it refuses; such an entry has no id (4.3.11).
            None if application || message.starts_with("Unauthorized") => {
                let kind =
                    if message.starts_with("Unauthorized") { ErrorKind::PermissionDenied } else { ErrorKind::Rejected };
                Err(refusal("Coolify refused to deploy", kind).with_server_message(&message))
            }
            None => Ok(started.deployment(target, &message)),
        }
    }

    /// Reads the deployment back; an id that is not found is a phantom, and the one under way is adopted.
    async fn confirm(&self, target: &Target, uuid: &str, pull_request: u64) -> Result<Deployment> {
        let id = id_of(target, uuid);
        match self.client.get_deployment_by_uuid(uuid).await.map_err(fail) {
            Ok(reply) => Ok(self.told(target, reply.value(), Identity::Exact)),
            Err(error) if error.kind() == ErrorKind::NotFound => self.adopt(target, pull_request).await,
            // The deployment is accepted whatever this read says; whoever waits for it will learn why it cannot be read.
            Err(_) => {
                let status = DeploymentStatus::new(Phase::Queued, "accepted");
                Ok(Deployment::new(id, Identity::Inferred, status))
            }
        }
    }

    /// Finds the deployment that Coolify took the request for.
    async fn adopt(&self, target: &Target, pull_request: u64) -> Result<Deployment> {
        let params = ListDeploymentsByAppUuidParams { take: Some(ADOPTABLE), ..Default::default() };
        let reply = self.client.list_deployments_by_app_uuid(target.id(), &params).await.map_err(fail);
        let history = reply.map_err(|error| {
            refusal(
                "Coolify says that this is being deployed already, and which deployment it is cannot be read",
                ErrorKind::Conflict,
            )
            .with_source(error)
        })?;
        let rows = history.into_value().deployments;
        let same = |row: &&Row| row.pull_request_id.unwrap_or(0) == i64::try_from(pull_request).unwrap_or(i64::MAX);
        let under_way =
            rows.iter().filter(same).find(|row| matches!(super::phase(&row.status), Phase::Queued | Phase::Running));
        // The one under way may have ended between the two requests; it is then the newest.
        match under_way.or_else(|| rows.iter().find(same)) {
            Some(row) => Ok(self.told(target, row, Identity::Adopted)),
            None => Err(refusal(
                "Coolify says that this is being deployed already, and lists no such deployment",
                ErrorKind::Conflict,
            )),
        }
    }
}

pub(super) fn id_of(target: &Target, uuid: &str) -> DeploymentId {
    DeploymentId::new(Platform::Coolify, target.clone()).with("deployment", uuid)
}

/// The parameters of the trigger; all go into the query, which every version since 4.0 beta 298 reads.
fn parameters(request: &DeployRequest) -> Result<DeployByTagOrUuidParams> {
    let mut params = DeployByTagOrUuidParams { uuid: Some(request.target().id().to_owned()), ..Default::default() };
    // Before 4.2.0 the text `false` was taken for true, so it is never sent.
    params.force = request.no_cache().then_some(true);
    // `pr` is older than `pull_request_id` and means the same.
    params.pr = request.pull_request().map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    if *request.target().kind() != TargetKind::Application && (request.no_cache() || request.pull_request().is_some()) {
        return Err(Error::unsupported(Platform::Coolify, "options on the deployment of a service or database"));
    }
    match request.revision() {
        Revision::Current => {}
        Revision::ImageTag(tag) if request.pull_request().is_some() => params.docker_tag = Some(tag.clone()),
        Revision::ImageTag(_) => {
            return Err(Error::unsupported(
                Platform::Coolify,
                "an image tag without a pull request; set the application's tag first",
            ));
        }
        Revision::Commit(_) => return Err(Error::unsupported(Platform::Coolify, "deploying a given commit")),
        _ => return Err(Error::unsupported(Platform::Coolify, "this revision")),
    }
    Ok(params)
}

fn refusal(message: &'static str, kind: ErrorKind) -> Error {
    Error::new(kind, message).with_platform(Platform::Coolify).with_operation(TRIGGER).with_status(200)
}

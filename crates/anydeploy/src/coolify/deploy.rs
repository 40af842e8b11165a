//! Triggering a deployment, and proving which one it is.

use chrono::TimeDelta;
use coolify_client::types::{DeployAccepted, DeployByTagOrUuidParams, Deployment as Row};
use coolify_client::wire::Reply;

use super::lost::Before;
use super::resource::{SINCE, running_before, started};
use super::{Coolify, fail};
use crate::clock::{Moment, checked};
use crate::failure::{mask, trigger_failed};
use crate::flight::Flight;
use crate::time::moment;
use crate::{
    DeployRequest, Deployer, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Platform,
    Result, Revision, Target, TargetKind,
};

/// The operation that triggers, under Coolify's own name.
const TRIGGER: &str = "deploy-by-tag-or-uuid";

impl Coolify {
    pub(super) async fn trigger(&self, request: &DeployRequest) -> Result<Deployment> {
        request.check(&Platform::Coolify, &self.capabilities())?;
        let target = request.target();
        let params = parameters(request)?;
        if *target.kind() != TargetKind::Application {
            // What runs already says nothing about a start for a while.
            let ran = self.runs(target).await;
            // Coolify keeps no deployments of services and databases, so there is nothing to look for.
            let answer = self.client.deploy_by_tag_or_uuid(&params).await;
            let answer = answer.map_err(|error| trigger_failed(fail(error)))?;
            let accepted = self.accepted(target, &params, &Before::UNKNOWN, answer).await;
            return accepted.map(|accepted| if ran { running_before(accepted) } else { accepted });
        }
        // The deployments of a preview are told from those of production.
        let place = format!("{} {}", self.client.http().base_url(), params.pr.unwrap_or(0));
        let mut flight = Flight::begin(&place, target, self.grace / 2);
        let before = self.before(target).await?;
        flight.sent();
        let deployed = match self.client.deploy_by_tag_or_uuid(&params).await.map_err(fail) {
            Ok(reply) => self.accepted(target, &params, &before, reply).await,
            Err(error) if error.is_safe_to_repeat() => Err(error),
            Err(lost) => {
                flight.lost();
                self.find_lost(target, &before, &flight, &params, lost).await
            }
        };
        if deployed.as_ref().err().is_none_or(Error::is_safe_to_repeat) {
            flight.land();
        }
        deployed
    }

    /// Makes sense of the answer to a trigger.
    async fn accepted(
        &self,
        target: &Target,
        params: &DeployByTagOrUuidParams,
        before: &Before,
        reply: Reply<DeployAccepted>,
    ) -> Result<Deployment> {
        let application = *target.kind() == TargetKind::Application;
        let date = reply.header("date").map(str::to_owned);
        let accepted = reply.into_value();
        let said = accepted.message.map(|message| message.to_string());
        let entry = accepted
            .deployments
            .into_iter()
            .find(|entry| entry.resource_uuid.as_deref().is_none_or(|uuid| uuid == target.id()));
        let Some(entry) = entry else {
            // An unknown id is a 404; up to 4.0 beta 236 an accepted one is a message without any id.
            let error = refusal("Coolify accepted the request and names no deployment", ErrorKind::Undecidable);
            return Err(error.with_server_message(&mask(&said.unwrap_or_default())));
        };
        let message = entry.message.unwrap_or_default();
        match entry.deployment_uuid {
            Some(uuid) => {
                let since = checked(Moment::dated(date.as_deref()), before.at);
                let unconfirmed = Unconfirmed { pull_request: params.pr.unwrap_or(0), since };
                // With `force`, Coolify looks for no twin.
                let unconfirmed = Some(unconfirmed).filter(|_| params.force != Some(true));
                self.confirm(target, &uuid, unconfirmed, before).await
            }
            // Coolify answers 200 when it refuses; such an entry has no id (4.3.11).
            None if application || message.starts_with("Unauthorized") => {
                let kind =
                    if message.starts_with("Unauthorized") { ErrorKind::PermissionDenied } else { ErrorKind::Rejected };
                Err(refusal("Coolify refused to deploy", kind).with_server_message(&mask(&message)))
            }
            None => Ok(started(target, Moment::of(date.as_deref()), &message)),
        }
    }

    /// Reads the deployment back; an id that is not found is a phantom, and the one under way is adopted.
    async fn confirm(
        &self,
        target: &Target,
        uuid: &str,
        unconfirmed: Option<Unconfirmed>,
        before: &Before,
    ) -> Result<Deployment> {
        let pending = || {
            let id = id_of(target, uuid);
            let id = match unconfirmed {
                Some(unconfirmed) => unconfirmed.note(id),
                None => id,
            };
            Deployment::new(id, Identity::Pending, DeploymentStatus::new(Phase::Queued, "accepted"))
        };
        match self.client.get_deployment_by_uuid(uuid).await.map_err(fail) {
            Ok(reply) => Ok(self.told(target, reply.value(), Identity::Exact)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let Some(unconfirmed) = unconfirmed else { return Err(phantom()) };
                match self.adopt(target, unconfirmed, before).await {
                    Ok(Some(adopted)) => Ok(adopted),
                    Ok(None) => Err(phantom()),
                    Err(error) if error.kind() == ErrorKind::Undecidable => Err(error),
                    Err(_) => Ok(pending()),
                }
            }
            // The deployment is accepted whatever this read says; whoever waits for it will learn why it cannot be read.
            Err(_) => Ok(pending()),
        }
    }

    /// Finds the deployment that Coolify took the request for, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Undecidable`] if it may be one of several; Coolify does not say which.
    pub(super) async fn adopt(
        &self,
        target: &Target,
        unconfirmed: Unconfirmed,
        before: &Before,
    ) -> Result<Option<Deployment>> {
        let rows = self.newest(target).await?;
        let mut alive = rows.iter().filter(|row| unconfirmed.may_stand_for(row) && !before.was_over(row));
        match (alive.next(), alive.next()) {
            (found, None) => Ok(found.map(|row| self.told(target, row, Identity::Adopted))),
            _ => Err(refusal(
                "Coolify took the request for a deployment under way, and several may be meant",
                ErrorKind::Undecidable,
            )),
        }
    }
}

/// What has to be known to find the deployment behind an id that was not read back yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unconfirmed {
    pull_request: i64,
    /// The moment of the trigger's answer, if the server told it.
    since: Option<Moment>,
}

impl Unconfirmed {
    fn note(self, id: DeploymentId) -> DeploymentId {
        let id = id.with("unconfirmed", self.pull_request.to_string());
        match self.since {
            Some(since) => since.write(id, SINCE),
            None => id,
        }
    }

    /// What the id tells, if it was never confirmed.
    pub(super) fn of(id: &DeploymentId) -> Option<Self> {
        let pull_request = id.get("unconfirmed")?.parse().ok()?;
        Some(Self { pull_request, since: Moment::read(id, SINCE) })
    }

    /// Whether a deployment was under way when the trigger was answered, for the same pull request.
    fn may_stand_for(self, row: &Row) -> bool {
        // The date of an answer has whole seconds.
        let second = TimeDelta::seconds(1);
        let since = self.since.and_then(Moment::date);
        let at = |text: &Option<String>| text.as_deref().and_then(moment);
        let began_later = at(&row.created_at).zip(since).is_some_and(|(began, since)| began - since > second);
        let last_sign = at(&row.updated_at).or_else(|| at(&row.finished_at));
        let under_way = matches!(super::phase(&row.status), Phase::Queued | Phase::Running);
        let was_alive = under_way || last_sign.zip(since).is_some_and(|(sign, since)| since - sign <= second);
        row.pull_request_id.unwrap_or(0) == self.pull_request && was_alive && !began_later
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
    params.pr = request.pull_request().map(i64::try_from).transpose().map_err(|_| {
        Error::new(ErrorKind::InvalidInput, "there is no pull request of that number").with_platform(Platform::Coolify)
    })?;
    if *request.target().kind() != TargetKind::Application && (request.no_cache() || request.pull_request().is_some()) {
        return Err(Error::unsupported(Platform::Coolify, "options on the deployment of a service or database"));
    }
    match request.revision() {
        Revision::Configured => {}
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

/// The error of an id that leads nowhere, though what Coolify took the request for may have been there.
pub(super) fn phantom() -> Error {
    let message =
        "Coolify accepted the request under an id that it does not know, and lists no deployment it could stand for";
    refusal(message, ErrorKind::Undecidable)
}

fn refusal(message: &'static str, kind: ErrorKind) -> Error {
    Error::new(kind, message).with_platform(Platform::Coolify).with_operation(TRIGGER).with_status(200)
}

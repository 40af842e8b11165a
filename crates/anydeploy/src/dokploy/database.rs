//! What is done with a database: operations that the server answers when they are over, and that leave no row.
//!
//! The answer is the end, so the id holds it, and reading it later asks the server nothing.
//! A lost answer is decided by the status alone, which is no proof unless it shows the way of the operation.

use dokploy_client::types::DeploymentStatusEnum;
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::error::{FailedCommand, failed_command};
use super::operation::Operation;
use super::pending::{identified, identity_of};
use super::{ApplicationStatusEnum, Dokploy, status};
use crate::adapter::{Answer, Left, Resolution, Search, Trigger, Turn, retry_briefly, retry_read};
use crate::excerpt::excerpt;
use crate::{
    Action, DeployRequest, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Result,
    Target, Timing, platform,
};

const WAS: &str = "was";
const ENDED: &str = "ended";
const REASON: &str = "reason";

/// The most characters of a reason that an id holds.
const MAX_REASON_CHARS: usize = 200;

/// How the server begins what it answers with 500 when a deployment fails; the name of the engine and its sentence follow.
const DEPLOY_FAILED: &str = "Error on deploy ";

/// What was read before an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Before {
    engine: Engine,
    app_name: String,
    /// The status of the database.
    was: String,
}

impl Before {
    /// Reads a database on which something is about to be done.
    pub(super) async fn read(dokploy: &Dokploy, target: &Target, operation: Operation) -> Result<Self> {
        let (api, bound) = (&dokploy.api, dokploy.timing.server_restarts);
        let engine = retry_read(bound, || api.engine(target)).await.map_err(Error::of_read)?;
        let settings = retry_read(bound, || api.settings(target)).await.map_err(Error::of_read)?;
        if operation == Operation::Reload && settings.status == ApplicationStatusEnum::Running {
            // Its end would start the database as well, and set the same status.
            return Err(under_way().with_advice(
                "wait for it; if nothing is deployed, the server was restarted meanwhile, and a deployment repairs it",
            ));
        }
        Ok(Self { engine, app_name: settings.app_name, was: settings.status.as_str().to_owned() })
    }
}

/// The error of what must not be done beside the deployment of a database, which only its status shows.
pub(super) fn under_way() -> Error {
    let message = "a deployment of it is under way, which starts it at its end";
    Error::new(ErrorKind::Conflict, message).with_platform(platform::DOKPLOY).with_safe_to_repeat(true)
}

/// An operation on a database, as its id holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Applied {
    operation: Operation,
    was: String,
    /// How it ended; `None` while it goes on.
    ended: Option<DeploymentStatusEnum>,
    reason: Option<String>,
    identity: Identity,
}

impl Applied {
    /// What an id says of an operation.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        Ok(Self {
            operation: Operation::of_id(id)?,
            was: id.require(WAS)?.to_owned(),
            ended: id.get(ENDED).map(DeploymentStatusEnum::from),
            reason: id.get(REASON).map(str::to_owned),
            identity: identity_of(id),
        })
    }

    /// Reads the status, unless the end is known: what it says later is of later operations.
    pub(super) async fn read(mut self, dokploy: &Dokploy, target: &Target) -> Result<Deployment> {
        if self.ended.is_some() {
            return Ok(self.to_deployment(target, &ApplicationStatusEnum::Running));
        }
        let status = dokploy.api.settings(target).await?.status;
        self.ended = end_by(&status);
        Ok(self.to_deployment(target, &status))
    }

    /// The deployment, where `now` is the status of the database as long as the end is not known.
    fn to_deployment(&self, target: &Target, now: &ApplicationStatusEnum) -> Deployment {
        let mut id = DeploymentId::new(platform::DOKPLOY, target.clone()).with(WAS, &*self.was);
        if let Some(ended) = &self.ended {
            id = id.with(ENDED, ended.as_str());
        }
        if let Some(reason) = &self.reason {
            id = id.with(REASON, &**reason);
        }
        let status = match (&self.ended, now) {
            (Some(ended), _) => status::status(Some(ended)),
            (None, ApplicationStatusEnum::Running) => DeploymentStatus::new(Phase::Running, now.as_str()),
            // It was stopped since, or the word is not known.
            (None, _) => DeploymentStatus::new(Phase::Unknown, now.as_str()),
        };
        let deployment = Deployment::new(identified(id, self.identity), self.identity, status)
            .with_reason(self.reason.clone())
            .with_note(self.note().map(str::to_owned));
        self.operation.made(deployment)
    }

    /// What the operation did besides, or did not do.
    fn note(&self) -> Option<&'static str> {
        let restarted = self.operation == Operation::Reload && self.ended == Some(DeploymentStatusEnum::Done);
        restarted
            .then_some("it was stopped and started as it was deployed; settings that changed since need a deployment")
    }
}

/// The end that a status shows of a deployment that was seen running.
fn end_by(status: &ApplicationStatusEnum) -> Option<DeploymentStatusEnum> {
    match status {
        ApplicationStatusEnum::Done => Some(DeploymentStatusEnum::Done),
        ApplicationStatusEnum::Error => Some(DeploymentStatusEnum::Error),
        _ => None,
    }
}

/// The operation of one request, and what earlier polls of its search saw.
pub(super) struct DatabaseTrigger<'a> {
    dokploy: &'a Dokploy,
    request: &'a DeployRequest,
    operation: Operation,
    before: Before,
    /// Whether the status was seen to go the way of the operation.
    has_begun: bool,
}

impl Trigger for DatabaseTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.dokploy.timing
    }

    fn place(&self) -> (String, Target) {
        (self.dokploy.api.place(self.request.target()), self.request.target().clone())
    }

    fn pauses(&self) -> u32 {
        2
    }

    fn post<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Answer> {
        async move {
            let Before { engine, app_name, .. } = &self.before;
            let (api, id) = (&self.dokploy.api, self.request.target().id());
            let procedures = engine.procedures();
            let sent = match self.operation {
                Operation::Reload => api.reload(procedures, id, app_name).await,
                _ => api.deploy_database(procedures, id).await,
            };
            match sent {
                Ok(()) => Answer::accepted(self.ended(DeploymentStatusEnum::Done, None, Identity::Exact)),
                Err(error) => match self.failure(&error) {
                    Some(reason) => {
                        Answer::accepted(self.ended(DeploymentStatusEnum::Error, Some(reason), Identity::Exact))
                    }
                    None => Answer::of_error(error),
                },
            }
        }
        .boxed()
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        self.search_once(search).boxed()
    }

    fn left(&self, _: &Deployment) -> Option<Left> {
        None
    }
}

impl<'a> DatabaseTrigger<'a> {
    pub(super) fn new(dokploy: &'a Dokploy, request: &'a DeployRequest, before: Before) -> Self {
        let operation = match request.action() {
            Action::Restart => Operation::Reload,
            Action::Redeploy => Operation::Redeploy,
            _ => Operation::Deploy,
        };
        Self { dokploy, request, operation, before, has_begun: false }
    }

    fn ended(&self, ended: DeploymentStatusEnum, reason: Option<String>, identity: Identity) -> Deployment {
        self.applied(Some(ended), reason, identity)
    }

    fn applied(&self, ended: Option<DeploymentStatusEnum>, reason: Option<String>, identity: Identity) -> Deployment {
        let applied = Applied { operation: self.operation, was: self.before.was.clone(), ended, reason, identity };
        applied.to_deployment(self.request.target(), &ApplicationStatusEnum::Running)
    }

    /// Why the operation failed, if an error says that it was acted on and is over.
    fn failure(&self, error: &Error) -> Option<String> {
        let said = error.server_message().filter(|_| error.status() == Some(500))?.trim();
        if self.operation == Operation::Reload {
            // The stop before it, whose failure is not answered, is not undone.
            let what = match failed_command(error)? {
                FailedCommand::Refused => "the engine refused to start it again",
                FailedCommand::NotReached => "Dokploy did not reach the remote server to start it again",
            };
            let said = said.rsplit_once("Error response from daemon: ").map_or(said, |(_, said)| said);
            return Some(excerpt(&format!("{what}: {said}"), MAX_REASON_CHARS));
        }
        let said = said.strip_prefix(DEPLOY_FAILED)?;
        // The two sentences stand without a space between them.
        let said = said.strip_prefix(self.before.engine.word()).unwrap_or(said);
        Some(excerpt(said.strip_prefix("Error: ").unwrap_or(said), MAX_REASON_CHARS))
    }

    /// Reads whether the status goes, or went, the way of the operation.
    async fn search_once(&mut self, search: Search<'_>) -> Result<Resolution> {
        use ApplicationStatusEnum::{Done, Error, Idle, Running};
        let (api, target) = (&self.dokploy.api, self.request.target());
        let status = retry_briefly(|| api.settings(target)).await?.status;
        if search.turn.overlap().is_some() {
            return Ok(Resolution::Unresolved(
                "another trigger of this program was for the same database, and changes its status as well",
            ));
        }
        if self.before.was == Running.as_str() {
            return Ok(Resolution::Unresolved(
                "a deployment of it was under way before, and the end of that one changes its status as well",
            ));
        }
        let restarts = self.operation == Operation::Reload;
        // A deployment is `running` until its end, a restart `idle` between its two halves.
        let on_its_way = if restarts { Idle } else { Running };
        let has_changed = self.before.was != status.as_str();
        self.has_begun |= has_changed && status == on_its_way;
        let shows = has_changed || self.has_begun;
        Ok(match status {
            Running if shows && !restarts => Resolution::likely(self.applied(None, None, Identity::Inferred)),
            Done if shows => Resolution::likely(self.ended(DeploymentStatusEnum::Done, None, Identity::Inferred)),
            Error if shows && !restarts => {
                Resolution::likely(self.ended(DeploymentStatusEnum::Error, None, Identity::Inferred))
            }
            _ => Resolution::Unresolved(
                "Dokploy keeps no record of what is done with a database, and the status does not show it",
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anydeploy_fakes::{DokployDatabase, FakeDokploy};

    use super::*;

    #[tokio::test]
    async fn the_status_proves_nothing_where_an_earlier_trigger_may_have_changed_it() {
        let fake = FakeDokploy::start().await;
        let dokploy = Dokploy::builder().url(fake.url()).token(fake.token()).build().unwrap();
        let target = Target::database(fake.add_database(DokployDatabase::Postgres, "db"));
        let request = DeployRequest::new(target.clone());
        let before = Before::read(&dokploy, &target, Operation::Deploy).await.unwrap();
        let mut trigger = DatabaseTrigger::new(&dokploy, &request, before);
        fake.deploy_by_someone_else(target.id());
        let place = dokploy.api.place(&target);
        for overlaps in [false, true] {
            let turn = Turn::take(&place, &target).await;
            let search = Search::of_own(&turn, Duration::ZERO);
            let resolution = trigger.search_once(search).await.unwrap();
            assert_eq!(matches!(resolution, Resolution::Unresolved(_)), overlaps, "{resolution:?}");
            turn.end_without();
            // Given up before its end was known, so that its end may show at any time.
            let mut earlier = Turn::take(&place, &target).await;
            earlier.sent(Duration::from_hours(1));
        }
    }

    #[test]
    fn what_the_id_of_an_operation_says_is_written_as_it_was_read() {
        for text in [
            "was=idle",
            "was=idle&ended=done&operation=redeploy",
            "was=done&ended=error&reason=no%20space&operation=reload",
            "was=done&inferred=1",
        ] {
            let id: DeploymentId = format!("dokploy:database:a?{text}").parse().unwrap();
            let deployment = Applied::of(&id).unwrap().to_deployment(id.target(), &ApplicationStatusEnum::Running);
            assert_eq!(deployment.id, id);
        }
        let id: DeploymentId = "dokploy:database:a?ended=done".parse().unwrap();
        assert_eq!(Applied::of(&id).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn only_a_known_end_is_an_end() {
        for (text, now, phase) in [
            ("was=idle", "running", Phase::Running),
            ("was=idle", "idle", Phase::Unknown),
            ("was=idle", "paused", Phase::Unknown),
            ("was=idle&ended=finished", "done", Phase::Unknown),
            ("was=idle&ended=done", "error", Phase::Succeeded),
        ] {
            let id: DeploymentId = format!("dokploy:database:a?{text}").parse().unwrap();
            let deployment = Applied::of(&id).unwrap().to_deployment(id.target(), &ApplicationStatusEnum::from(now));
            assert_eq!(deployment.status.phase, phase, "{text} {now}");
        }
    }
}

//! A restart: `application.reload`, which applies the settings within the request and leaves no row.
//!
//! The answer is its end, so its id holds that end, and reading it later asks the server nothing.
//! A lost answer is decided by the status alone, which is no proof, so that most of them stay undecidable.

use dokploy_client::types::{ApplicationStatusEnum, DeploymentStatusEnum};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::operation::Operation;
use super::pending::{identified, identity_of};
use super::procedures::APPLICATION;
use super::status;
use super::{Dokploy, under_way};
use crate::adapter::{Answer, Left, Resolution, Search, Trigger, Turn, retry_briefly, retry_read};
use crate::{DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Identity, Result, Target, Timing, platform};

const ENDED: &str = "ended";
const WAS: &str = "was";

/// What the server answers with 500 when the engine refuses the settings; it gives no reason.
const FAILED: &str = "Error reloading application";

/// What was read before a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Before {
    app_name: String,
    /// The status of the application.
    was: String,
}

impl Before {
    /// Reads an application that is about to be restarted, on which nothing may be under way.
    pub(super) async fn read(dokploy: &Dokploy, target: &Target) -> Result<Self> {
        let bound = dokploy.timing.server_restarts;
        let under_way = retry_read(bound, || under_way::read(dokploy, target)).await.map_err(Error::of_read)?;
        if under_way.is_busy() {
            // What is under way would put its own version on top, and its end could not be distinguished from ours.
            let message = "a deployment of it is under way, which applies the settings as a restart would";
            let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::DOKPLOY);
            return Err(error.with_safe_to_repeat(true).with_advice("wait for that deployment instead"));
        }
        let settings = retry_read(bound, || dokploy.api.settings(target)).await.map_err(Error::of_read)?;
        Ok(Self { app_name: settings.app_name, was: settings.status.as_str().to_owned() })
    }
}

/// A restart that is over, as its id holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reloaded {
    was: String,
    ended: DeploymentStatusEnum,
    identity: Identity,
}

impl Reloaded {
    /// What an id says of a restart.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        let (was, ended) = (id.require(WAS)?.to_owned(), DeploymentStatusEnum::from(id.require(ENDED)?));
        Ok(Self { was, ended, identity: identity_of(id) })
    }

    pub(super) fn to_deployment(&self, target: &Target) -> Deployment {
        let id = DeploymentId::new(platform::DOKPLOY, target.clone());
        let id = id.with(WAS, &*self.was).with(ENDED, self.ended.as_str());
        let id = identified(id, self.identity);
        let has_failed = self.ended == DeploymentStatusEnum::Error;
        let deployment = Deployment::new(id, self.identity, status::status(Some(&self.ended)))
            .with_reason(has_failed.then(|| FAILED.to_owned()))
            .with_note(Some(self.note().to_owned()));
        Operation::Reload.made(deployment)
    }

    /// What a restart did besides.
    fn note(&self) -> &'static str {
        if self.ended == DeploymentStatusEnum::Error {
            "the settings were not applied; Dokploy gives no reason"
        } else if self.was == ApplicationStatusEnum::Idle.as_str() {
            "the settings were applied as they are now, and the application, which was stopped or never deployed, was \
             started"
        } else {
            "the settings were applied as they are now, image and variables included"
        }
    }
}

/// The restart of one request.
pub(super) struct ReloadTrigger<'a> {
    pub(super) dokploy: &'a Dokploy,
    pub(super) request: &'a DeployRequest,
    pub(super) baseline: Baseline,
    pub(super) before: Before,
}

impl Trigger for ReloadTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.dokploy.timing
    }

    fn place(&self) -> (String, Target) {
        (self.dokploy.api.place(self.request.target()), self.request.target().clone())
    }

    fn pauses(&self) -> u32 {
        4
    }

    fn post<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Answer> {
        async move {
            match self.dokploy.api.reload(&APPLICATION, self.request.target().id(), &self.before.app_name).await {
                Ok(()) => Answer::accepted(self.ended(DeploymentStatusEnum::Done, Identity::Exact)),
                Err(error) if is_failure(&error) => {
                    Answer::accepted(self.ended(DeploymentStatusEnum::Error, Identity::Exact))
                }
                Err(error) => Answer::of_error(error),
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

impl ReloadTrigger<'_> {
    fn ended(&self, ended: DeploymentStatusEnum, identity: Identity) -> Deployment {
        Reloaded { was: self.before.was.clone(), ended, identity }.to_deployment(self.request.target())
    }

    /// Reads whether the status has changed, and whether anything else can have changed it.
    async fn search_once(&self, search: Search<'_>) -> Result<Resolution> {
        use ApplicationStatusEnum::{Done, Error};
        let (api, target) = (&self.dokploy.api, self.request.target());
        let under_way = under_way::read(self.dokploy, target).await?;
        let settings = retry_briefly(|| api.settings(target)).await?;
        if under_way.is_busy() || under_way.newest != self.baseline.newest.created || search.turn.overlap().is_some() {
            return Ok(Resolution::Unresolved(
                "another operation on the application came since, which changes its status as well",
            ));
        }
        // The status is `idle` while the settings are applied, and the end of a stop as well.
        Ok(match settings.status {
            Done if self.before.was != Done.as_str() => {
                Resolution::likely(self.ended(DeploymentStatusEnum::Done, Identity::Inferred))
            }
            Error if self.before.was != Error.as_str() => {
                Resolution::likely(self.ended(DeploymentStatusEnum::Error, Identity::Inferred))
            }
            _ => Resolution::Unresolved("Dokploy keeps no record of a restart, and the status does not show it"),
        })
    }
}

/// Whether an error says that the restart was acted on and failed.
fn is_failure(error: &Error) -> bool {
    error.status() == Some(500) && error.server_message() == Some(FAILED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_id_of_a_restart_says_is_written_as_it_was_read() {
        for text in [
            "was=idle&ended=done&operation=reload",
            "was=done&ended=error&operation=reload",
            "was=idle&ended=done&inferred=1&operation=reload",
        ] {
            let id: DeploymentId = format!("dokploy:application:a?{text}").parse().unwrap();
            let deployment = Reloaded::of(&id).unwrap().to_deployment(id.target());
            assert_eq!(deployment.id.to_string(), id.to_string());
        }
        let id: DeploymentId = "dokploy:application:a?operation=reload&was=idle".parse().unwrap();
        assert_eq!(Reloaded::of(&id).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn an_unknown_end_is_no_end() {
        let id: DeploymentId = "dokploy:application:a?operation=reload&was=idle&ended=finished".parse().unwrap();
        assert!(!Reloaded::of(&id).unwrap().to_deployment(id.target()).is_over());
    }
}

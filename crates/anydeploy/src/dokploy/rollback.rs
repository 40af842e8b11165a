//! A rollback: `rollback.rollback`, which applies a kept image within the request and leaves no row.
//!
//! The answer says that the engine took the image; only the containers show that it runs.

use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::containers::{Shown, shown};
use super::operation::Operation;
use super::pending::{identified, identity_of};
use super::runs::Task;
use super::versions::Kept;
use super::{Dokploy, under_way};
use crate::adapter::{
    Answer, Left, Resolution, Search, Timestamps, Trigger, Turn, may_be_transient, retry_briefly, retry_read,
};
use crate::{
    DeployRequest, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, RanRevision, Result,
    RollbackObstacle, RollbackPoint, Target, Timing, platform,
};

const APP: &str = "app";
const IMAGE: &str = "image";
const SERVER: &str = "server";
const SINCE: &str = "since";
const ENDED: &str = "ended";

/// For how many times as long as what never shows counts as lost, the engine may take to run the image: 15 minutes by
/// default.
const CONVERGES: u32 = 15;

const NOTE: &str =
    "the settings still name the version that was deployed last; the next deployment or restart brings it back";

const HIDDEN: &str = "it runs, and the server does not list its containers, so that nothing shows which image that is";

/// What was read before a rollback.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Before {
    rollback: String,
    image: String,
    app_name: String,
    server: Option<String>,
    /// Whether the containers showed that another image ran; an intent that does not say so proves nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ran_another: bool,
}

impl Before {
    /// Reads the version that an application is about to go back to.
    pub(super) async fn read(dokploy: &Dokploy, target: &Target, point: &RollbackPoint) -> Result<Self> {
        let (api, bound) = (&dokploy.api, dokploy.timing.server_restarts);
        let under_way = retry_read(bound, || under_way::read(dokploy, target)).await.map_err(Error::of_read)?;
        if under_way.is_busy() {
            return Err(conflict("a deployment of it is under way, which puts its own version on top"));
        }
        let versions = retry_read(bound, || api.versions(target)).await.map_err(Error::of_read)?;
        let newest = versions.first().map(|version| &version.deployment_id);
        if point.newest.is_some() && point.newest.as_ref() != newest {
            return Err(conflict("it was deployed since the versions were listed"));
        }
        let version = versions.iter().find(|version| match &version.kept {
            Some(kept) => kept.id == point.id,
            None => version.deployment_id == point.id,
        });
        let Some(version) = version else { return Err(obstacle(RollbackObstacle::ImageGone)) };
        let kept = match (version.obstacle(), &version.kept) {
            (None, Some(kept)) => kept,
            (found, _) => return Err(obstacle(found.unwrap_or(RollbackObstacle::NotKept))),
        };
        let settings = retry_read(bound, || api.settings(target)).await.map_err(Error::of_read)?;
        let (rollback, image) = (kept.id.clone(), kept.image.clone());
        let before = Self { rollback, image, app_name: settings.app_name, server: settings.server, ran_another: false };
        match before.shown(dokploy).await {
            Ok(Some(Shown::Runs)) => Err(obstacle(RollbackObstacle::IsCurrent)),
            // An empty list may be that of a failed command, so that it shows nothing of what ran.
            shown => Ok(Self { ran_another: matches!(shown, Ok(Some(Shown::Another))), ..before }),
        }
    }

    async fn shown(&self, dokploy: &Dokploy) -> Result<Option<Shown>> {
        shown_of(dokploy, self.server.as_deref(), &self.app_name, &self.image).await
    }
}

/// What the containers show of an image; `None` if the key may not read them.
async fn shown_of(dokploy: &Dokploy, server: Option<&str>, app_name: &str, image: &str) -> Result<Option<Shown>> {
    match retry_briefly(|| dokploy.api.containers(server)).await {
        Ok(containers) => Ok(Some(shown(&containers, app_name, image))),
        Err(error) if may_be_transient(&error) => Err(error),
        Err(error) if error.kind() == ErrorKind::UnauthorizedOrRateLimited => Err(error),
        Err(_) => Ok(None),
    }
}

fn conflict(message: &'static str) -> Error {
    let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::DOKPLOY);
    error.with_safe_to_repeat(true).with_advice("list the versions again once nothing is under way")
}

fn obstacle(obstacle: RollbackObstacle) -> Error {
    let error = obstacle.to_error().with_platform(platform::DOKPLOY).with_safe_to_repeat(true);
    match obstacle {
        RollbackObstacle::NotKept => {
            error.with_advice("since 0.26 Dokploy keeps images only with `rollbackActive` and a registry for them")
        }
        _ => error,
    }
}

/// How a rollback ended, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The containers ran the image.
    Ran,
    /// The containers cannot be read with this key.
    Unread,
    /// Tasks of it run, whose containers the server does not list.
    Hidden,
    /// They still ran another image after a long time.
    NeverRan,
}

impl End {
    const ALL: [Self; 4] = [Self::Ran, Self::Unread, Self::Hidden, Self::NeverRan];

    fn word(self) -> &'static str {
        match self {
            Self::Ran => "running",
            Self::Unread => "applied",
            Self::Hidden => "not listed",
            Self::NeverRan => "not running",
        }
    }
}

/// A rollback that the server answered, as its id holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RolledBack {
    image: String,
    app_name: String,
    server: Option<String>,
    since: Option<Timestamps>,
    identity: Identity,
    end: Option<End>,
}

impl RolledBack {
    /// What an id says of a rollback.
    pub(super) fn of(id: &DeploymentId) -> Result<Self> {
        Ok(Self {
            image: id.require(IMAGE)?.to_owned(),
            app_name: id.require(APP)?.to_owned(),
            server: id.get(SERVER).map(str::to_owned),
            since: Timestamps::read(id, SINCE),
            identity: identity_of(id),
            end: End::ALL.into_iter().find(|end| id.get(ENDED) == Some(end.word())),
        })
    }

    /// Reads the containers, unless the end is known: what runs later is that of later deployments.
    pub(super) async fn read(mut self, dokploy: &Dokploy, target: &Target) -> Result<Deployment> {
        if self.end.is_some() {
            return Ok(self.to_deployment(target, None));
        }
        let shown = shown_of(dokploy, self.server.as_deref(), &self.app_name, &self.image).await?;
        let is_overdue =
            self.since.is_some_and(|since| since.is_past_locally(dokploy.timing.lost_after.saturating_mul(CONVERGES)));
        self.end = match shown {
            None => Some(End::Unread),
            Some(Shown::Runs) => Some(End::Ran),
            Some(Shown::Another) if is_overdue => Some(End::NeverRan),
            Some(Shown::Absent) if self.is_hidden(dokploy, target).await => Some(End::Hidden),
            Some(Shown::Another | Shown::NoneRuns | Shown::Absent) => None,
        };
        Ok(self.to_deployment(target, shown))
    }

    /// Whether tasks of the application run, and the list of containers holds none of the application, before or after.
    ///
    /// That list leaves out each container whose name contains `dokploy`, and has those of one host (source of 0.20 to 0.30.2).
    /// It has those that ended as well: one of the application disproves that they are left out, as where the image crashes and
    /// is started again.
    async fn is_hidden(&self, dokploy: &Dokploy, target: &Target) -> bool {
        let Ok(settings) = retry_briefly(|| dokploy.api.settings(target)).await else { return false };
        let tasks = retry_briefly(|| dokploy.api.tasks(&settings)).await.unwrap_or_default();
        let runs = settings.app_name == self.app_name && tasks.iter().any(Task::runs);
        // The task may have begun since the containers were listed.
        runs && matches!(
            shown_of(dokploy, self.server.as_deref(), &self.app_name, &self.image).await,
            Ok(Some(Shown::Absent))
        )
    }

    fn to_deployment(&self, target: &Target, shown: Option<Shown>) -> Deployment {
        let mut id = DeploymentId::new(platform::DOKPLOY, target.clone()).with(APP, &*self.app_name);
        id = id.with(IMAGE, &*self.image);
        let texts = [(SERVER, self.server.as_deref()), (ENDED, self.end.map(End::word))];
        id = texts
            .into_iter()
            .filter_map(|(key, text)| Some((key, text?)))
            .fold(id, |id, (key, text)| id.with(key, text));
        id = self.since.into_iter().fold(id, |id, since| since.write(id, SINCE));
        id = identified(id, self.identity);
        let (phase, word) = match (self.end, shown) {
            (Some(end @ (End::Ran | End::Unread | End::Hidden)), _) => (Phase::Succeeded, end.word()),
            (Some(end @ End::NeverRan), _) => (Phase::Failed, end.word()),
            (None, Some(Shown::NoneRuns | Shown::Absent)) => (Phase::Unknown, "no container"),
            (None, _) => (Phase::Running, "accepted"),
        };
        let revision = match self.end {
            Some(End::Ran) => RanRevision::ImageTag(Kept::tag(&self.image).to_owned()),
            _ => RanRevision::Unverified,
        };
        let never_ran = self.end == Some(End::NeverRan);
        let reason = never_ran.then(|| "the containers still run another image".to_owned());
        let deployment = Deployment::new(id, self.identity, DeploymentStatus::new(phase, word))
            .with_revision(revision)
            .with_reason(reason)
            .with_note(Some(if self.end == Some(End::Hidden) { format!("{HIDDEN}; {NOTE}") } else { NOTE.to_owned() }));
        Operation::Rollback.made(deployment)
    }
}

/// The rollback of one request.
pub(super) struct RollbackTrigger<'a> {
    pub(super) dokploy: &'a Dokploy,
    pub(super) request: &'a DeployRequest,
    pub(super) baseline: Baseline,
    pub(super) before: Before,
}

impl Trigger for RollbackTrigger<'_> {
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
            match self.dokploy.api.roll_back(&self.before.rollback).await {
                Ok(at) => {
                    let rolled_back = self.rolled_back(Identity::Exact, at, None);
                    Answer::accepted(rolled_back.to_deployment(self.request.target(), None))
                }
                Err(error) if is_refusal(&error) => Answer::Failed(refused(error)),
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

impl RollbackTrigger<'_> {
    fn rolled_back(&self, identity: Identity, since: Option<Timestamps>, end: Option<End>) -> RolledBack {
        let Before { image, app_name, server, .. } = self.before.clone();
        RolledBack {
            image,
            app_name,
            server,
            since: Some(since.unwrap_or_else(|| Timestamps::of(None))),
            identity,
            end,
        }
    }

    /// Reads whether the image runs, which did not before, and whether anything else can have put it there.
    async fn search_once(&self, search: Search<'_>) -> Result<Resolution> {
        let (dokploy, target) = (self.dokploy, self.request.target());
        let under_way = under_way::read(dokploy, target).await?;
        if under_way.is_busy() || under_way.newest != self.baseline.newest.created || search.turn.overlap().is_some() {
            return Ok(Resolution::Unresolved("another operation on the application came since"));
        }
        Ok(match self.before.shown(dokploy).await? {
            None => Resolution::Unrecoverable(
                "Dokploy keeps no record of a rollback, and this key may not read which image runs",
            ),
            Some(Shown::Runs) if !self.before.ran_another => Resolution::Unresolved(
                "the image runs, and the containers did not show before the rollback that another one ran",
            ),
            Some(Shown::Runs) => {
                let ran = self.rolled_back(Identity::Inferred, None, Some(End::Ran));
                Resolution::likely(ran.to_deployment(target, None))
            }
            Some(Shown::Another | Shown::NoneRuns | Shown::Absent) => {
                Resolution::Unresolved("Dokploy keeps no record of a rollback, and the containers do not show it")
            }
        })
    }
}

/// Whether an error is the one sentence by which Dokploy refuses every rollback.
fn is_refusal(error: &Error) -> bool {
    error.status() == Some(400) && error.server_message() == Some("Error input: Rolling back")
}

/// The error of a refused rollback; what the engine has changed by then is not known.
fn refused(error: Error) -> Error {
    let advice = "the version may be gone, the key may lack a permission, or the registry or the engine refused: Dokploy \
                  answers all alike; list the versions again";
    error.with_safe_to_repeat(false).with_advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_id_of_a_rollback_says_is_written_as_it_was_read() {
        for text in [
            "app=web-abc&image=web-abc%3Av3&since=5.6&operation=rollback",
            "app=web-abc&image=web-abc%3Av3&server=s&ended=running&since=5.6&inferred=1&operation=rollback",
            "app=web-abc&image=web-abc%3Av3&ended=not%20running&since=5.6&operation=rollback",
        ] {
            let id: DeploymentId = format!("dokploy:application:a?{text}").parse().unwrap();
            assert_eq!(RolledBack::of(&id).unwrap().to_deployment(id.target(), None).id, id);
        }
        let id: DeploymentId = "dokploy:application:a?operation=rollback&app=web".parse().unwrap();
        assert_eq!(RolledBack::of(&id).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

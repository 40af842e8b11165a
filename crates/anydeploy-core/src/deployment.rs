//! One deployment as the platform reports it.

mod progress;

use std::fmt;

use anydeploy_mask::{mask, one_line};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use progress::Progress;

use crate::json::VersionOne;
use crate::{Action, DeploymentId, DeploymentStatus, Phase, RanRevision, Revision, Target};

/// How it is known that a [`Deployment`] is the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Identity {
    /// The platform's own id of it was seen and confirmed; or the platform answered the request when it was over, so that
    /// the answer is the deployment's end.
    Exact,
    /// The platform had the same deployment under way already and took the request as that one.
    ///
    /// If one program sends two requests at once and the platform does not report which one it merged, both are
    /// `Adopted`.
    Adopted,
    /// Deduced from order, time or the target's state: this platform or version gives no proof.
    ///
    /// Other triggers of the same process are taken into account.
    /// A deployment that another program starts at the same time, for the same target with the same token, cannot be
    /// distinguished from it.
    Inferred,
    /// Accepted, but not yet distinguished from other deployments; a later read resolves it.
    Pending,
}

impl Identity {
    /// Whether what is read under this identity may decide an outcome.
    #[must_use]
    pub const fn is_resolved(self) -> bool {
        !matches!(self, Self::Pending)
    }

    /// The word in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Adopted => "adopted",
            Self::Inferred => "inferred",
            Self::Pending => "pending",
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One deployment: which it is, where it stands, and what the platform said about it.
///
/// Fields that the platform did not give are `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deployment {
    #[serde(default)]
    v: VersionOne,
    /// The id of the deployment; store it to watch the deployment later, also in another process.
    pub id: DeploymentId,
    /// How it is known to be the deployment that was asked for.
    pub identity: Identity,
    /// Where it stands.
    pub status: DeploymentStatus,
    /// How far it has come, where the platform reports its steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Why it failed or was refused, in the platform's words, where it says so outside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its title, or the message of the commit it deploys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The commit it deploys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The revision that ran, once it is over and the platform reports it; it is never assumed.
    #[serde(default)]
    pub revision: RanRevision,
    /// The pull request whose preview it deploys; `None` is the target itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u64>,
    /// Its page in the platform's web interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the platform accepted or created it, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// When it was over, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// What it does with its target.
    #[serde(default, skip_serializing_if = "Action::is_deploy")]
    pub action: Action,
    /// What the platform did beside, or other than, what the action's name says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Deployment {
    /// A deployment of which only identity and status are known.
    #[must_use]
    pub fn new(id: DeploymentId, identity: Identity, status: DeploymentStatus) -> Self {
        Self {
            v: VersionOne,
            id,
            identity,
            status,
            progress: None,
            reason: None,
            title: None,
            commit: None,
            revision: RanRevision::Unverified,
            pull_request: None,
            url: None,
            created_at: None,
            finished_at: None,
            action: Action::Deploy,
            note: None,
        }
    }

    /// What is deployed.
    #[must_use]
    pub fn target(&self) -> &Target {
        self.id.target()
    }

    /// Whether it is over, and known to be the deployment that was asked for.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.status.is_terminal() && self.identity.is_resolved()
    }

    /// The same deployment with its progress.
    #[must_use]
    pub fn with_progress(mut self, progress: Option<Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// The same deployment with a reason, whose secrets are masked by [`mask`](crate::mask) and which is put on one line.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<String>) -> Self {
        self.reason = reason.map(|reason| one_line(&reason)).filter(|reason| !reason.is_empty());
        self
    }

    /// The same deployment with a title, whose secrets are masked by [`mask`](crate::mask).
    #[must_use]
    pub fn with_title(mut self, title: Option<String>) -> Self {
        self.title = title.map(|title| mask(&title));
        self
    }

    /// The same deployment with a commit.
    #[must_use]
    pub fn with_commit(mut self, commit: Option<String>) -> Self {
        self.commit = commit;
        self
    }

    /// The same deployment with the revision that ran.
    #[must_use]
    pub fn with_revision(mut self, revision: RanRevision) -> Self {
        self.revision = revision;
        self
    }

    /// The same deployment, of the preview of a pull request.
    #[must_use]
    pub fn with_pull_request(mut self, number: Option<u64>) -> Self {
        self.pull_request = number;
        self
    }

    /// The same deployment with its page.
    #[must_use]
    pub fn with_url(mut self, url: Option<String>) -> Self {
        self.url = url;
        self
    }

    /// The same deployment with its times.
    #[must_use]
    pub fn with_times(mut self, created_at: Option<DateTime<Utc>>, finished_at: Option<DateTime<Utc>>) -> Self {
        self.created_at = created_at;
        self.finished_at = finished_at;
        self
    }

    /// The same deployment, which does this with its target.
    #[must_use]
    pub fn with_action(mut self, action: Action) -> Self {
        self.action = action;
        self
    }

    /// The same deployment with a note, whose secrets are masked by [`mask`](crate::mask) and which is put on one line.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Self {
        self.note = note.map(|note| one_line(&note)).filter(|note| !note.is_empty());
        self
    }

    /// The same deployment, failed if it succeeded with another revision than the one that was asked for.
    ///
    /// The platform's word stays in [`status.raw`](crate::DeploymentStatus::raw); the reason says what ran.
    #[must_use]
    pub fn verified_against(mut self, asked: &Revision) -> Self {
        if self.status.phase == Phase::Succeeded && self.revision.contradicts(asked) {
            let asked = match asked {
                Revision::Commit(commit) => format!("commit {commit}"),
                Revision::ImageTag(tag) => format!("image tag {tag}"),
                Revision::ChartVersion(version) => format!("chart version {version}"),
                Revision::Configured | Revision::Deployed => "the revision".to_owned(),
            };
            self.status.phase = Phase::Failed;
            self.reason = Some(format!("it ran {}, and {asked} was asked for", self.revision.describe()));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::Platform;

    use super::*;

    #[test]
    fn a_success_with_another_revision_is_a_failure_that_says_so() {
        let id = DeploymentId::new(Platform::new("alpha"), Target::application("web"));
        let with = |phase| {
            Deployment::new(id.clone(), Identity::Exact, DeploymentStatus::new(phase, "finished"))
                .with_revision(RanRevision::ImageTag("1.27".into()))
                .verified_against(&Revision::ImageTag("1.28".into()))
        };
        let ended = with(Phase::Succeeded);
        assert_eq!((ended.status.phase, &*ended.status.raw), (Phase::Failed, "finished"));
        assert_eq!(ended.reason.as_deref(), Some("it ran image tag 1.27, and image tag 1.28 was asked for"));
        assert_eq!(with(Phase::Running).status.phase, Phase::Running, "it may not have got there yet");
        assert_eq!(with(Phase::Cancelled).status.phase, Phase::Cancelled);
    }
}

//! Which version a deployment ran, and whether it is the one that was asked for.

use serde::{Deserialize, Serialize};

use crate::{Deployment, Phase, Revision};

/// Which version a deployment ran, as the platform reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RanRevision {
    /// The platform does not report it, or it could not be read.
    #[default]
    Unverified,
    /// This commit.
    Commit(String),
    /// The image with this tag.
    ImageTag(String),
    /// The chart of this version.
    ChartVersion(String),
}

impl RanRevision {
    /// Whether it is known to be another revision than the one that was asked for.
    ///
    /// Commits are compared as hashes: in any case, and an abbreviated one matches the hash that begins with it.
    /// [`Revision::Configured`] and [`Revision::Deployed`] name no version, so nothing contradicts them; an adapter that
    /// resolves them compares with what it resolved.
    #[must_use]
    pub fn contradicts(&self, asked: &Revision) -> bool {
        match (self, asked) {
            (Self::Commit(ran), Revision::Commit(asked)) => !is_same_commit(ran, asked),
            (Self::ImageTag(ran), Revision::ImageTag(asked))
            | (Self::ChartVersion(ran), Revision::ChartVersion(asked)) => ran != asked,
            _ => false,
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Unverified => "an unknown revision".to_owned(),
            Self::Commit(commit) => format!("commit {commit}"),
            Self::ImageTag(tag) => format!("image tag {tag}"),
            Self::ChartVersion(version) => format!("chart version {version}"),
        }
    }
}

fn is_same_commit(ran: &str, asked: &str) -> bool {
    let (ran, asked) = (ran.to_ascii_lowercase(), asked.to_ascii_lowercase());
    // Git itself abbreviates to no fewer than 7 digits.
    let abbreviates = |short: &str, long: &str| short.len() >= 7 && long.starts_with(short);
    ran == asked || abbreviates(&asked, &ran) || abbreviates(&ran, &asked)
}

impl Deployment {
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
    use crate::{DeploymentId, DeploymentStatus, Identity, Platform, Target};

    use super::*;

    #[test]
    fn a_commit_is_compared_as_a_hash_and_a_tag_as_text() {
        let commit =
            |ran: &str, asked: &str| RanRevision::Commit(ran.into()).contradicts(&Revision::Commit(asked.into()));
        let full = "0123456789abcdef0123456789abcdef01234567";
        assert!(!commit(full, full) && !commit(full, &full.to_uppercase()));
        assert!(!commit(full, &full[..7]) && !commit(&full[..10], full));
        assert!(commit(full, "012345"), "six digits are no abbreviation");
        assert!(commit(full, "fedcba9") && commit("", full));
        let tag =
            |ran: &str, asked: &str| RanRevision::ImageTag(ran.into()).contradicts(&Revision::ImageTag(asked.into()));
        assert!(!tag("1.4.2", "1.4.2") && tag("1.4", "1.4.2") && tag("LATEST", "latest"));
        let chart = RanRevision::ChartVersion("2.0.0".into());
        assert!(chart.contradicts(&Revision::ChartVersion("2.0.1".into())));
        assert!(!chart.contradicts(&Revision::Commit(full.into())), "they cannot be compared");
        assert!(!RanRevision::Unverified.contradicts(&Revision::Commit(full.into())), "nothing was read");
        assert!(!RanRevision::Commit(full.into()).contradicts(&Revision::Configured));
    }

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

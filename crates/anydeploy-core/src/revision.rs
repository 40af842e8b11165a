//! Which version of a target is asked for, and which one ran.

use serde::{Deserialize, Serialize};

/// Which version of the target is deployed.
///
/// Platforms mean different things by a bare "deploy"; a revision means the same on all of them.
/// What a platform cannot do for a target is refused before anything is sent, never replaced by something near.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revision {
    /// What the platform is set to deploy now: the head of the branch unless a commit is pinned, or the configured
    /// image or chart.
    #[default]
    Configured,
    /// What was deployed last, once more, even if the branch has moved on since.
    Deployed,
    /// A commit of the target's repository, by its hash as the platform takes it; the full hash is always right.
    Commit(String),
    /// A tag of the target's image.
    ImageTag(String),
    /// A version of the target's Helm chart, for a chart from a chart repository.
    ChartVersion(String),
}

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

    /// The revision in a few words.
    pub(crate) fn describe(&self) -> String {
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

#[cfg(test)]
mod tests {
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
}

//! Which version of a target is asked for.

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

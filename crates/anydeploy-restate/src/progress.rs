//! How a durable fleet stands while it runs.

use anydeploy_core::DeploymentId;
use anydeploy_core::fleet::{MemberResult, NotBegun, Standing, Triggered};
use serde::{Deserialize, Serialize};

/// How a durable fleet stands.
///
/// It is stored when a wave waits at its gate, when the fleet stops, and whenever a twentieth of the members has come to
/// an end; so it may be behind by as many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FleetProgress {
    /// All members, in the order of the plan.
    pub members: Vec<MemberProgress>,
    /// The wave that waits for [`FleetHandle::go`](crate::FleetHandle::go), counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_at: Option<usize>,
    /// Why the fleet stopped, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<NotBegun>,
}

/// How a member of a durable fleet stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberProgress {
    /// Its name in the plan.
    pub name: String,
    /// How far it has come.
    #[serde(flatten)]
    pub state: MemberState,
}

/// How far a member of a durable fleet has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberState {
    /// It has not begun.
    #[default]
    Waiting,
    /// Its order is with its [`Target`](crate::Target), which may have triggered it.
    Ordered,
    /// It was triggered, and its deployment is watched.
    Deploying {
        /// Its deployment.
        id: DeploymentId,
    },
    /// Its deployment succeeded, and its health is awaited.
    Settling {
        /// Its deployment.
        id: DeploymentId,
    },
    /// It is done, and has what it waited for.
    Succeeded {
        /// Its deployment.
        id: DeploymentId,
    },
    /// It is done, and does not have it.
    Failed {
        /// Whether a deployment was triggered.
        triggered: Triggered,
        /// Why, in one sentence; the report has it all.
        reason: String,
    },
    /// It was not begun.
    NotBegun {
        /// Why.
        why: NotBegun,
    },
}

impl FleetProgress {
    /// How many members are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.members.iter().filter(|member| member.state.is_done()).count()
    }
}

impl MemberState {
    /// Where the member stands, as far as [`decide`](anydeploy_core::fleet::decide) needs it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Waiting => Standing::Waiting,
            Self::Ordered | Self::Deploying { .. } => Standing::Deploying,
            Self::Settling { .. } => Standing::Settling,
            Self::Succeeded { .. } => Standing::Succeeded,
            Self::Failed { .. } => Standing::Failed,
            Self::NotBegun { why } => Standing::NotBegun(*why),
        }
    }

    /// Whether it was triggered, as far as is known.
    #[must_use]
    pub fn triggered(&self) -> Triggered {
        match self {
            Self::Waiting | Self::NotBegun { .. } => Triggered::No,
            Self::Ordered => Triggered::Unknown,
            Self::Deploying { id } | Self::Settling { id } | Self::Succeeded { id } => Triggered::Yes(id.clone()),
            Self::Failed { triggered, .. } => triggered.clone(),
        }
    }

    /// Whether it is done, or will not begin.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Succeeded { .. } | Self::Failed { .. } | Self::NotBegun { .. })
    }
}

impl From<&MemberResult> for MemberState {
    fn from(result: &MemberResult) -> Self {
        match result {
            MemberResult::NotBegun(why) => Self::NotBegun { why: *why },
            MemberResult::Ended { id, .. } if result.is_success() => Self::Succeeded { id: id.clone() },
            _ => Self::Failed { triggered: result.triggered(), reason: result.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use anydeploy_core::{Deployment, DeploymentStatus, Error, ErrorKind, Identity, Outcome, Phase, Rollout, Verdict};

    use super::*;

    #[test]
    fn a_member_stands_in_the_progress_where_its_result_says() {
        let id: DeploymentId = "coolify:application:web?deployment=1".parse().unwrap();
        let status = DeploymentStatus::new(Phase::Succeeded, "finished");
        let outcome = Outcome::Succeeded(Deployment::new(id.clone(), Identity::Exact, status));
        let ended =
            |verdict| MemberResult::Ended { id: id.clone(), rollout: Box::new(Rollout::new(outcome.clone(), verdict)) };
        let failed =
            |triggered| MemberResult::Failed { triggered, error: Error::new(ErrorKind::Undecidable, "it is open") };
        let results = [
            ended(None),
            ended(Some(Verdict::Healthy)),
            ended(Some(Verdict::NoHealthSource)),
            failed(Triggered::No),
            failed(Triggered::Unknown),
            failed(Triggered::Yes(id.clone())),
            MemberResult::NotBegun(NotBegun::Stopped),
        ];
        for result in results {
            let state = MemberState::from(&result);
            assert_eq!((state.standing(), state.triggered()), (result.standing(), result.triggered()), "{result:?}");
            assert!(state.is_done(), "{state:?}");
            let stored = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<MemberState>(&stored).unwrap(), state, "{stored}");
        }
    }
}

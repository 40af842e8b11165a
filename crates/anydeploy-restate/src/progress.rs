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
    /// It is done.
    Done {
        /// How it ended.
        result: MemberResult,
    },
}

impl FleetProgress {
    /// How many members are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.members.iter().filter(|member| matches!(member.state, MemberState::Done { .. })).count()
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
            Self::Done { result } => result.standing(),
        }
    }

    /// Whether it was triggered, as far as is known.
    #[must_use]
    pub fn triggered(&self) -> Triggered {
        match self {
            Self::Waiting => Triggered::No,
            Self::Ordered => Triggered::Unknown,
            Self::Deploying { id } | Self::Settling { id } => Triggered::Yes(id.clone()),
            Self::Done { result } => result.triggered(),
        }
    }
}

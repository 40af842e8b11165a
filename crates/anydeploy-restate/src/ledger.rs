//! What the object of a target remembers between its invocations.

use anydeploy_core::{Error, Intent};
use serde::{Deserialize, Serialize};

use crate::Receipt;

/// Where the triggers of a target stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
#[non_exhaustive]
pub enum Stage {
    /// No trigger is open.
    #[default]
    Idle,
    /// A trigger may have been sent, and its answer is not stored: an invocation is sending it, or was ended meanwhile.
    Sending {
        /// What finds its deployment.
        intent: Intent,
    },
    /// Nothing shows whether a trigger was acted on; no other is sent until a person says so.
    Undecidable {
        /// What was searched for.
        intent: Intent,
        /// Why it cannot be decided.
        error: Error,
    },
}

impl Stage {
    /// The trigger that is open.
    #[must_use]
    pub fn open_intent(&self) -> Option<&Intent> {
        match self {
            Self::Idle => None,
            Self::Sending { intent } | Self::Undecidable { intent, .. } => Some(intent),
        }
    }
}

/// What is known of the triggers of a target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TargetStatus {
    /// Where its triggers stand.
    #[serde(flatten)]
    pub stage: Stage,
    /// The deployment that was triggered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Receipt>,
}

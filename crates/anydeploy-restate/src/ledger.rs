//! What the object of a target remembers between its invocations.

use anydeploy_core::{Error, Intent};
use serde::{Deserialize, Serialize};

use crate::Receipt;
use crate::trigger::Answer;

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

    /// The stage after a step has answered for the open trigger.
    ///
    /// Once a trigger is undecidable, a later search that finds nothing does not decide it: its deployment does, or a person.
    pub(crate) fn after(self, answer: &Answer) -> Self {
        match (self, answer) {
            (Self::Idle, _) | (_, Answer::Triggered(_)) | (Self::Sending { .. }, Answer::NotTriggered { .. }) => {
                Self::Idle
            }
            (Self::Sending { intent }, Answer::Open(error)) => Self::Undecidable { intent, error: error.clone() },
            (undecidable @ Self::Undecidable { .. }, _) => undecidable,
        }
    }
}

/// What happened to the trigger that an ended invocation left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Settled {
    /// No trigger was open; [`TargetStatus::last`] is the deployment of the last one that was acted on.
    NothingOpen,
    /// It was acted on, and this is its deployment.
    Triggered(Receipt),
    /// It was not acted on, and never will be.
    NotTriggered,
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

#[cfg(test)]
mod tests {
    use anydeploy_core::testing::MemoryDeployer;
    use anydeploy_core::{DeployRequest, DeployerExt, ErrorKind, Identity, Target};

    use super::*;

    #[tokio::test]
    async fn only_its_deployment_decides_a_trigger_that_is_undecidable() {
        let memory = MemoryDeployer::new().with_application("web");
        let intent = memory.prepare(&DeployRequest::new(Target::application("web"))).await.unwrap();
        let (first, later) = (Error::new(ErrorKind::Undecidable, "first"), Error::new(ErrorKind::Undecidable, "later"));
        let sending = Stage::Sending { intent: intent.clone() };
        let undecidable = |error: &Error| Stage::Undecidable { intent: intent.clone(), error: error.clone() };
        let triggered = Answer::Triggered(Receipt::new("memory:application:web?d=1".parse().unwrap(), Identity::Exact));
        let not_triggered = |anew| Answer::NotTriggered { error: Error::new(ErrorKind::NotTriggered, "x"), anew };
        let open = Answer::Open(later.clone());
        let rows = [
            (Stage::Idle, &triggered, Stage::Idle),
            (sending.clone(), &triggered, Stage::Idle),
            (sending.clone(), &not_triggered(true), Stage::Idle),
            (sending.clone(), &not_triggered(false), Stage::Idle),
            (sending, &open, undecidable(&later)),
            (undecidable(&first), &triggered, Stage::Idle),
            (undecidable(&first), &not_triggered(true), undecidable(&first)),
            (undecidable(&first), &not_triggered(false), undecidable(&first)),
            (undecidable(&first), &open, undecidable(&first)),
        ];
        for (before, answer, after) in rows {
            assert_eq!(before.clone().after(answer), after, "{before:?} after {answer:?}");
        }
    }

    #[test]
    fn what_settling_answers_has_stable_words() {
        let receipt = Receipt::new("memory:application:web?d=1".parse().unwrap(), Identity::Exact);
        let rows = [
            (Settled::NothingOpen, "\"nothing_open\""),
            (Settled::Triggered(receipt), "{\"triggered\":{"),
            (Settled::NotTriggered, "\"not_triggered\""),
        ];
        for (settled, words) in rows {
            let stored = serde_json::to_string(&settled).unwrap();
            assert!(stored.starts_with(words), "{stored}");
            assert_eq!(serde_json::from_str::<Settled>(&stored).unwrap(), settled);
        }
    }
}

//! The form in which an intent holds what it knows of its trigger.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Planner, Trigger};
use crate::turn::{Overlap, Turn};
use crate::{Error, ErrorKind, Intent, Result};

/// The version of this form.
const VERSION: u32 = 1;

/// What an intent holds of a trigger.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Raised when a member is added that a reader must not ignore.
    v: u32,
    /// The place in which it takes its turn, and with it the address of the server.
    pub(super) place: String,
    /// The closest overlap with an earlier trigger of the process that prepared it.
    pub(super) overlap: Option<Overlap>,
    pub(super) has_neighbour: bool,
    /// How long after the baseline the trigger can still be acted on, by the times of the process that sends it.
    acted_on_within_ms: u64,
    /// The plan in the form of its platform.
    plan: Value,
}

impl Stored {
    pub(super) fn new(trigger: &dyn Trigger, turn: &Turn, plan: Value) -> Self {
        Self {
            v: VERSION,
            place: trigger.place().0,
            overlap: turn.overlap(),
            has_neighbour: turn.has_neighbour(),
            acted_on_within_ms: u64::try_from(trigger.timing().acted_on_within().as_millis()).unwrap_or(u64::MAX),
            plan,
        }
    }

    pub(super) fn acted_on_within(&self) -> Duration {
        Duration::from_millis(self.acted_on_within_ms)
    }
}

/// What an intent holds, and its trigger.
pub(super) fn open<'a, P: Planner>(planner: &'a P, intent: &'a Intent) -> Result<(Stored, Box<dyn Trigger + 'a>)> {
    intent.expect_platform(&P::PLATFORM)?;
    let unreadable = || {
        let message = "the intent cannot be read: another version of this library prepared it";
        Error::new(ErrorKind::InvalidInput, message).with_platform(P::PLATFORM)
    };
    // A later version may have members that decide whether the trigger was sent.
    if intent.baseline().get("v").and_then(Value::as_u64) != Some(VERSION.into()) {
        return Err(unreadable());
    }
    let mut stored = Stored::deserialize(intent.baseline()).map_err(|error| unreadable().with_source(error))?;
    let plan = P::Plan::deserialize(stored.plan.take()).map_err(|error| unreadable().with_source(error))?;
    Ok((stored, planner.trigger(intent.request(), plan)))
}

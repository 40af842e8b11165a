//! A value that does not fit its type.

use std::fmt;

use super::{
    error::DecodeError,
    expected::Expected,
    place::{Step, pointer},
};

/// A value that does not fit its type.
///
/// On its way up it is repaired where the repair cannot change the meaning, see [`decode`](crate::decode), or else ends
/// the read.
/// `Debug` shows what was expected and where, and no value.
pub struct Mismatch(Box<Inner>);

struct Inner {
    expected: Expected,
    is_null: bool,
    is_final: bool,
    /// The steps that it has gone up, from the value on.
    steps: Vec<Step>,
}

impl Mismatch {
    pub(super) fn new(expected: Expected, is_null: bool) -> Self {
        // Left out, a list or a map would seem empty.
        let is_final = !is_null && matches!(expected, Expected::List | Expected::Map);
        Self(Box::new(Inner { expected, is_null, is_final, steps: Vec::new() }))
    }

    /// The text is no JSON; the error that says why is at hand where it is read.
    pub(super) fn no_json() -> Self {
        Self::new(Expected::Json, false).into_final()
    }

    /// Forbids to leave out what does not fit.
    pub(super) fn into_final(mut self) -> Self {
        self.0.is_final = true;
        self
    }

    /// One step up, from the value that this is a mismatch of.
    pub(super) fn above(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// Whether nothing that holds the value may be left out either.
    pub(super) fn is_final(&self) -> bool {
        self.0.is_final
    }

    /// Whether the value at hand is `null`, and not one inside of it.
    pub(super) fn is_of_null(&self) -> bool {
        self.0.is_null && self.0.steps.is_empty()
    }

    /// Whether the value at hand is an object that lacks a member, and not one inside of it.
    pub(super) fn is_of_missing_member(&self) -> bool {
        matches!(self.0.expected, Expected::Member(_)) && self.0.steps.is_empty()
    }

    pub(super) fn is_no_json(&self) -> bool {
        self.0.expected == Expected::Json
    }

    pub(super) fn into_error(self) -> DecodeError {
        DecodeError::new(pointer(self.0.steps.iter().rev()), self.0.expected.describe())
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = pointer(self.0.steps.iter().rev());
        f.debug_struct("Mismatch").field("pointer", &place).field("expected", &self.0.expected.describe()).finish()
    }
}

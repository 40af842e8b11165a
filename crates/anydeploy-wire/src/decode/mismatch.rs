//! Where a value does not fit its type, and what would.

use std::fmt;

use super::{
    expected::Expected,
    step::{Step, Steps, pointer},
};

/// Where a value does not fit its type, and what would.
///
/// It ends one attempt to read a body; [`decode`](crate::decode) repairs what it can and tries again.
/// `Debug` shows the place and no value.
pub struct Mismatch(Box<Inner>);

struct Inner {
    expected: Expected,
    steps: Steps,
    is_kept: bool,
}

impl Mismatch {
    pub(super) fn new(expected: Expected, steps: Steps) -> Self {
        let is_kept = matches!(expected, Expected::List | Expected::Map);
        Self(Box::new(Inner { expected, steps, is_kept }))
    }

    /// Forbids to remove the value at this depth, if it is this value that does not fit and not one inside of it.
    pub(super) fn kept_at(mut self, depth: usize) -> Self {
        self.0.is_kept |= self.is_at(depth);
        self
    }

    /// Whether the value must not be removed unless it is `null`.
    ///
    /// Without it a list or a map would seem empty, and a [`Patch`](crate::Patch) absent.
    pub(super) fn is_kept(&self) -> bool {
        self.0.is_kept
    }

    /// Whether the value at this depth is an object that lacks a member, and not one inside of it.
    pub(super) fn is_missing_member_at(&self, depth: usize) -> bool {
        matches!(self.0.expected, Expected::Member(_)) && self.is_at(depth)
    }

    fn is_at(&self, depth: usize) -> bool {
        self.0.steps.iter().skip(depth).all(|step| matches!(step, Step::Variant { .. }))
    }

    pub(super) fn into_parts(self) -> (Steps, Expected) {
        (self.0.steps, self.0.expected)
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.0.expected.describe();
        f.debug_struct("Mismatch").field("pointer", &pointer(&self.0.steps)).field("expected", &expected).finish()
    }
}

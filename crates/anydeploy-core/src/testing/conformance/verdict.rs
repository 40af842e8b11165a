//! The result of one case.

use std::fmt;

/// Whether an implementation keeps a rule.
pub type Verdict = Result<(), NotKept>;

/// Why a case did not show that its rule is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotKept {
    /// It does not apply, because the platform does not offer what it is about; this says what.
    NotOffered(String),
    /// It does not apply, or the harness cannot put it to the test; this is the reason.
    Skipped(String),
    /// It is broken; this is what was seen.
    Broken(String),
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered(reason) | Self::Skipped(reason) => write!(f, "skipped: {reason}"),
            Self::Broken(seen) => write!(f, "broken: {seen}"),
        }
    }
}

pub(super) fn not_offered<T>(reason: impl Into<String>) -> Result<T, NotKept> {
    Err(NotKept::NotOffered(reason.into()))
}

pub(super) fn skip<T>(reason: impl Into<String>) -> Result<T, NotKept> {
    Err(NotKept::Skipped(reason.into()))
}

pub(super) fn broken<T>(seen: impl Into<String>) -> Result<T, NotKept> {
    Err(NotKept::Broken(seen.into()))
}

/// Ends a case as broken unless a condition holds.
macro_rules! ensure {
    ($holds:expr, $($seen:tt)+) => {
        if !$holds {
            return $crate::testing::conformance::verdict::broken(format!($($seen)+));
        }
    };
}
pub(super) use ensure;

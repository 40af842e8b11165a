//! What the retry layer reports to its caller between two attempts.

use std::time::Duration;

use crate::{ErrorKind, Method};

/// An attempt failed, and another one follows after a wait.
///
/// The last failure is not an event: it is the error that the caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryEvent {
    /// The method that was called.
    pub method: Method,
    /// Which attempt failed, counted from 1.
    pub attempt: u32,
    /// What went wrong.
    pub kind: ErrorKind,
    /// How long is waited before the next attempt.
    pub wait: Duration,
}

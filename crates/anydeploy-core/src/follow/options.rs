//! How a log is followed.

use crate::WatchOptions;

/// How the log of a deployment is followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FollowOptions {
    /// How the deployment is watched; the log is read as often.
    pub watch: WatchOptions,
    /// How many lines are reported of what was written before; `None`, the default, is all that the platform still has.
    pub tail: Option<usize>,
}

impl FollowOptions {
    /// Begins with the last `lines` lines of what was written before.
    #[must_use]
    pub const fn with_tail(mut self, lines: usize) -> Self {
        self.tail = Some(lines);
        self
    }
}

impl From<WatchOptions> for FollowOptions {
    fn from(watch: WatchOptions) -> Self {
        Self { watch, ..Self::default() }
    }
}

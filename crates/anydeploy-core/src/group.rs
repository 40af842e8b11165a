//! Groups: what a deployer may offer beside deploying, each as a trait of its own.

mod cancel;
mod catalog;
mod health;
mod history;
mod lifecycle;
mod logs;
mod previews;
mod rollback;
mod selections;
mod two_phase;
mod variables;

pub use cancel::Cancel;
pub use catalog::Catalog;
pub use health::Health;
pub use history::History;
pub use lifecycle::Lifecycle;
pub use logs::Logs;
pub use previews::Previews;
pub use rollback::Rollback;
pub use selections::Selections;
pub use two_phase::TwoPhase;
pub use variables::Variables;

/// A set of methods that a [`Deployer`](crate::Deployer) offers as a whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Group {
    /// [`TwoPhase`].
    TwoPhase,
    /// [`History`].
    History,
    /// [`Cancel`].
    Cancel,
    /// [`Logs`].
    Logs,
    /// [`Catalog`].
    Catalog,
    /// [`Lifecycle`].
    Lifecycle,
    /// [`Rollback`].
    Rollback,
    /// [`Variables`].
    Variables,
    /// [`Previews`].
    Previews,
    /// [`Selections`].
    Selections,
    /// [`Health`].
    Health,
}

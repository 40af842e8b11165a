//! The group that starts and stops targets.

use futures::future::BoxFuture;

use crate::{Result, RunState, StateChange, Target};

/// Starting and stopping a target, and how it runs.
///
/// Restarting is a trigger: [`DeployerExt::restart`](crate::DeployerExt::restart).
/// Both verbs return when the platform has accepted the request;
/// [`DeployerExt::await_state`](crate::DeployerExt::await_state) waits until the target runs or is stopped.
///
/// Callers use [`DeployerExt::start`](crate::DeployerExt::start), [`stop`](crate::DeployerExt::stop) and
/// [`state`](crate::DeployerExt::state).
///
/// # For implementers
/// A verb reads the state first, sends its request at most once, and decides a lost answer by reading the state again.
pub trait Lifecycle: Send + Sync {
    /// Starts a target that does not run; returns when the platform has accepted it.
    ///
    /// Nothing is sent if it runs or is starting.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) before anything is sent, if its kind has no such verb.
    /// After a lost answer [`ErrorKind::NoAnswer`](crate::ErrorKind::NoAnswer), unless the state shows that the request
    /// was acted on.
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>>;

    /// Stops a target; returns when the platform has accepted it.
    ///
    /// Nothing is sent if it is stopped and nothing is under way.
    /// A deployment that is under way goes on and may start it again ([`StateChange::under_way`]): cancel that first.
    ///
    /// # Errors
    /// Those of [`start_target`](Self::start_target).
    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>>;

    /// Reads how a target runs, and whether something is under way that makes the state no result yet.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>>;
}

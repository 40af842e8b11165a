//! The group of triggers in two steps.

use futures::future::BoxFuture;

use crate::{DeployRequest, Deployment, Intent, Result};

/// A trigger in two steps, so that another process finds out what was triggered if the first one dies in between.
///
/// ```text
/// prepare   reads only                    -> Intent
///           the program stores the intent
/// send      the trigger, at most once     -> Deployment
///           the program stores the id
/// recover   after a crash, reads only     -> Deployment, or an error that says what is known
/// ```
///
/// * An intent is sent by the process that prepared it, within a bound: the **fence**.
///   After it [`send_trigger`](Self::send_trigger) refuses with
///   [`ErrorKind::IntentExpired`](crate::ErrorKind::IntentExpired), and nothing is sent.
/// * [`recover_trigger`](Self::recover_trigger) searches for as long as the fence, the timeout of a request and the time in
///   which a server acts on one together before it reports that nothing was triggered; it counts from its call.
///   So where a second process takes over while the first one hangs, one of them sends; no common clock is needed, as
///   the one that comes later starts later.
/// * What remains is a process that is stopped between the check of the fence and the socket, for longer than the search.
/// * [`deploy`](crate::Deployer::deploy) is both steps in one process, without an intent that could be stored.
///
/// Callers use [`DeployerExt::prepare`](crate::DeployerExt::prepare), [`send`](crate::DeployerExt::send) and
/// [`recover`](crate::DeployerExt::recover).
pub trait TwoPhase: Send + Sync {
    /// Checks a request and reads what identifies its deployment later; nothing is triggered.
    ///
    /// # Errors
    /// Those of a read, and those of a request that the platform cannot honour.
    fn prepare_trigger<'a>(&'a self, request: &'a DeployRequest) -> BoxFuture<'a, Result<Intent>>;

    /// Sends the trigger of an intent, at most once.
    ///
    /// An intent that another process prepared, or that was sent before, is not sent: the call is then
    /// [`recover_trigger`](Self::recover_trigger).
    /// An intent whose trigger was provably not acted on may be sent again within the fence.
    ///
    /// # Errors
    /// Those of [`deploy`](crate::Deployer::deploy).
    /// [`ErrorKind::IntentExpired`](crate::ErrorKind::IntentExpired) if the fence has passed, or another trigger of this
    /// process for the same target came first: nothing was sent.
    fn send_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>>;

    /// Searches for the deployment of an intent that may have been sent; triggers nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotTriggered`](crate::ErrorKind::NotTriggered) if nothing was started, so that it is safe to prepare
    /// the request again.
    /// [`ErrorKind::Undecidable`](crate::ErrorKind::Undecidable) if nothing shows whether the trigger was acted on.
    fn recover_trigger<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<Deployment>>;
}

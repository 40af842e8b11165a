//! The group that lists the versions to go back to.

use futures::future::BoxFuture;

use crate::{HistoryOptions, Result, RollbackTarget, Target};

/// The versions that a target ran, to go back to one of them.
///
/// Going back is a trigger: [`DeployerExt::roll_back_to`](crate::DeployerExt::roll_back_to), or any other way to send
/// [`DeployRequest::rollback`](crate::DeployRequest::rollback).
///
/// Callers use [`DeployerExt::rollback_targets`](crate::DeployerExt::rollback_targets).
pub trait Rollback: Send + Sync {
    /// Lists the versions that a target ran, newest first, each usable or with the reason why not.
    ///
    /// Nothing is changed.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), with the reason, if its kind or the way it is built has
    /// no rollback.
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>>;
}

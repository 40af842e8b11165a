//! The group that deploys several targets by one request.

use futures::future::BoxFuture;

use crate::{Result, Selection, SelectionReport};

/// Several targets in one request.
///
/// Callers use [`DeployerExt::deploy_selection`](crate::DeployerExt::deploy_selection).
///
/// # For implementers
/// The request is sent at most once.
/// Each target has a baseline of its own, by which its deployment is identified, and nothing changes that the selection
/// does not name.
pub trait Selections: Send + Sync {
    /// Triggers one deployment of each target that a selection names, by one request, and says which each is.
    ///
    /// # Errors
    /// Those of [`Selection::check`], and [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for a tag that nothing has:
    /// nothing was sent.
    /// Whatever the platform answers if it did nothing at all.
    /// Once something may have been triggered, each [entry](SelectionReport::entries) has its own result, with the errors of
    /// [`deploy`](crate::Deployer::deploy).
    fn trigger_selection<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<SelectionReport>>;
}

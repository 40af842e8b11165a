//! The group that lists and deletes the previews of pull requests.

use futures::future::BoxFuture;

use crate::{Preview, Result, Target};

/// The previews of pull requests.
///
/// A preview is deployed by [`DeployRequest::with_pull_request`](crate::DeployRequest::with_pull_request).
///
/// Callers use [`DeployerExt::previews_of`](crate::DeployerExt::previews_of) and
/// [`delete_preview`](crate::DeployerExt::delete_preview).
pub trait Previews: Send + Sync {
    /// Lists the previews of a target, the one with the highest number first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if targets of its kind have no previews.
    fn list_previews<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<Preview>>>;

    /// Deletes the preview of a pull request with its containers, and nothing else of the target.
    ///
    /// The answer is false if the platform knows no such preview, or knows it no more; deleting twice is no error.
    ///
    /// # Errors
    /// Those of [`list_previews`](Self::list_previews).
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) for the number 0, which no pull request has.
    /// [`ErrorKind::NoAnswer`](crate::ErrorKind::NoAnswer) after a lost answer, unless a read shows that it was deleted.
    fn remove_preview<'a>(&'a self, target: &'a Target, pull_request: u64) -> BoxFuture<'a, Result<bool>>;
}

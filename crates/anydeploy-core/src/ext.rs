//! Waiting, on top of any deployer.

use futures::future::{BoxFuture, FutureExt};

use crate::{DeployRequest, Deployer, DeploymentId, Outcome, Result, Watch, WatchOptions};

/// Waiting for deployments, for everything that is a [`Deployer`].
///
/// A watch owns a clone of the deployer, so that it borrows nothing: hold the deployer in an `Arc`.
pub trait DeployerExt: Deployer {
    /// Watches a deployment until it is over or the deadline passes.
    ///
    /// The result is a stream of changes, and a future of the outcome; nothing is sent before it is polled.
    /// Dropping it stops polling and cancels nothing.
    fn watch(&self, id: &DeploymentId, options: WatchOptions) -> Watch
    where
        Self: Clone + Sized,
    {
        Watch::new(self.clone(), id.clone(), options)
    }

    /// Deploys, and waits until the deployment is over.
    ///
    /// The deadline counts from the moment the platform has accepted the deployment.
    ///
    /// # Cancel safety
    /// To drop it cancels nothing.
    /// Before the platform has answered it leaves a deployment behind that may have been started and whose id nobody
    /// knows: so put no timeout of your own around it, and after one look at the target's deployments before you deploy
    /// again.
    ///
    /// # Errors
    /// Those of [`deploy`](Deployer::deploy) and those of [`Watch`].
    /// Once the platform has accepted the deployment, an error holds the last that was seen of it
    /// ([`Error::last`](crate::Error::last)), so that its id is not lost, and never says that it is safe to repeat.
    fn deploy_and_wait<'a>(
        &'a self,
        request: &'a DeployRequest,
        options: WatchOptions,
    ) -> BoxFuture<'a, Result<Outcome>>
    where
        Self: Clone + Sized,
    {
        async move {
            let deployment = self.deploy(request).await?;
            Watch::resume(self.clone(), deployment, options).await
        }
        .boxed()
    }
}

impl<T: Deployer + ?Sized> DeployerExt for T {}

//! Layers: one function around every call of a deployer.

mod audit;
mod call;
mod dry_run;
mod layered;
mod limit;
mod retry;
mod timeout;
mod tracing;

use std::fmt::Debug;

use futures::future::Future;

pub use audit::{Audit, AuditRecord, AuditResult};
pub use call::{Answer, Call, Next, NextBatch};
pub use dry_run::DryRun;
pub use layered::Layered;
pub use limit::ConcurrencyLimit;
pub use retry::{Retry, RetryEvent, RetryOptions};
pub use timeout::Timeout;
// The crate of the same name is not meant.
pub use self::tracing::Tracing;

use crate::{Deployment, DeploymentId, Result};

/// Intercepts every call of a deployer, whatever the method and the group; reads of several deployments at once have a
/// function of their own.
///
/// [`Layered`] implements [`Deployer`](crate::Deployer) and every group once and for all; an interceptor is one function.
/// It may make the call once, several times or not at all, and may replace an error, or a deployment ([`Answer::of`]).
/// Waiting passes through it as the calls that it is made of: one trigger, and one read for each poll.
/// A layer that is not `Clone` goes into an `Arc` before a program waits with it.
/// [`DeployerExt::layered`](crate::DeployerExt::layered) puts one around a deployer.
///
/// # For implementers
/// * A [trigger](crate::CallKind::Trigger) must not be made again unless its error
///   [is safe to repeat](crate::Error::is_safe_to_repeat).
/// * A future that is dropped leaves the call without an answer; after a trigger that is
///   [`ErrorKind::Undecidable`](crate::ErrorKind::Undecidable), never success and never safe to repeat.
///
/// ```
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_core::{Answer, Call, DeployRequest, Deployer, DeployerExt, Interceptor, Next, Result, Target};
///
/// /// Prints the duration of each call.
/// #[derive(Clone, Debug)]
/// struct Timed;
///
/// impl Interceptor for Timed {
///     async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
///         let started = std::time::Instant::now();
///         let answer = next.call().await;
///         println!("{} took {:?}", call.method, started.elapsed());
///         answer
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let deployer = MemoryDeployer::new().with_application("web").layered(Timed);
/// deployer.deploy(&DeployRequest::new(Target::application("web"))).await?;
/// # Ok(())
/// # }
/// ```
pub trait Interceptor: Debug + Send + Sync + 'static {
    /// Intercepts one call.
    ///
    /// # Errors
    /// Those of the call, and the interceptor's own.
    fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> impl Future<Output = Result<T>> + Send;

    /// Intercepts a read of several deployments ([`Method::Deployments`](crate::Method::Deployments)), each of which has
    /// its own result, so that the call as a whole has none.
    ///
    /// By default the read is passed on unchanged.
    fn batch(
        &self,
        call: Call<'_>,
        ids: &[DeploymentId],
        next: NextBatch<'_>,
    ) -> impl Future<Output = Vec<Result<Deployment>>> + Send {
        let _ = call;
        next.call(ids.to_vec())
    }

    /// Whether every poll of a watch has to pass it; `false` by default.
    ///
    /// Then watches share the [`Hub`](crate::Hub) of the deployer inside, whose batches belong to no single call, and only
    /// reads of one deployment pass the layer.
    /// An interceptor that changes what is read says `true`, and each watch polls by itself.
    fn sees_polls(&self) -> bool {
        false
    }
}

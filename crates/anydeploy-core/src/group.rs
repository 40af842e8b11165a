//! Groups: what a deployer may offer beside deploying, each as a trait of its own.

use futures::future::{BoxFuture, FutureExt};

use crate::{
    Check, DeployRequest, Deployment, DeploymentId, Error, ErrorKind, HistoryOptions, Intent, LogOptions, LogPage,
    Result, Service, Target,
};

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
}

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

/// The deployments that a target had.
///
/// Callers use [`DeployerExt::history_of`](crate::DeployerExt::history_of).
pub trait History: Send + Sync {
    /// Lists the target's deployments, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform keeps no deployments of its kind.
    fn list_deployments<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<Deployment>>>;
}

/// Stopping a deployment that is under way.
///
/// Callers use [`DeployerExt::cancel_deployment`](crate::DeployerExt::cancel_deployment).
pub trait Cancel: Send + Sync {
    /// Asks the platform to stop a deployment, and returns its state after the request.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if it is over already,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if a deployment of this kind cannot be stopped.
    fn request_cancel<'a>(&'a self, id: &'a DeploymentId) -> BoxFuture<'a, Result<Deployment>>;
}

/// The logs of deployments.
///
/// Callers use [`DeployerExt::logs_of`](crate::DeployerExt::logs_of).
pub trait Logs: Send + Sync {
    /// Reads the end of a deployment's log.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) if the token may not read logs.
    fn read_log<'a>(&'a self, id: &'a DeploymentId, options: LogOptions) -> BoxFuture<'a, Result<LogPage>>;
}

/// What there is to deploy, and what the credential may do.
///
/// Callers use [`DeployerExt::service`](crate::DeployerExt::service), [`services`](crate::DeployerExt::services),
/// [`find`](crate::DeployerExt::find) and [`check`](crate::DeployerExt::check).
pub trait Catalog: Send + Sync {
    /// Reads what a target is and how it runs.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target.
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>>;

    /// Lists everything the token can see that can be deployed.
    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>>;

    /// Finds the one service that goes by a name.
    ///
    /// By default it reads the list of services.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) with the nearest names if none has exactly this name,
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) with the candidates if several have: none is chosen.
    fn find_service<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Service>> {
        async move { named(self.list_services().await?, name) }.boxed()
    }

    /// Finds out whether the credential works and what it may do, without changing anything.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized) if it does not work at all.
    fn check_credential(&self) -> BoxFuture<'_, Result<Check>>;
}

/// How many names an error lists.
const MAX_NAMES: usize = 5;

/// How alike two names are at least, from 0 to 1, so that one may have been meant by the other.
const MIN_LIKENESS: f64 = 0.7;

/// The one service of this name.
fn named(services: Vec<Service>, name: &str) -> Result<Service> {
    let (mut named, others): (Vec<_>, Vec<_>) = services.into_iter().partition(|service| service.name == name);
    match (named.pop(), named.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(last), false) => {
            named.push(last);
            let candidates: Vec<_> = named.iter().map(|service| format!("`{}`", service.target)).collect();
            let message = format!("{} services have the name `{name}`: {}", named.len(), listed(&candidates));
            Err(Error::new(ErrorKind::Ambiguous, message))
        }
        (None, _) => {
            let likeness = |other: &Service| strsim::jaro_winkler(&name.to_lowercase(), &other.name.to_lowercase());
            let mut near: Vec<_> = others.iter().map(|other| (likeness(other), format!("`{}`", other.name))).collect();
            near.retain(|(alike, _)| *alike >= MIN_LIKENESS);
            near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
            let nearest: Vec<_> = near.into_iter().map(|(_, other)| other).collect();
            let near = if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", listed(&nearest)) };
            let error = Error::new(ErrorKind::NotFound, format!("no service has the name `{name}`{near}"));
            Err(error.with_advice("check the name, and that the token may see the service"))
        }
    }
}

/// The first few of some words, and how many more there are.
fn listed(words: &[String]) -> String {
    let more = words.len().saturating_sub(MAX_NAMES);
    let first = words[..words.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

//! The group of what there is to deploy, and of the search by name.

use futures::future::{BoxFuture, FutureExt};

use crate::{Check, Error, ErrorKind, Result, Service, Target};

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

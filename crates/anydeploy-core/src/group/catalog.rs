//! The group of what there is to deploy, and of the search for services.

use futures::future::{BoxFuture, FutureExt};

use crate::{Check, Result, Service, ServiceDomain, ServiceQuery, Target};

/// What there is to deploy, and what the credential may do.
///
/// Callers use [`DeployerExt::service`](crate::DeployerExt::service), [`services`](crate::DeployerExt::services),
/// [`find`](crate::DeployerExt::find), [`find_one`](crate::DeployerExt::find_one),
/// [`find_matching`](crate::DeployerExt::find_matching), [`domains`](crate::DeployerExt::domains) and
/// [`check`](crate::DeployerExt::check).
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
        async move {
            let query = ServiceQuery::named(name);
            let (found, others) = self.list_services().await?.into_iter().partition(|service| query.matches(service));
            query.one_of(found, &others)
        }
        .boxed()
    }

    /// Lists the services that a query means.
    ///
    /// By default it is [`list_services`](Self::list_services), and then [`ServiceQuery::select`]; a platform that can
    /// search reads less.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform does not report what the query names, such
    /// as tags.
    fn list_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        async move { query.select(self.list_services().await?) }.boxed()
    }

    /// Lists the domains that lead to a target.
    ///
    /// By default they are the URLs of [`read_service`](Self::read_service), with nothing known of their certificates.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such target,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if targets of its kind have no domains.
    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        async move {
            let service = self.read_service(target).await?;
            Ok(service.urls.into_iter().map(ServiceDomain::new).collect())
        }
        .boxed()
    }

    /// Finds out whether the credential works and what it may do, without changing anything.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized) if it does not work at all.
    fn check_credential(&self) -> BoxFuture<'_, Result<Check>>;
}

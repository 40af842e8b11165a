//! What can be deployed, how it runs, and what the key may do.

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};

use super::check::check_key;
use super::details::Domain;
use super::projects::{Listed, services_of, services_of_project};
use super::{ApplicationStatusEnum, Dokploy, service_state};
use crate::{Catalog, Check, Result, Service, Target};

impl Catalog for Dokploy {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        async move {
            let (name, status, domains) = self.api.details(target).await?;
            Ok(service(target.clone(), name, &status).with_urls(domains.iter().filter_map(url).collect()))
        }
        .boxed()
    }

    /// Lists the applications, compose stacks and databases of every project; the list has no URLs.
    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        async move {
            let mut services = Vec::new();
            for project in &self.api.projects().await? {
                services.extend(listed(self, project).await?.into_iter().map(to_service));
            }
            Ok(services)
        }
        .boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        check_key(self).boxed()
    }
}

/// The services of a project, each with its name.
async fn listed(dokploy: &Dokploy, project: &Map<String, Value>) -> Result<Vec<Listed>> {
    let listed = services_of_project(project)?;
    let has_names = listed.iter().all(|service| service.engine.is_none() || service.name.is_some());
    match project.get("projectId").and_then(Value::as_str) {
        // The list of projects shows owners nothing but the ids of databases, that of environments their names as well.
        Some(id) if !has_names && project.contains_key("environments") => {
            Ok(dokploy.api.environments(id).await?.iter().flat_map(services_of).collect())
        }
        _ => Ok(listed),
    }
}

fn to_service(listed: Listed) -> Service {
    service(listed.target, listed.name.unwrap_or_default(), &listed.status)
}

fn service(target: Target, name: String, status: &ApplicationStatusEnum) -> Service {
    Service::new(target, name, service_state(status), status.as_str())
}

fn url(domain: &Domain) -> Option<String> {
    if domain.enabled == Some(false) {
        return None;
    }
    let scheme = if domain.https == Some(true) { "https" } else { "http" };
    let host = domain.host.as_deref()?;
    let path = domain.path.as_deref().unwrap_or_default().trim_end_matches('/');
    Some(format!("{scheme}://{host}{path}"))
}

//! What can be deployed, how it runs, and what the key may do.

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};

use super::check::check_key;
use super::domains::to_service_domain;
use super::projects::{Listed, services_of, services_of_project};
use super::{Dokploy, service_state};
use crate::{Ability, Catalog, Check, Deployer, Result, Service, ServiceDomain, Target, platform};

impl Catalog for Dokploy {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        async move { Ok(self.api.details(target).await?.to_service(target)) }.boxed()
    }

    /// Lists the applications, compose stacks and databases of every project; the list has no URLs.
    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        async move {
            let mut services = Vec::new();
            for project in &self.api.projects().await? {
                let name = project.get("name").and_then(Value::as_str);
                services.extend(listed(self, project).await?.into_iter().map(|listed| to_service(listed, name)));
            }
            Ok(services)
        }
        .boxed()
    }

    /// Lists the domains in the row of the target, also those that are switched off.
    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        async move {
            target.validate()?;
            self.capabilities().require(&platform::DOKPLOY, target.kind(), Ability::Domains)?;
            Ok(self.api.details(target).await?.domains().filter_map(to_service_domain).collect())
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

fn to_service(listed: Listed, project: Option<&str>) -> Service {
    let (name, state) = (listed.name.unwrap_or_default(), service_state(&listed.status));
    Service::new(listed.target, name, state, listed.status.as_str())
        .with_project(project.map(str::to_owned))
        .with_environment(listed.environment)
}

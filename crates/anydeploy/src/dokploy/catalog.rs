//! What can be deployed, how it runs, and what the key may do.

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};

use super::check::check_key;
use super::details::Domain;
use super::{ApplicationStatusEnum, Dokploy, service_state};
use crate::{Catalog, Check, Error, Result, Service, Target, platform};

impl Catalog for Dokploy {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        async move {
            let (name, status, domains) = self.api.details(target).await?;
            Ok(service(target.clone(), name, &status).with_urls(domains.iter().filter_map(url).collect()))
        }
        .boxed()
    }

    /// Lists the applications and compose stacks of every project; the list has no URLs.
    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        async move {
            let mut services = Vec::new();
            for project in &self.api.projects().await? {
                services.extend(holders(project)?.into_iter().flat_map(services_of));
            }
            Ok(services)
        }
        .boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        check_key(self).boxed()
    }
}

/// What holds the services of a project: its environments since 0.25, and before that the project itself.
fn holders(project: &Map<String, Value>) -> Result<Vec<&Map<String, Value>>> {
    let environments = project.get("environments").and_then(Value::as_array);
    let mut holders: Vec<_> = environments.into_iter().flatten().filter_map(Value::as_object).collect();
    let holds_services = LISTS.iter().any(|(list, ..)| project.contains_key(*list));
    if environments.is_none() && !holds_services {
        let what = "the services of a project in a form that this crate knows; give the ids of the services instead";
        return Err(Error::unsupported(platform::DOKPLOY, what));
    }
    if holds_services {
        holders.push(project);
    }
    Ok(holders)
}

/// A list of services with the names of an id and of a status in it, and what its services are.
type List = (&'static str, &'static str, &'static str, fn(&str) -> Target);

const LISTS: [List; 2] = [
    ("applications", "applicationId", "applicationStatus", |id| Target::application(id)),
    ("compose", "composeId", "composeStatus", |id| Target::compose(id)),
];

fn services_of(holder: &Map<String, Value>) -> Vec<Service> {
    let mut services = Vec::new();
    for (list, id, status, target) in LISTS {
        let rows = holder.get(list).and_then(Value::as_array).into_iter().flatten();
        services.extend(rows.filter_map(|row| {
            let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
            let status = ApplicationStatusEnum::from(text(status));
            Some(service(target(row[id].as_str()?), text("name"), &status))
        }));
    }
    services
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

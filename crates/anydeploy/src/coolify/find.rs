//! The search for services: by tag in a list of applications, by project and environment through their numbers.
//!
//! Facts of 4.3.11: a list names an environment by its number alone, and its name stands in its project.
//! Applications are listed by a tag; services and databases are not.

use std::collections::HashMap;

use coolify_client::types::Project;
use futures::future::FutureExt;

use super::api::{Api, tag_as_stored};
use super::service::{of_application, of_resource, read};
use crate::adapter::concurrently;
use crate::{Error, Result, Service, ServiceQuery, TargetKind, platform};

/// How many projects are read at once.
const MAX_CONCURRENT_READS: usize = 4;

/// How many services of one name are read by themselves, to say where each is.
const MAX_CANDIDATES: usize = 10;

/// Where an environment is.
struct Place {
    project: Option<String>,
    environment: Option<String>,
}

/// The services that a query means.
pub(super) async fn matching(api: &Api, query: &ServiceQuery) -> Result<Vec<Service>> {
    let is_meant = |service: &Service| {
        query.name.as_ref().is_none_or(|name| service.name == *name)
            && query.kind.as_ref().is_none_or(|kind| service.target.kind() == kind)
    };
    if query.project.is_none() && query.environment.is_none() {
        let listed = listed(api, query).await?.into_iter().map(|(service, _)| service);
        let found: Vec<_> = listed.filter(is_meant).collect();
        let is_ambiguous = query.name.is_some() && (2..=MAX_CANDIDATES).contains(&found.len());
        return Ok(if is_ambiguous { located(api, found).await } else { found });
    }
    let environments = environments(api, query).await?;
    let listed = listed(api, query).await?;
    if !listed.is_empty() && listed.iter().all(|(_, number)| number.is_none()) {
        return Err(Error::unsupported(platform::COOLIFY, "finding services by their project or environment"));
    }
    let in_environment = |(service, number): (Service, Option<i64>)| {
        let place = environments.get(&number?)?;
        Some(service.with_project(place.project.clone()).with_environment(place.environment.clone()))
    };
    Ok(listed.into_iter().filter_map(in_environment).filter(is_meant).collect())
}

/// The services that may be meant, each with the number of its environment.
async fn listed(api: &Api, query: &ServiceQuery) -> Result<Vec<(Service, Option<i64>)>> {
    let Some(tag) = query.tag.as_deref().map(tag_as_stored) else {
        let rows = api.resources().await?;
        return Ok(rows.iter().map(|row| (of_resource(row), row.environment_id)).collect());
    };
    if query.kind.as_ref().is_some_and(|kind| *kind != TargetKind::Application) {
        return Err(Error::unsupported(platform::COOLIFY, "finding anything but applications by a tag"));
    }
    let rows = api.applications_with_tag(&tag).await?;
    let tagged = |service: Service| service.with_tags(vec![tag.clone()]);
    Ok(rows.iter().map(|row| (tagged(of_application(row)), row.environment_id)).collect())
}

/// The environments that a query means, by their numbers.
async fn environments(api: &Api, query: &ServiceQuery) -> Result<HashMap<i64, Place>> {
    let is_named = |project: &Project| query.project.is_none() || project.name == query.project;
    let named = api.projects().await?.into_iter().filter(is_named);
    let reads = named.map(|project| async move { api.project(&project.uuid).await }.boxed());
    let mut places = HashMap::new();
    for project in concurrently(MAX_CONCURRENT_READS, reads.collect()).await {
        let project = project?;
        for environment in project.environments {
            let is_meant = |wanted: &String| environment.name.as_ref() == Some(wanted) || environment.uuid == *wanted;
            if let Some(number) = environment.id.filter(|_| query.environment.as_ref().is_none_or(is_meant)) {
                places.insert(number, Place { project: project.name.clone(), environment: environment.name });
            }
        }
    }
    Ok(places)
}

/// Services of one name, with where each is, as far as it can be read.
async fn located(api: &Api, found: Vec<Service>) -> Vec<Service> {
    let reads = found.iter().map(|service| read(api, &service.target));
    let read = concurrently(MAX_CONCURRENT_READS, reads.collect()).await;
    let with_place = |(service, read): (Service, Result<Service>)| match read {
        Ok(read) => service.with_project(read.project).with_environment(read.environment),
        // Where it is makes an error clearer, and decides nothing.
        Err(_) => service,
    };
    found.into_iter().zip(read).map(with_place).collect()
}

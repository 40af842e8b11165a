//! A service as its row describes it: where it is, what it is set to run, and where it is reachable.

use coolify_client::types::{BuildPackEnum, Resource};
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Map, Value};

use super::api::Api;
use super::settings::{Application, Environment, ServiceOrDatabase};
use super::status::service_state;
use crate::adapter::Timestamps;
use crate::{Error, Result, Service, Target, TargetKind, platform};

/// Why a state proves nothing.
pub(super) const UNREACHABLE: &str = "the server is not reachable, so the state may be old";

/// Whether a state is not an old one: Coolify says of a machine that it does not reach it, and says nothing of others.
pub(super) fn is_reachable(server_status: Option<bool>) -> bool {
    server_status != Some(false)
}

/// How a target runs.
pub(super) fn read<'a>(api: &'a Api, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
    async move { Ok(read_with_reachability(api, target).await?.service) }.boxed()
}

/// A read of how a target runs.
pub(super) struct Reading {
    pub(super) service: Service,
    /// Coolify reaches the machine, so that the state is not an old one.
    pub(super) is_reachable: bool,
    pub(super) at: Timestamps,
}

/// How a target runs, and when it was read.
pub(super) fn read_with_reachability<'a>(api: &'a Api, target: &'a Target) -> BoxFuture<'a, Result<Reading>> {
    async move {
        target.validate()?;
        let uuid = target.id();
        let (mut service, server_status, at) = match target.kind() {
            TargetKind::Application => {
                let (row, at) = api.application(uuid).await?;
                (of_application(&row), row.server_status, at)
            }
            TargetKind::Service => {
                let (row, at) = api.service(uuid).await?;
                (of_service(&row), row.server_status, at)
            }
            TargetKind::Database => {
                let (row, at) = api.database(uuid).await?;
                (of_database(&row), row.server_status, at)
            }
            other => return Err(Error::unsupported(platform::COOLIFY, format_args!("targets of kind `{other}`"))),
        };
        // As it was asked for, with the environment that the caller may have named.
        service.target = target.clone();
        let at = at.unwrap_or_else(|| Timestamps::of(None));
        Ok(Reading { service, is_reachable: is_reachable(server_status), at })
    }
    .boxed()
}

/// The application of a row, which has its environment in the single read alone.
pub(super) fn of_application(row: &Application) -> Service {
    let target = Target::application(&row.uuid);
    placed(service(target, row.name.as_deref(), row.status.as_deref()), row.environment.as_ref())
        .with_urls(application_urls(row))
        .with_image(image(row))
}

fn of_service(row: &ServiceOrDatabase) -> Service {
    let urls = row.applications.iter().flatten().flat_map(|child| items(child.fqdn.as_deref())).collect();
    let target = Target::service(&row.uuid);
    placed(service(target, row.name.as_deref(), row.status.as_deref()), row.environment.as_ref()).with_urls(urls)
}

fn of_database(row: &ServiceOrDatabase) -> Service {
    let target = Target::database(&row.uuid);
    placed(service(target, row.name.as_deref(), row.status.as_deref()), row.environment.as_ref())
        .with_image(row.image.clone())
}

/// What the list of all resources has of one, which is the number of its environment and not the name.
pub(super) fn of_resource(row: &Resource) -> Service {
    let kind = match row.type_.as_ref().map_or("", |kind| kind.as_str()) {
        "application" => TargetKind::Application,
        "service" => TargetKind::Service,
        // `standalone-postgresql` and the like.
        engine if engine.starts_with("standalone-") => TargetKind::Database,
        other => TargetKind::Other(other.to_owned()),
    };
    let target = Target::new(kind, &row.uuid);
    service(target, row.name.as_deref(), row.status.as_deref()).with_urls(items(row.fqdn.as_deref()).collect())
}

fn service(target: Target, name: Option<&str>, status: Option<&str>) -> Service {
    let (name, raw) = (name.unwrap_or(target.id()).to_owned(), status.unwrap_or_default());
    Service::new(target, name, service_state(raw), raw)
}

fn placed(service: Service, environment: Option<&Environment>) -> Service {
    let project = environment.and_then(|environment| environment.project.as_ref()?.name.clone());
    service.with_project(project).with_environment(environment.and_then(|environment| environment.name.clone()))
}

/// Coolify keeps the URLs of a container in one text, separated by commas.
pub(super) fn items(urls: Option<&str>) -> impl Iterator<Item = String> {
    urls.into_iter().flat_map(|urls| urls.split(',')).map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned)
}

/// A compose application has the domains of each of its services in a text of JSON.
fn application_urls(row: &Application) -> Vec<String> {
    if row.build_pack != Some(BuildPackEnum::Dockercompose) {
        return items(row.fqdn.as_deref()).collect();
    }
    let of_services = row.docker_compose_domains.as_deref().unwrap_or_default();
    let of_services: Map<String, Value> = serde_json::from_str(of_services).unwrap_or_default();
    of_services.values().flat_map(|of_one| items(of_one["domain"].as_str())).collect()
}

/// The image of an application that is made from one; without a tag Coolify deploys `latest` (4.3.11).
fn image(row: &Application) -> Option<String> {
    let name = row.docker_registry_image_name.as_deref().filter(|name| !name.is_empty())?;
    let tag = row.docker_registry_image_tag.as_deref().filter(|tag| !tag.is_empty()).unwrap_or("latest");
    // One that is built from a repository names the image under which it is pushed.
    (row.build_pack == Some(BuildPackEnum::Dockerimage)).then(|| format!("{name}:{tag}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn application(details: &Value) -> Application {
        let mut row = json!({ "uuid": "web" });
        row.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn an_application_from_an_image_names_it_and_one_that_is_built_does_not() {
        let image = |details: Value| of_application(&application(&details)).image;
        let named = |tag: Value| {
            json!({ "build_pack": "dockerimage", "docker_registry_image_name": "ghcr.io/a/b",
                "docker_registry_image_tag": tag })
        };
        assert_eq!(image(named(json!("1.27"))).as_deref(), Some("ghcr.io/a/b:1.27"));
        assert_eq!(image(named(Value::Null)).as_deref(), Some("ghcr.io/a/b:latest"));
        assert_eq!(image(json!({ "build_pack": "nixpacks", "docker_registry_image_name": "ghcr.io/a/b" })), None);
        assert_eq!(image(json!({ "build_pack": "dockerimage" })), None);
    }

    #[test]
    fn the_domains_of_a_compose_application_are_those_of_its_services() {
        let urls = |domains: Value| {
            let row =
                json!({ "build_pack": "dockercompose", "fqdn": "https://old", "docker_compose_domains": domains });
            of_application(&application(&row)).urls
        };
        let text = r#"{"web":{"domain":"https://a, https://b:3000/x"},"db":{}}"#;
        assert_eq!(urls(json!(text)), ["https://a", "https://b:3000/x"]);
        for none in [Value::Null, json!(""), json!("[]"), json!("no JSON")] {
            assert!(urls(none.clone()).is_empty(), "{none}");
        }
        assert_eq!(of_application(&application(&json!({ "fqdn": " https://a ,,https://b" }))).urls.len(), 2);
    }
}

//! What can be deployed, and how it runs.

use dokploy_client::types::Domain;

use super::rows::unsupported_kind;
use super::{ApplicationStatusEnum, Dokploy, fail, service_state};
use crate::{Result, Service, Target, TargetKind};

impl Dokploy {
    pub(super) async fn read_service(&self, target: &Target) -> Result<Service> {
        target.validate()?;
        let (name, status, domains) = match target.kind() {
            TargetKind::Application => {
                let row = self.client.application_one(target.id()).await.map_err(fail)?.into_value();
                (row.name, row.application_status, row.domains)
            }
            TargetKind::Compose => {
                let row = self.client.compose_one(target.id()).await.map_err(fail)?.into_value();
                (row.name, row.compose_status, row.domains)
            }
            other => return Err(unsupported_kind(other)),
        };
        Ok(service(target.clone(), name, &status).with_urls(domains.iter().filter_map(url).collect()))
    }

    /// Lists the applications and compose stacks of every project; the list tells no URLs.
    pub(super) async fn list_services(&self) -> Result<Vec<Service>> {
        let projects = self.client.project_all().await.map_err(fail)?.into_value();
        let mut services = Vec::new();
        for environment in projects.into_iter().flat_map(|project| project.environments) {
            services.extend(
                environment
                    .applications
                    .into_iter()
                    .map(|row| service(Target::application(row.application_id), row.name, &row.application_status)),
            );
            services.extend(
                environment
                    .compose
                    .into_iter()
                    .map(|row| service(Target::compose(row.compose_id), row.name, &row.compose_status)),
            );
        }
        Ok(services)
    }
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

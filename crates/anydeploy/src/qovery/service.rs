//! Services and environments: what they are, and how they run.

use futures::future::{BoxFuture, FutureExt, try_join};
use futures::stream::{self, StreamExt, TryStreamExt};
use qovery_client::types::{
    ListServicesByOrganizationIdParams, ServiceLightResponse as Light, ServiceTypeEnum, StateEnum,
};

use super::error::map_error_of_known;
use super::snapshot::{Snapshot, filled};
use super::status::service_state;
use super::{Qovery, ids, map_error};
use crate::{Catalog, Check, ErrorKind, Result, Service, ServiceState, Target, TargetKind};

/// How many environments are read at once.
const MAX_CONCURRENT_READS: usize = 4;

impl Catalog for Qovery {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        self.service_of(target).boxed()
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        self.all_services().boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        self.check_token().boxed()
    }
}

impl Qovery {
    pub(super) async fn service_of(&self, target: &Target) -> Result<Service> {
        let target = &ids::target(target)?;
        let row = self.row(target).await?;
        let environment = row.environment(target)?;
        let links = async { self.client.list_environment_services_links(&environment).await.map_err(map_error) };
        let (snapshot, links) = try_join(self.snapshot(&environment), links).await?;
        let whole = *target.kind() == TargetKind::Environment;
        let urls = links.into_value().results.into_iter().filter_map(|link| {
            let fits = whole || link.service_id.as_deref() == Some(target.id());
            link.url.filter(|_| fits)
        });
        Ok(service(target.clone(), Some(&row.name), Some(&snapshot)).with_urls(urls.collect()))
    }

    /// Lists every environment and service that the token can see.
    ///
    /// It takes two requests an organization and one an environment, because only there the states are.
    pub(super) async fn all_services(&self) -> Result<Vec<Service>> {
        let organizations = self.client.list_organization().await.map_err(map_error_of_known)?.into_value().results;
        let mut all = Vec::new();
        for organization in organizations {
            let params = ListServicesByOrganizationIdParams::default();
            let environments = self.client.list_environments_by_organization_id(&organization.id);
            let services = self.client.list_services_by_organization_id(&organization.id, &params);
            let (environments, services) = try_join(environments, services).await.map_err(map_error)?;
            let services = services.into_value().results;
            let environments = environments.into_value().results;
            let snapshots: Vec<_> =
                environments.iter().map(|environment| self.snapshot_if_there(&environment.id).boxed()).collect();
            let snapshots: Vec<_> = stream::iter(snapshots).buffered(MAX_CONCURRENT_READS).try_collect().await?;
            for (environment, snapshot) in environments.iter().zip(snapshots) {
                let snapshot = snapshot.as_ref();
                all.push(service(Target::environment(&environment.id), environment.name.as_deref(), snapshot));
                let inside = services.iter().filter(|row| row.environment_id.as_ref() == Some(&environment.id));
                all.extend(inside.map(|row| service(target_of(row, &environment.id), row.name.as_deref(), snapshot)));
            }
        }
        Ok(all)
    }

    /// The snapshot of an environment, unless it was deleted after it was listed.
    async fn snapshot_if_there(&self, environment: &str) -> Result<Option<Snapshot>> {
        match self.snapshot(environment).await {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn target_of(row: &Light, environment: &str) -> Target {
    let kind = match &row.service_type {
        Some(ServiceTypeEnum::Application) => TargetKind::Application,
        Some(ServiceTypeEnum::Container) => TargetKind::Container,
        Some(ServiceTypeEnum::Job) => TargetKind::Job,
        Some(ServiceTypeEnum::Helm) => TargetKind::Helm,
        Some(ServiceTypeEnum::Terraform) => TargetKind::Terraform,
        Some(ServiceTypeEnum::Database) => TargetKind::Database,
        // Some kinds are there to be read only.
        Some(other) => TargetKind::Other(other.as_str().to_ascii_lowercase()),
        None => TargetKind::Other("unknown".to_owned()),
    };
    Target::new(kind, &row.id).in_environment(environment)
}

fn service(target: Target, name: Option<&str>, snapshot: Option<&Snapshot>) -> Service {
    let state = snapshot.and_then(|snapshot| match target.kind() {
        TargetKind::Environment => Some(snapshot.state()),
        _ => snapshot.service(&target).map(|status| &status.state),
    });
    let name = filled(name).unwrap_or(target.id()).to_owned();
    Service::new(target, name, state.map_or(ServiceState::Unknown, service_state), state.map_or("", StateEnum::as_str))
}

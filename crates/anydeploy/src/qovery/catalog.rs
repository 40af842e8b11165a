//! Services and environments, what they are and how they run, and what the token may do.

use futures::future::{BoxFuture, FutureExt, try_join3};
use qovery_client::types::{Link, ServiceLightResponse as Light};

use super::api::Api;
use super::place::environment_of;
use super::row::{Source, row};
use super::running::runs;
use super::snapshot::{Snapshot, filled, kind_of};
use super::{Qovery, ids};
use crate::adapter::{sorted_by, try_concurrently};
use crate::{
    Ability, Catalog, Certificate, Check, Deployer, ErrorKind, Permission, RanRevision, Result, Service, ServiceDomain,
    ServiceState, Target, TargetKind, VersionSupport, platform,
};

/// How many environments are read at once.
const MAX_CONCURRENT_READS: usize = 4;

impl Catalog for Qovery {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        read_service(&self.api, target).boxed()
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        list_services(&self.api).boxed()
    }

    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        async move {
            self.capabilities().require(&platform::QOVERY, target.kind(), Ability::Domains)?;
            list_domains(&self.api, &ids::target(target)?).await
        }
        .boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        check_credential(&self.api).boxed()
    }
}

async fn read_service(api: &Api, target: &Target) -> Result<Service> {
    let target = &ids::target(target)?;
    let row = row(api, target).await?;
    let environment = row.environment(target)?;
    let reads = (api.snapshot(&environment), api.links(&environment), place(api, &environment));
    let (snapshot, links, (environment_name, project)) = try_join3(reads.0, reads.1, reads.2).await?;
    let urls = links_of(target, links).into_iter().filter_map(|link| link.url);
    // The tag of an image is the configured one, which need not be the one that was deployed.
    let revision = match row.source {
        Source::Git { deployed: Some(commit) } => RanRevision::Commit(commit),
        _ => RanRevision::Unverified,
    };
    Ok(service(target.clone(), Some(&row.name), Some(&snapshot))
        .with_urls(urls.collect())
        .with_project(project)
        .with_environment(environment_name)
        .with_image(row.image)
        .with_revision(revision))
}

/// The names of an environment and of its project; one that the token may not read is absent.
async fn place(api: &Api, environment: &str) -> Result<(Option<String>, Option<String>)> {
    let Some(environment) = readable(api.environment(environment).await)? else { return Ok((None, None)) };
    let project = match environment.project {
        Some(project) => readable(api.project(&project.id).await)?.and_then(|project| project.name),
        None => None,
    };
    Ok((environment.name, project))
}

/// What was read, unless it is not there, or not for this token.
fn readable<T>(read: Result<T>) -> Result<Option<T>> {
    use ErrorKind::{NotFound, NotFoundOrForbidden, PermissionDenied};
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if matches!(error.kind(), NotFound | NotFoundOrForbidden | PermissionDenied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The domains of a service or a whole environment.
///
/// Qovery has certificates issued for its own domains; whether it does so for a domain of people's own is a setting that
/// a link does not show.
async fn list_domains(api: &Api, target: &Target) -> Result<Vec<ServiceDomain>> {
    let environment = environment_of(api, target).await?;
    let links = links_of(target, api.links(&environment).await?);
    if links.is_empty() {
        // Of what does not exist there are no links either.
        row(api, target).await?;
    }
    let domains = links.into_iter().filter_map(|link| {
        let domain = ServiceDomain::new(link.url?).with_port(link.internal_port.and_then(|port| port.try_into().ok()));
        let is_automatic = link.is_qovery_domain == Some(true) && domain.certificate == Certificate::Unknown;
        Some(if is_automatic { domain.with_certificate(Certificate::Automatic) } else { domain })
    });
    Ok(domains.collect())
}

/// The links of a target, people's own domains first, and then the one that Qovery's console shows.
fn links_of(target: &Target, mut links: Vec<Link>) -> Vec<Link> {
    let whole = *target.kind() == TargetKind::Environment;
    links.retain(|link| whole || link.service_id.as_deref() == Some(target.id()));
    let rank = |link: &Link| (link.is_qovery_domain == Some(true), link.is_default != Some(true));
    sorted_by(links, |one, other| rank(one).cmp(&rank(other)))
}

/// Lists every environment and service that the token can see.
///
/// It takes two requests an organization and one an environment, because only there the states are.
async fn list_services(api: &Api) -> Result<Vec<Service>> {
    let mut all = Vec::new();
    for organization in api.organizations().await? {
        let (environments, services) = api.inventory(&organization.id).await?;
        let snapshots: Vec<_> =
            environments.iter().map(|environment| snapshot_if_there(api, &environment.id).boxed()).collect();
        let snapshots = try_concurrently(MAX_CONCURRENT_READS, snapshots).await?;
        for (environment, snapshot) in environments.iter().zip(snapshots) {
            let snapshot = snapshot.as_ref();
            let project = environment.project.as_ref().map(|project| &project.id);
            // Only services name their project, so that one without any has no name here.
            let in_project = services.iter().find(|row| project.is_some() && row.project_id.as_ref() == project);
            let project = in_project.and_then(|row| row.project_name.clone());
            let placed =
                |service: Service| service.with_project(project.clone()).with_environment(environment.name.clone());
            all.push(placed(service(Target::environment(&environment.id), environment.name.as_deref(), snapshot)));
            let inside = services.iter().filter(|row| row.environment_id.as_ref() == Some(&environment.id));
            all.extend(
                inside.map(|row| placed(service(target_of(row, &environment.id), row.name.as_deref(), snapshot))),
            );
        }
    }
    Ok(all)
}

/// The snapshot of an environment, unless it was deleted after it was listed.
async fn snapshot_if_there(api: &Api, environment: &str) -> Result<Option<Snapshot>> {
    match api.snapshot(environment).await {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotFoundOrForbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lists the organizations, which is how Qovery's own command line checks a token.
///
/// No call reports what else its role allows.
async fn check_credential(api: &Api) -> Result<Check> {
    let organizations = match api.organizations().await {
        Ok(organizations) => organizations,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(Check::new(Permission::Denied)),
        Err(error) => return Err(error),
    };
    let mut check = Check::new(Permission::Granted);
    // Qovery does not report the version of its server.
    check.version_support = VersionSupport::Unknown;
    // Without a credit card an organization still deploys on demo clusters; any other restriction blocks every
    // deployment (document of 2026-08-20, line 24256).
    let restricted = |restriction: &Option<String>| {
        restriction.as_deref().is_some_and(|text| !matches!(text, "" | "NO_CREDIT_CARD"))
    };
    if !organizations.is_empty() && organizations.iter().all(|o| restricted(&o.billing_deployment_restriction)) {
        check.deploy = Permission::Denied;
    }
    let names: Vec<String> = organizations.into_iter().map(|o| o.name.unwrap_or(o.id)).collect();
    check.account = Some(names.join(", ")).filter(|names| !names.is_empty());
    Ok(check)
}

fn target_of(row: &Light, environment: &str) -> Target {
    Target::new(kind_of(row.service_type.as_ref()), &row.id).in_environment(environment)
}

fn service(target: Target, name: Option<&str>, snapshot: Option<&Snapshot>) -> Service {
    let state = snapshot.and_then(|snapshot| runs(snapshot, &target));
    let (state, word) = state.map_or((ServiceState::Unknown, ""), |(state, word)| (state, word.as_str()));
    let name = filled(name).unwrap_or(target.id()).to_owned();
    Service::new(target, name, state, word)
}

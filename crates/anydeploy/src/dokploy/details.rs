//! What a target is, as its own row shows it.

use dokploy_client::types::Domain;
use dokploy_client::wire::object;

use super::domains::url;
use super::{ApplicationStatusEnum, service_state};
use crate::{Service, Target};

/// The columns of a target's row that say what it is; the whole row holds passwords and variables in clear.
pub(super) struct Details {
    name: Option<String>,
    /// The title of the pull request that a preview is of.
    title: Option<String>,
    of_compose: Option<ApplicationStatusEnum>,
    of_preview: Option<ApplicationStatusEnum>,
    status: Option<ApplicationStatusEnum>,
    source: Option<String>,
    image: Option<String>,
    environment: Option<Place>,
    domains: Option<Vec<Domain>>,
    /// The one domain of a preview.
    domain: Option<Domain>,
}

object!(Details:
    nullable {
        name = "name",
        title = "pullRequestTitle",
        status = "applicationStatus",
        of_compose = "composeStatus",
        of_preview = "previewStatus",
        source = "sourceType",
        image = "dockerImage",
        environment = "environment",
        domains = "domains",
        domain = "domain",
    }
);

/// An environment, or the project of one.
pub(super) struct Place {
    name: Option<String>,
    project: Option<Box<Place>>,
}

object!(Place: nullable { name = "name", project = "project" });

impl Details {
    /// Its domains, also those that the proxy does not serve.
    pub(super) fn domains(&self) -> impl Iterator<Item = &Domain> {
        self.domains.iter().flatten().chain(&self.domain)
    }

    pub(super) fn to_service(&self, target: &Target) -> Service {
        let status = self.of_preview.as_ref().or(self.of_compose.as_ref()).or(self.status.as_ref());
        let status = status.cloned().unwrap_or_else(|| ApplicationStatusEnum::from(""));
        let name = self.name.clone().or_else(|| self.title.clone()).unwrap_or_default();
        // The image of an application stays in its row when its source is changed to a repository.
        let runs_image = self.source.as_deref().is_none_or(|source| source == "docker");
        let project = self.environment.as_ref().and_then(|environment| environment.project.as_ref());
        Service::new(target.clone(), name, service_state(&status), status.as_str())
            .with_urls(self.domains().filter_map(url).collect())
            .with_project(project.and_then(|project| project.name.clone()))
            .with_environment(self.environment.as_ref().and_then(|environment| environment.name.clone()))
            .with_image(self.image.clone().filter(|_| runs_image))
    }
}

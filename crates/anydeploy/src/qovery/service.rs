//! A service as Qovery describes it, as far as it decides something.
//!
//! The kinds of services differ in a few members, which stand side by side here: one type is cheaper to compile than six.

use qovery_client::types::{JobSchedule, JobTypeEnum, ReferenceObject};
use qovery_client::wire::object;

/// An application, container, job, chart, Terraform service or database.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) environment: Option<ReferenceObject>,
    /// Of an application.
    pub(super) git_repository: Option<Repository>,
    /// Of a container.
    pub(super) image_name: Option<String>,
    pub(super) tag: Option<String>,
    /// Of a job or a chart.
    pub(super) source: Option<Source>,
    /// Of a chart.
    pub(super) values_override: Option<ValuesOverride>,
    /// Of a Terraform service.
    pub(super) terraform_files_source: Option<Files>,
    /// Of a job.
    pub(super) schedule: Option<JobSchedule>,
    /// Of a job.
    pub(super) job_type: Option<JobTypeEnum>,
}

object!(Service:
    required { id = "id", name = "name" }
    nullable {
        environment = "environment", git_repository = "git_repository", image_name = "image_name", tag = "tag", source = "source",
        values_override = "values_override", terraform_files_source = "terraform_files_source", schedule = "schedule",
        job_type = "job_type"
    }
);

/// The services of a list.
#[derive(Debug)]
pub(super) struct Services {
    pub(super) results: Vec<Service>,
}

object!(Services: optional { results = "results" });

/// A repository of git.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) deployed_commit_id: Option<String>,
}

object!(Repository: nullable { deployed_commit_id = "deployed_commit_id" });

/// What a job or a chart is made from.
#[derive(Debug)]
pub(super) struct Source {
    /// Of a job.
    pub(super) docker: Option<Git>,
    /// Of a job.
    pub(super) image: Option<Image>,
    /// Of a chart.
    pub(super) git: Option<Git>,
    /// Of a chart.
    pub(super) repository: Option<ChartRepository>,
}

object!(Source: nullable { docker = "docker", image = "image", git = "git", repository = "repository" });

/// Files from git.
#[derive(Debug)]
pub(super) struct Git {
    pub(super) git_repository: Option<Repository>,
}

object!(Git: nullable { git_repository = "git_repository" });

/// An image, and the tag that is configured.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) image_name: Option<String>,
    pub(super) tag: Option<String>,
}

object!(Image: nullable { image_name = "image_name", tag = "tag" });

/// A chart of a chart repository, and the version that is configured.
#[derive(Debug)]
pub(super) struct ChartRepository {
    pub(super) chart_version: Option<String>,
}

object!(ChartRepository: nullable { chart_version = "chart_version" });

/// Where the values of a chart come from.
#[derive(Debug)]
pub(super) struct ValuesOverride {
    pub(super) file: Option<Files>,
}

object!(ValuesOverride: nullable { file = "file" });

/// Files that may come from git.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) git: Option<Git>,
}

object!(Files: nullable { git = "git" });

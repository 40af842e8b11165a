//! What an application, a service or a database is, as far as it decides something.

use coolify_client::types::BuildPackEnum;
use coolify_client::wire::{Secret, object};

use super::destination::Destination;

/// The columns of an application that decide something.
///
/// The whole row has a hundred columns, and passwords in clear among them.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) uuid: String,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    /// Whether Coolify reaches the machine.
    pub(super) server_status: Option<bool>,
    /// Where it is, in the single read alone.
    pub(super) environment: Option<Environment>,
    pub(super) environment_id: Option<i64>,
    /// The server that it is on; its additional ones are not read.
    pub(super) destination: Option<Destination>,
    /// Its addresses in one text, parted by commas.
    pub(super) fqdn: Option<String>,
    /// Those of a compose application, in a text of JSON.
    pub(super) docker_compose_domains: Option<String>,
    pub(super) preview_url_template: Option<String>,
    pub(super) build_pack: Option<BuildPackEnum>,
    pub(super) dockerfile: Option<Secret>,
    pub(super) docker_registry_image_name: Option<String>,
    pub(super) docker_registry_image_tag: Option<String>,
    pub(super) git_repository: Option<Secret>,
    pub(super) git_branch: Option<String>,
    pub(super) git_commit_sha: Option<String>,
    pub(super) source_id: Option<i64>,
    pub(super) settings: Option<ApplicationSettings>,
    pub(super) created_at: Option<String>,
    /// How often a container crashed since the last deployment, where Coolify counts it.
    pub(super) restart_count: Option<i64>,
}

object!(Application:
    required { uuid = "uuid" }
    nullable {
        name = "name", status = "status", server_status = "server_status", environment = "environment",
        environment_id = "environment_id", destination = "destination_id", fqdn = "fqdn",
        docker_compose_domains = "docker_compose_domains", preview_url_template = "preview_url_template",
        build_pack = "build_pack", dockerfile = "dockerfile", docker_registry_image_name = "docker_registry_image_name",
        docker_registry_image_tag = "docker_registry_image_tag", git_repository = "git_repository",
        git_branch = "git_branch", git_commit_sha = "git_commit_sha", source_id = "source_id", settings = "settings",
        created_at = "created_at", restart_count = "restart_count"
    }
);

/// The settings that an application has in a row of its own.
#[derive(Debug)]
pub(super) struct ApplicationSettings {
    pub(super) is_git_shallow_clone_enabled: Option<bool>,
}

object!(ApplicationSettings: nullable { is_git_shallow_clone_enabled = "is_git_shallow_clone_enabled" });

/// The columns of a service or a database that decide something.
#[derive(Debug)]
pub(super) struct ServiceOrDatabase {
    pub(super) uuid: String,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    /// Whether Coolify reaches the machine.
    pub(super) server_status: Option<bool>,
    /// Where it is, in the single read alone.
    pub(super) environment: Option<Environment>,
    /// Of a database.
    pub(super) image: Option<String>,
    /// How often a container crashed, of a database where Coolify counts it.
    pub(super) restart_count: Option<i64>,
    /// The containers of a service.
    pub(super) applications: Option<Vec<Part>>,
    pub(super) databases: Option<Vec<Part>>,
}

object!(ServiceOrDatabase:
    required { uuid = "uuid" }
    nullable {
        name = "name", status = "status", server_status = "server_status", environment = "environment",
        image = "image", restart_count = "restart_count", applications = "applications", databases = "databases"
    }
);

/// A container of a service.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: Option<String>,
    /// Its addresses in one text, parted by commas.
    pub(super) fqdn: Option<String>,
}

object!(Part: nullable { name = "name", fqdn = "fqdn" });

/// An environment with its project.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) name: Option<String>,
    pub(super) project: Option<Project>,
}

object!(Environment: nullable { name = "name", project = "project" });

/// A project.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) name: Option<String>,
}

object!(Project: nullable { name = "name" });

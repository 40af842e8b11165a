//! The JSON of organizations, projects, environments and services.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::kind::QoveryServiceKind as Kind;
use super::service::Service;
use super::state::{Environment, State};

pub(super) const ICON: &str = "app://qovery-console/fake";

impl State {
    pub(super) fn organization_body(&self) -> Value {
        let organization = &self.organization;
        json!({
            "id": organization.id,
            "created_at": organization.created_at,
            "updated_at": organization.created_at,
            "name": organization.name,
            "description": null,
            "plan": "TEAM_2025",
        })
    }

    pub(super) fn project_body(&self) -> Value {
        let project = &self.project;
        json!({
            "id": project.id,
            "created_at": project.created_at,
            "updated_at": project.created_at,
            "name": project.name,
            "description": "",
            "associated_environments_count": self.environments.len(),
            "organization": { "id": self.organization.id },
        })
    }

    pub(super) fn environment_body(&self, environment: &Environment) -> Value {
        json!({
            "id": environment.id,
            "created_at": environment.created_at,
            "updated_at": environment.created_at,
            "name": environment.name,
            "organization": { "id": self.organization.id },
            "project": { "id": self.project.id },
            "cloud_provider": { "provider": "AWS", "cluster": "eu-west-3" },
            "mode": environment.mode,
            "cluster_id": self.cluster.id,
            "cluster_name": self.cluster.name,
        })
    }

    /// A service with every field that the published document requires of its kind, and the version that runs.
    pub(super) fn service_body(&self, service: &Service) -> Value {
        let mut body = json!({
            "id": service.id,
            "created_at": service.created_at,
            "updated_at": service.created_at,
            "name": service.name,
            "description": "",
            "environment": { "id": service.environment },
            "icon_uri": ICON,
            "service_type": service.kind.word(),
        });
        let more = match service.kind {
            Kind::Application => json!({
                "git_repository": git(service),
                "build_mode": "DOCKER",
                "dockerfile_path": "Dockerfile",
                "maximum_cpu": 4000,
                "maximum_memory": 8192,
                "maximun_gpu": 0,
                "cpu": 500,
                "memory": 512,
                "gpu": 0,
                "min_running_instances": 1,
                "max_running_instances": 1,
                "healthchecks": {},
                "auto_preview": false,
                "auto_deploy": false,
                "ports": [],
                "storage": [],
                "arguments": [],
            }),
            Kind::Container => {
                let mut more = self.image(service);
                more["ports"] = json!([]);
                more["storage"] = json!([]);
                more["arguments"] = json!([]);
                more["min_running_instances"] = json!(1);
                more["max_running_instances"] = json!(1);
                merged(more, resources())
            }
            Kind::CronJob => merged(
                json!({
                    "source": { "image": self.image(service) },
                    "job_type": "CRON",
                    "schedule": { "cronjob": { "arguments": [], "timezone": "Etc/UTC", "scheduled_at": "0 0 * * *" } },
                }),
                resources(),
            ),
            Kind::LifecycleJob => merged(
                json!({
                    "source": { "docker": { "git_repository": git(service), "dockerfile_path": "Dockerfile" } },
                    "job_type": "LIFECYCLE",
                    "schedule": {
                        "on_start": { "arguments": [] },
                        "on_delete": { "arguments": [] },
                        "lifecycle_type": "GENERIC",
                    },
                }),
                resources(),
            ),
            Kind::Helm => helm(
                &json!({ "repository": {
                    "chart_name": service.name,
                    "chart_version": service.version,
                    "repository": { "id": self.registry, "name": "charts", "url": "https://charts.example.com" },
                } }),
                &Value::Null,
            ),
            Kind::HelmFromGit => helm(
                &json!({ "git": { "git_repository": git(service) } }),
                &json!({ "git": { "git_repository": values(service), "paths": ["values.yaml"] } }),
            ),
            Kind::Terraform => json!({
                "timeout_sec": 600,
                "auto_deploy": false,
                "terraform_files_source": { "git": { "git_repository": git(service) } },
                "terraform_variables_source": { "tf_var_file_paths": [], "tf_vars": [] },
                "engine": "TERRAFORM",
                "backend": { "kubernetes": {} },
                "provider_version": { "explicit_version": "1.9.7", "read_from_terraform_block": false },
                "job_resources": { "cpu_milli": 500, "ram_mib": 512, "gpu": 0, "storage_gib": 1 },
                "use_cluster_credentials": true,
                "action_extra_arguments": {},
            }),
            Kind::Database => json!({
                "type": "POSTGRESQL",
                "version": service.version,
                "mode": "CONTAINER",
                "accessibility": "PRIVATE",
                "cpu": 250,
                "memory": 256,
                "storage": 10,
                "host": format!("{}.internal.example.com", service.name),
                "port": 5432,
                "disk_encrypted": true,
            }),
        };
        body = merged(body, more);
        body
    }

    fn image(&self, service: &Service) -> Value {
        json!({
            "image_name": service.image(),
            "tag": service.version,
            "registry_id": self.registry,
            "registry": {
                "id": self.registry,
                "name": "public",
                "url": "https://registry.example.com",
                "kind": "GENERIC_CR",
            },
        })
    }
}

impl Service {
    /// The image it runs, without a tag.
    pub(super) fn image(&self) -> String {
        format!("example/{}", self.name)
    }
}

fn git(service: &Service) -> Value {
    let mut git = json!({
        "has_access": true,
        "provider": "GITHUB",
        "owner": "example",
        "url": format!("https://github.com/example/{}.git", service.name),
        "name": format!("example/{}", service.name),
        "branch": "main",
        "root_path": "/",
    });
    // A service that was never deployed has no deployed commit, which the CLI's redeploy stumbles over.
    if let Some(commit) = &service.deployed_version {
        git["deployed_commit_id"] = json!(commit);
        git["deployed_commit_date"] = json!(service.created_at);
        git["deployed_commit_contributor"] = json!("Fake Author");
    }
    git
}

/// Where the values of a chart stand.
fn values(service: &Service) -> Value {
    json!({
        "has_access": true,
        "provider": "GITHUB",
        "owner": "example",
        "url": format!("https://github.com/example/{}-values.git", service.name),
        "name": format!("example/{}-values", service.name),
        "branch": "main",
        "root_path": "/",
    })
}

fn helm(source: &Value, file: &Value) -> Value {
    json!({
        "timeout_sec": 600,
        "auto_preview": false,
        "auto_deploy": false,
        "source": source,
        "arguments": [],
        "allow_cluster_wide_resources": false,
        "values_override": { "set": [], "set_string": [], "set_json": [], "file": file },
        "ports": [],
    })
}

fn resources() -> Value {
    json!({
        "maximum_cpu": 4000,
        "maximum_memory": 8192,
        "maximum_gpu": 0,
        "cpu": 500,
        "memory": 512,
        "gpu": 0,
        "healthchecks": {},
        "auto_preview": false,
        "auto_deploy": false,
    })
}

fn merged(mut into: Value, from: Value) -> Value {
    if let (Value::Object(into), Value::Object(from)) = (&mut into, from) {
        into.extend(from);
    }
    into
}

/// `Commit`.
pub(super) fn commit(id: &str, date: DateTime<Utc>) -> Value {
    json!({
        "created_at": date,
        "git_commit_id": id,
        "tag": "",
        "message": "Change something",
        "author_name": "Fake Author",
    })
}

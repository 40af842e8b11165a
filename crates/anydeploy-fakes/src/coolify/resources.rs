//! What exists: lists and single reads of applications, services and databases, changing and deleting them.

use serde_json::{Value, json};

use super::body::{self, Place};
use super::deployment::{Order, Task};
use super::domains;
use super::errors::{self, Reply};
use super::exchange::{Exchange, Wrong};
use super::input;
use super::queue::Placed;
use super::quirk::CoolifyQuirk;
use super::resource::Kind;
use crate::response::Response;

/// How many ticks a requested deletion takes; until then the resource can be read and even deployed.
const DELETION_TICKS: u64 = 10;

/// The fields that `PATCH /applications/{uuid}` takes; every other one is refused by name.
const PATCHABLE: &str = "base_directory build_command build_pack connect_to_docker_network custom_docker_run_options \
     custom_internal_name custom_labels custom_network_aliases custom_nginx_configuration description \
     disable_build_cache docker_compose_custom_build_command docker_compose_custom_start_command \
     docker_compose_domains docker_compose_location docker_images_to_keep docker_registry_image_name \
     docker_registry_image_tag dockerfile_location dockerfile_target_build domains force_domain_override git_branch \
     git_commit_sha git_repository gpu_count gpu_device_ids gpu_driver gpu_options health_check_command \
     health_check_enabled health_check_host health_check_interval health_check_method health_check_path \
     health_check_port health_check_response_text health_check_retries health_check_return_code health_check_scheme \
     health_check_start_period health_check_timeout health_check_type http_basic_auth_password \
     http_basic_auth_username include_source_commit_in_build inject_build_args_to_dockerfile install_command \
     instant_deploy is_auto_deploy_enabled is_consistent_container_name_enabled is_container_label_escape_enabled \
     is_env_sorting_enabled is_force_https_enabled is_git_lfs_enabled is_git_shallow_clone_enabled \
     is_git_submodules_enabled is_gpu_enabled is_gzip_enabled is_http_basic_auth_enabled is_log_drain_enabled \
     is_pr_deployments_public_enabled is_preserve_repository_enabled is_preview_deployments_enabled \
     is_raw_compose_deployment_enabled is_spa is_static is_stripprefix_enabled limits_cpu_shares limits_cpus \
     limits_cpuset limits_memory limits_memory_reservation limits_memory_swap limits_memory_swappiness \
     manual_webhook_secret_bitbucket manual_webhook_secret_gitea manual_webhook_secret_github \
     manual_webhook_secret_gitlab max_restart_count name noindex_domains ports_exposes ports_mappings \
     post_deployment_command post_deployment_command_container pre_deployment_command \
     pre_deployment_command_container preview_url_template publish_directory redirect start_command static_image \
     stop_grace_period use_build_secrets use_build_server watch_paths";

pub(super) fn list(exchange: &Exchange<'_>) -> Response {
    let (kind, now, secrets) = (exchange.kind(), exchange.now(), exchange.sees_secrets());
    // Services and databases have no such filter, and pass over it.
    let tag = exchange.input.text("tag").filter(|_| kind == Kind::Application);
    let tag = tag.filter(|_| !exchange.state.has(CoolifyQuirk::TagNotRead));
    exchange.list(|state| {
        state
            .resources
            .iter()
            .filter(|resource| resource.kind == kind)
            .filter(|resource| tag.as_ref().is_none_or(|tag| resource.tags.contains(tag)))
            .map(|resource| {
                let body = body::resource(resource, now, Place::List, secrets);
                body::with_children(body, resource, now)
            })
            .collect()
    })
}

pub(super) fn one(exchange: &mut Exchange<'_>) -> Reply {
    let (resource, now) = (exchange.resource(exchange.position()?), exchange.now());
    let mut body = body::resource(resource, now, Place::Alone, exchange.sees_secrets());
    if exchange.state.has(CoolifyQuirk::ServerNotFunctional) {
        body["server_status"] = false.into();
    }
    Ok(Response::json(200, &body::with_children(body, resource, now)))
}

/// `GET /resources`: all kinds in one list, each with its `type`.
pub(super) fn inventory(exchange: &Exchange<'_>) -> Response {
    let (now, secrets) = (exchange.now(), exchange.sees_secrets());
    exchange.list(|state| {
        state
            .resources
            .iter()
            .map(|resource| {
                let body = body::resource(resource, now, Place::Inventory, secrets);
                body::with_children(body, resource, now)
            })
            .collect()
    })
}

/// Deleting is a job: the answer comes at once, the resource goes later.
pub(super) fn delete(exchange: &mut Exchange<'_>) -> Reply {
    let deleted_at = exchange.now() + DELETION_TICKS;
    let position = exchange.position_to_write()?;
    exchange.resource_mut(position).deleted_at = Some(deleted_at);
    Ok(exchange.requested("deletion"))
}

/// `PATCH /applications/{uuid}`.
pub(super) fn update(exchange: &mut Exchange<'_>) -> Reply {
    let fields = input::required_object(exchange.request)?;
    let position = exchange.position_to_write()?;
    let mut wrong = Wrong::default();
    for (field, value) in &fields {
        if !PATCHABLE.split_whitespace().any(|known| known == field) {
            wrong.field(field, "This field is not allowed.");
        } else if body::is_text_column(field) && !(value.is_string() || value.is_null()) {
            let words = field.replace('_', " ");
            wrong.field(field, &format!("The {words} field must be a string."));
        } else if value.as_str().is_some_and(|text| !fits(field, text)) {
            let words = field.replace('_', " ");
            wrong.field(field, &format!("The {words} field format is invalid."));
        }
    }
    wrong.check()?;
    let domains = match fields.get("domains") {
        Some(domains) => domains::column(exchange, position, domains)?,
        None => None,
    };
    let deploy = exchange.input.flag("instant_deploy");
    let application = exchange.resource_mut(position);
    let mut changed = Vec::new();
    for (field, value) in fields {
        changed.push((format!("update {field}"), application.patched.get(&field) != Some(&value)));
        match (field.as_str(), value) {
            ("name", Value::String(name)) => application.name = name,
            ("domains", _) => {
                if let Some(domains) = domains.clone() {
                    application.patched.insert("fqdn".to_owned(), domains);
                }
            }
            (_, value) => drop(application.patched.insert(field, value)),
        }
    }
    let uuid = application.uuid.clone();
    for (what, effect) in changed {
        exchange.wrote(position, what, effect);
    }
    let order = Order::by_api(Task::Deploy, exchange.request);
    if deploy && matches!(exchange.state.place(position, order), Placed::Skipped { .. }) {
        return Ok(errors::message(200, "Deployment already queued for this commit."));
    }
    Ok(Response::json(200, &json!({ "uuid": uuid })))
}

/// Whether the server takes a text for a column; nothing is asked of the registry or the repository.
fn fits(column: &str, text: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    match column {
        "docker_registry_image_tag" => {
            text.len() <= 128
                && text.starts_with(is_word)
                && text.chars().all(|letter| is_word(letter) || matches!(letter, '.' | '-'))
        }
        "git_branch" => {
            !["..", "//", " ", ";", "$", "`"].iter().any(|part| text.contains(part))
                && ![".lock", "/", "."].iter().any(|end| text.ends_with(end))
                && text != "HEAD"
        }
        // What an answer shows for an application from an image is no value that can be set.
        "build_pack" => text != "dockerimage",
        _ => true,
    }
}

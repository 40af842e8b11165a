//! Answer bodies of everything but deployments and variables, in the form and with the gaps the server has.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::deployment::stamp;
use super::place::{Named, Place as Home};
use super::resource::{Kind, Resource};

type Object = Map<String, Value>;

static APPLICATION: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/application.json")));
static SERVICE: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/service.json")));
static DATABASE: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/database.json")));
static DESTINATION: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/destination.json")));
static ENVIRONMENT: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/environment.json")));
static TEAM: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/team.json")));
static MEMBER: LazyLock<Object> = LazyLock::new(|| parse(include_str!("bodies/member.json")));

fn parse(text: &str) -> Object {
    serde_json::from_str(text).unwrap_or_default()
}

/// In which answer a resource stands; it decides which relations are loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Read by its id.
    Alone,
    /// In the list of its kind.
    List,
    /// In the list of all resources.
    Inventory,
    /// In the environment it belongs to.
    Environment,
    /// Inside a deployment.
    Deployment,
}

const SERVER_SECRETS: [&str; 6] = [
    "logdrain_axiom_api_key",
    "logdrain_custom_config",
    "logdrain_custom_config_parser",
    "logdrain_newrelic_license_key",
    "sentinel_custom_url",
    "sentinel_token",
];

const RESOURCE_SECRETS: [&str; 13] = [
    "custom_labels",
    "docker_compose",
    "docker_compose_raw",
    "dockerfile",
    "external_db_url",
    "http_basic_auth_password",
    "init_scripts",
    "internal_db_url",
    "manual_webhook_secret_bitbucket",
    "manual_webhook_secret_gitea",
    "manual_webhook_secret_github",
    "manual_webhook_secret_gitlab",
    "postgres_password",
];

/// A resource as it stands in one kind of answer; what a caller may not see is absent, not masked.
pub(super) fn resource(resource: &Resource, now: u64, place: Place, secrets: bool) -> Value {
    let mut body = template(resource);
    put(&mut body, "uuid", resource.uuid.as_str());
    put(&mut body, "name", resource.name.as_str());
    put(&mut body, "status", resource.status(now));
    // The restarts of a service are not counted.
    if body.contains_key("restart_count") {
        put(&mut body, "restart_count", resource.restarts);
    }
    put(&mut body, "environment_id", resource.place.environment.number);
    put(&mut body, "created_at", stamp(resource.created));
    put(&mut body, "updated_at", stamp(resource.started.unwrap_or(resource.created)));
    // Among others of its kind and alone the number of the row is taken out.
    if !matches!(place, Place::Alone | Place::List) {
        put(&mut body, "id", resource.id);
    }
    if matches!(place, Place::Alone | Place::Deployment) {
        put(&mut body, "environment", environment(&resource.place));
    }
    if place != Place::Alone {
        body.remove("settings");
    }
    match (place, resource.kind) {
        (Place::Inventory, kind) => put(&mut body, "type", inventory_type(kind)),
        (Place::List, Kind::Database) => put(&mut body, "backup_configs", json!([])),
        _ => {}
    }
    // Columns left over from the server's joins.
    if place == Place::Inventory || (place, resource.kind) == (Place::List, Kind::Service) {
        put(&mut body, "laravel_through_key", 1);
    }
    if matches!(place, Place::Inventory | Place::Environment) && resource.kind == Kind::Application {
        put(&mut body, "domain_dns_statuses", Value::Null);
    }
    patch(&mut body, &resource.patched);
    let shown = secrets && place != Place::Deployment;
    if !shown {
        for name in RESOURCE_SECRETS {
            body.remove(name);
        }
        if place != Place::Deployment {
            body.remove("private_key_id");
        }
    }
    if resource.kind != Kind::Service || shown {
        let mut destination = destination(shown && place != Place::Inventory);
        if let (Place::Environment, Some(row)) = (place, destination.as_object_mut()) {
            row.remove("server");
        }
        put(&mut body, "destination", destination);
    }
    Value::Object(body)
}

fn template(resource: &Resource) -> Object {
    let uuid = &resource.uuid;
    match resource.kind {
        Kind::Application => {
            let mut body = APPLICATION.clone();
            put(&mut body, "fqdn", resource.domains());
            put(&mut body, "last_online_at", sql(resource.created));
            if !resource.from_image {
                put(&mut body, "build_pack", "nixpacks");
                put(&mut body, "git_repository", "coollabsio/coolify-examples");
                put(&mut body, "source_id", 0);
                put(&mut body, "docker_registry_image_name", Value::Null);
                put(&mut body, "docker_registry_image_tag", Value::Null);
            }
            body
        }
        Kind::Service => {
            let mut body = SERVICE.clone();
            put(&mut body, "server", server_row(false));
            body
        }
        Kind::Database => {
            let mut body = DATABASE.clone();
            put(&mut body, "internal_db_url", format!("postgres://postgres:not-a-secret@{uuid}:5432/postgres"));
            put(&mut body, "last_online_at", sql(resource.created));
            put(&mut body, "started_at", resource.started.map(sql));
            body
        }
    }
}

/// The children of a service, which carry a status of their own.
pub(super) fn with_children(mut body: Value, resource: &Resource, now: u64) -> Value {
    if let (Kind::Service, Some(child)) = (resource.kind, body.pointer_mut("/applications/0")) {
        child["uuid"] = json!(resource.child());
        child["name"] = json!(resource.name);
        child["status"] = json!(if resource.is_running(now) { "running:healthy" } else { "exited" });
        child["created_at"] = json!(stamp(resource.created));
        child["updated_at"] = json!(stamp(resource.started.unwrap_or(resource.created)));
        child["fqdn"] = json!(Some(resource.domains()).filter(|domains| !domains.is_empty()));
        child["last_online_at"] = json!(sql(resource.created));
    }
    body
}

/// The word for each kind in the list of all kinds.
pub(super) fn inventory_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "application",
        Kind::Service => "service",
        Kind::Database => "standalone-postgresql",
    }
}

/// Changed columns replace those of the template, changed settings those among the settings.
fn patch(body: &mut Object, changes: &Object) {
    for (name, value) in changes {
        if let Some(column) = body.get_mut(name) {
            *column = value.clone();
        } else if let Some(setting) = body.get_mut("settings").and_then(|settings| settings.get_mut(name)) {
            *setting = value.clone();
        }
    }
}

/// Whether a column of an application holds text, so that a number is refused.
pub(super) fn is_text_column(name: &str) -> bool {
    APPLICATION.get(name).is_some_and(Value::is_string)
}

fn destination(secrets: bool) -> Value {
    let mut body = DESTINATION.clone();
    put(&mut body, "server", server_row(secrets));
    Value::Object(body)
}

fn server_row(secrets: bool) -> Value {
    let mut server = DESTINATION.get("server").cloned().unwrap_or_default();
    if let (false, Some(settings)) = (secrets, server["settings"].as_object_mut()) {
        for name in SERVER_SECRETS {
            settings.remove(name);
        }
    }
    server
}

/// The machine, read by its id.
pub(super) fn server(secrets: bool) -> Value {
    let mut body = server_row(secrets);
    if let Some(body) = body.as_object_mut() {
        body.remove("id");
    }
    body
}

/// The machine in the list, which shows a dozen fields.
pub(super) fn server_in_list(secrets: bool) -> Value {
    let row = server_row(secrets);
    json!({
        "uuid": row["uuid"], "name": row["name"], "description": row["description"], "ip": row["ip"],
        "port": row["port"], "user": row["user"], "is_coolify_host": row["is_coolify_host"],
        "is_reachable": true, "is_usable": true, "proxy": { "redirect_enabled": true }, "settings": row["settings"],
    })
}

/// An environment as a single read of a resource embeds it, with its project and the project's team inside.
pub(super) fn environment(place: &Home) -> Value {
    let mut row = Value::Object(ENVIRONMENT.clone());
    for (pointer, named) in [("", &place.environment), ("/project", &place.project)] {
        if let Some(row) = row.pointer_mut(pointer).and_then(Value::as_object_mut) {
            put(row, "id", named.number);
            put(row, "uuid", named.uuid.as_str());
            put(row, "name", named.name.as_str());
        }
    }
    row["project_id"] = place.project.number.into();
    row
}

/// Where everything is until it is moved.
pub(super) fn first_place() -> Home {
    let named = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        Named { number: row["id"].as_u64().unwrap_or_default(), uuid: text("uuid"), name: text("name") }
    };
    let row = Value::Object(ENVIRONMENT.clone());
    Home { project: named(&row["project"]), environment: named(&row) }
}

pub(super) fn team() -> Value {
    Value::Object(TEAM.clone())
}

pub(super) fn member() -> Value {
    Value::Object(MEMBER.clone())
}

fn put(body: &mut Object, name: &str, value: impl Into<Value>) {
    body.insert(name.to_owned(), value.into());
}

/// A date in a column without a cast.
fn sql(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_an_object_with_fields() {
        for body in [&APPLICATION, &SERVICE, &DATABASE, &DESTINATION, &ENVIRONMENT, &TEAM, &MEMBER] {
            assert!(body.len() > 3);
        }
    }
}

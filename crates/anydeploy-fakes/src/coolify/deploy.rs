//! `POST /deploy`: its inputs, its refusals inside a 200, and its two shapes of success.

use serde_json::{Map, Value, json};

use super::deployment::{CoolifyOrigin, Order, Task};
use super::errors::{self, Refusal, Reply};
use super::exchange::Exchange;
use super::lifecycle::begin;
use super::queue::Placed;
use super::quirk::CoolifyQuirk;
use super::resource::{Kind, Resource};
use crate::response::Response;

/// The largest number that the column of a pull request holds.
const MAX_PULL_REQUEST: u64 = 2_147_483_647;

/// What the caller wants done to each target.
struct Wish {
    force: bool,
    pull_request: u64,
    image_tag: Option<String>,
}

/// What was done to one target.
struct Done {
    message: String,
    deployment: Option<String>,
}

impl Done {
    fn said(message: impl Into<String>) -> Self {
        Self { message: message.into(), deployment: None }
    }
}

pub(super) fn deploy(exchange: &mut Exchange<'_>) -> Reply {
    let input = &exchange.input;
    if input.is_compound("uuid") || input.is_compound("tag") {
        return Ok(errors::server_error(exchange.request));
    }
    let (uuids, tags) = (input.text("uuid"), input.text("tag"));
    let force = if exchange.state.has(CoolifyQuirk::LegacyGetDeploy) {
        input.legacy_flag("force")
    } else {
        input.flag("force")
    };
    // Text that is no number is 0, and 0 is production.
    let newer_name = Some("pull_request_id").filter(|_| !exchange.state.has(CoolifyQuirk::QueryAndPrOnly));
    let pull_request = newer_name.and_then(|name| input.count(name)).or_else(|| input.count("pr")).unwrap_or(0);
    let wish = Wish { force, pull_request, image_tag: image_tag(input.text("docker_tag")) };
    if uuids.is_some() && tags.is_some() {
        return errors::refuse(400, "You can only use uuid or tag, not both.");
    }
    if tags.is_some() && wish.pull_request > 0 {
        return errors::refuse(400, "You can only use tag or pr, not both.");
    }
    if wish.image_tag.is_some() && wish.pull_request == 0 {
        return errors::refuse(400, "docker_tag requires pull_request_id.");
    }
    match (uuids, tags) {
        (Some(uuids), _) => by_uuids(exchange, &split(&uuids), &wish),
        (_, Some(tags)) => by_tags(exchange, &split(&tags), &wish),
        (None, None) => errors::refuse(400, "You must provide uuid or tag."),
    }
}

/// A tag without the blanks around it; an empty one is none.
fn image_tag(text: Option<String>) -> Option<String> {
    text.map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty())
}

/// Whether a text is the tag of an image.
fn is_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-'))
}

/// The items of a comma list; they are not trimmed.
fn split(list: &str) -> Vec<String> {
    list.split(',').filter(|item| !item.is_empty() && *item != "0").map(str::to_owned).collect()
}

fn by_uuids(exchange: &mut Exchange<'_>, uuids: &[String], wish: &Wish) -> Reply {
    if uuids.is_empty() {
        return errors::refuse(400, "No UUIDs provided.");
    }
    let mut deployments = Vec::new();
    for uuid in uuids {
        // Unknown ids are left out without a message.
        if let Some(position) = exchange.state.position(exchange.caller.team, None, uuid) {
            let done = one(exchange, position, wish)?;
            let mut entry = json!({ "message": done.message, "resource_uuid": uuid });
            if let Some(id) = done.deployment {
                entry["deployment_uuid"] = id.into();
            }
            deployments.push(entry);
        }
    }
    if deployments.is_empty() {
        return errors::refuse(404, "No resources found.");
    }
    if exchange.state.has(CoolifyQuirk::AcceptedWithoutId) {
        deployments.clear();
    }
    Ok(Response::json(200, &json!({ "deployments": deployments })))
}

fn by_tags(exchange: &mut Exchange<'_>, tags: &[String], wish: &Wish) -> Reply {
    if tags.is_empty() {
        return errors::refuse(400, "No TAGs provided.");
    }
    let (mut messages, mut details) = (Vec::new(), Vec::<Value>::new());
    let team = exchange.caller.team;
    for tag in tags {
        let tagged: Vec<String> = exchange
            .state
            .resources
            .iter()
            .filter(|resource| resource.tags.contains(tag))
            .map(|resource| resource.uuid.clone())
            .collect();
        let before = messages.len();
        // Applications come first, then services; databases are passed over.
        for kind in [Kind::Application, Kind::Service] {
            for uuid in &tagged {
                if let Some(position) = exchange.state.position(team, Some(kind), uuid) {
                    let done = one(exchange, position, wish)?;
                    messages.push(done.message);
                    if let Some(id) = done.deployment {
                        details.push(json!({ "resource_uuid": uuid, "deployment_uuid": id }));
                    }
                }
            }
        }
        if messages.len() == before && !tagged.is_empty() && exchange.is_home() {
            messages.push(format!("No resources found for tag {tag}."));
        }
    }
    if messages.is_empty() {
        return errors::refuse(404, "No resources found with this tag.");
    }
    if exchange.state.has(CoolifyQuirk::AcceptedWithoutId) {
        details.clear();
    }
    let mut body = Map::from_iter([("message".to_owned(), json!(messages))]);
    if !details.is_empty() {
        body.insert("details".to_owned(), json!(details));
    }
    Ok(Response::json(200, &Value::Object(body)))
}

/// Deploys one resource; an error is the answer to the whole call, whatever was done before.
fn one(exchange: &mut Exchange<'_>, position: usize, wish: &Wish) -> Result<Done, Refusal> {
    let unreachable = exchange.state.has(CoolifyQuirk::ServerUnreachable);
    let refused = std::mem::take(&mut exchange.state.refuses_next);
    let unauthorized = refused || exchange.state.has(CoolifyQuirk::DeployUnauthorized);
    let resource = exchange.resource(position);
    let (kind, name) = (resource.kind, resource.name.clone());
    // How a service words it is not known.
    if unauthorized && kind != Kind::Service {
        if std::mem::take(&mut exchange.state.another_deploys_next) {
            drop(exchange.state.place(position, Order { origin: Some(CoolifyOrigin::Api), ..Order::default() }));
        }
        let what = if kind == Kind::Application { "deploy this application" } else { "start this database" };
        return Ok(Done::said(format!("Unauthorized to {what}.")));
    }
    if kind == Kind::Application {
        return application(exchange, position, wish);
    }
    // A service is started within the request, over SSH; neither kind has pull requests.
    let unreachable = unreachable || exchange.state.has(CoolifyQuirk::ServerNotFunctional);
    if wish.pull_request > 0 || (kind == Kind::Service && unreachable) {
        return Err(errors::server_error(exchange.request).into());
    }
    begin(exchange, position, "start", Resource::start);
    Ok(Done::said(match kind {
        Kind::Service => format!("Service {name} started. It could take a while, be patient."),
        Kind::Application | Kind::Database => format!("Database {name} started."),
    }))
}

fn application(exchange: &mut Exchange<'_>, position: usize, wish: &Wish) -> Result<Done, Refusal> {
    // A number that its column does not hold is not checked before it breaks the server.
    if wish.pull_request > MAX_PULL_REQUEST {
        return Err(errors::server_error(exchange.request).into());
    }
    let application = &mut exchange.state.resources[position];
    let mut image_tag = wish.image_tag.clone();
    if wish.pull_request > 0 {
        // Only a tag makes up for a preview that does not exist, and only of an application from an image.
        let is_made = wish.image_tag.is_some() && application.from_image;
        if !is_made && !application.previews.contains_key(&wish.pull_request) {
            return Ok(Done::said(format!("Pull request {} not found for this resource.", wish.pull_request)));
        }
        if wish.image_tag.is_some() && !application.from_image {
            return Ok(Done::said("docker_tag can only be used with Docker Image applications."));
        }
        let last_tag = application.previews.entry(wish.pull_request).or_default();
        image_tag = image_tag.or_else(|| last_tag.take());
        last_tag.clone_from(&image_tag);
    }
    let name = application.name.clone();
    let order = Order {
        force: wish.force,
        pull_request: wish.pull_request,
        image_tag,
        ..Order::by_api(Task::Deploy, exchange.request)
    };
    match exchange.state.place(position, order) {
        Placed::Full => Err(errors::queue_full().into()),
        // The row is stored and called in progress before the job is made, which refuses the tag.
        Placed::Stored(id) if wish.image_tag.as_deref().is_some_and(|tag| !is_tag(tag)) => {
            exchange.state.ledger.hang(&id);
            Err(errors::server_error(exchange.request).into())
        }
        Placed::Stored(id) => {
            Ok(Done { message: format!("Application {name} deployment queued."), deployment: Some(id) })
        }
        Placed::Skipped { existing } => {
            let phantom = exchange.state.has(CoolifyQuirk::PhantomDeploymentId);
            let id = if phantom { exchange.state.fresh_id() } else { existing };
            Ok(Done { message: "Deployment already queued for this commit.".to_owned(), deployment: Some(id) })
        }
    }
}

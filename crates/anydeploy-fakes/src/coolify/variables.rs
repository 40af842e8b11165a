//! `…/envs`: listing, creating, changing in ones and in bulk, and deleting environment variables.

use chrono::Utc;
use serde_json::{Map, Value, json};

use super::errors::{self, Refusal, Reply};
use super::exchange::{Exchange, Wrong};
use super::input;
use super::quirk::CoolifyQuirk;
use super::resource::Kind;
use super::state::State;
use super::variable::{FLAGS, Variable};
use crate::response::Response;

type Fields = Map<String, Value>;

const UNKNOWN: &str = "Environment variable not found.";

/// Whether this caller reads values; one that is shown once hides its value from everybody, but not in a database.
fn shows(exchange: &Exchange<'_>, variable: &Variable) -> bool {
    exchange.sees_secrets() && (exchange.kind() == Kind::Database || !variable.flag("is_shown_once"))
}

fn shown(exchange: &Exchange<'_>, variable: &Variable, fresh: bool) -> Value {
    let mut body = variable.body(shows(exchange, variable), fresh);
    if fresh && exchange.kind() != Kind::Application {
        body.remove("is_preview");
    }
    if exchange.state.has(CoolifyQuirk::OldBuildFlag) {
        body.remove("is_runtime");
        let at_build = body.remove("is_buildtime");
        body.extend(at_build.map(|at_build| ("is_build_time".to_owned(), at_build)));
    }
    Value::Object(body)
}

pub(super) fn list(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position_to_write()?;
    // Only the list of a service also asks whether the user may manage variables.
    if exchange.kind() == Kind::Service && !exchange.caller.admin {
        let denied = json!({ "message": "You are not authorized to perform this action.", "error": "Unauthorized" });
        return Err(Response::json(403, &denied).into());
    }
    let mut variables: Vec<&Variable> = exchange.resource(position).variables.iter().collect();
    // Production first, then what previews get.
    variables.sort_by_key(|variable| variable.flag("is_preview"));
    let rows: Vec<Value> = variables.into_iter().map(|variable| shown(exchange, variable, false)).collect();
    Ok(Response::json(200, &Value::Array(rows)))
}

pub(super) fn create(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position_to_write()?;
    let fields = own_fields(exchange, exchange.input.fields().clone());
    check(exchange, &fields)?;
    let variable = new_variable(exchange, &fields);
    if find(&exchange.resource(position).variables, &variable).is_some() {
        let text = "Environment variable already exists. Use PATCH request to update it.";
        return errors::refuse(409, text);
    }
    let body = match exchange.kind() {
        // An application answers with the id alone.
        Kind::Application => json!({ "uuid": variable.uuid }),
        Kind::Service | Kind::Database => shown(exchange, &variable, true),
    };
    add(exchange, position, variable)?;
    Ok(Response::json(201, &body))
}

pub(super) fn update(exchange: &mut Exchange<'_>) -> Reply {
    let fields = match exchange.kind() {
        Kind::Application => input::required_object(exchange.request)?,
        Kind::Service | Kind::Database => own_fields(exchange, exchange.input.fields().clone()),
    };
    let position = exchange.position_to_write()?;
    check(exchange, &fields)?;
    let wanted = new_variable(exchange, &fields);
    let Some(at) = find(&exchange.resource(position).variables, &wanted) else {
        return errors::refuse(404, UNKNOWN);
    };
    let at = overwrite(exchange, position, at, &fields, Change::Single)?;
    Ok(Response::json(201, &shown(exchange, &exchange.resource(position).variables[at], false)))
}

/// Not atomic: the items before the one that is refused stay written.
pub(super) fn bulk(exchange: &mut Exchange<'_>) -> Reply {
    let body = input::required_object(exchange.request)?;
    let position = exchange.position_to_write()?;
    let items = body.get("data").and_then(Value::as_array).filter(|items| !items.is_empty());
    let Some(items) = items else {
        return errors::refuse(400, "Bulk data is required.");
    };
    // An application knows what was there before the first item of production, and before the first of previews, so that a
    // key given twice makes two rows.
    let mut before: [Option<Vec<Variable>>; 2] = [None, None];
    let mut rows = Vec::new();
    for item in items {
        let mut fields = item.as_object().cloned().unwrap_or_default();
        let drops = exchange.kind() == Kind::Application && exchange.state.has(CoolifyQuirk::BulkDropsFlags);
        let kept = ["key", "value", "is_preview", "is_literal"];
        fields.retain(|field, _| is_known(field) && (!drops || kept.contains(&field.as_str())));
        check(exchange, &fields)?;
        if exchange.kind() == Kind::Application && exchange.state.has(CoolifyQuirk::OldBuildFlag) {
            // It is another flag than the one that is sent.
            fields.insert("is_buildtime".to_owned(), false.into());
        }
        let variable = new_variable(exchange, &fields);
        let known = match exchange.kind() {
            Kind::Application => {
                let scope = usize::from(variable.flag("is_preview"));
                let now = || exchange.resource(position).variables.clone();
                find(before[scope].get_or_insert_with(now), &variable)
            }
            Kind::Service | Kind::Database => find(&exchange.resource(position).variables, &variable),
        };
        if let Some(at) = known {
            let at = overwrite(exchange, position, at, &fields, Change::Bulk)?;
            rows.push(shown(exchange, &exchange.resource(position).variables[at], false));
        } else {
            rows.push(Value::Object(variable.body(shows(exchange, &variable), true)));
            add(exchange, position, variable)?;
        }
    }
    Ok(Response::json(201, &Value::Array(rows)))
}

pub(super) fn delete(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position_to_write()?;
    let uuid = exchange.path[3];
    let resource = exchange.resource_mut(position);
    let Some(at) = resource.variables.iter().position(|variable| variable.uuid == uuid) else {
        return errors::refuse(404, UNKNOWN);
    };
    let removed = resource.variables.remove(at);
    if removed.flag("is_buildtime") {
        resource.repository.outdate();
    }
    exchange.wrote(position, format!("delete {}", removed.key), true);
    Ok(errors::message(200, "Environment variable deleted."))
}

fn is_known(field: &str) -> bool {
    matches!(field, "key" | "value" | "comment") || FLAGS.contains(&field)
}

/// The fields that services and databases read: they ignore unknown ones and three of the switches.
fn own_fields(exchange: &Exchange<'_>, mut fields: Fields) -> Fields {
    if exchange.kind() != Kind::Application {
        fields.retain(|field, _| {
            is_known(field) && !matches!(field.as_str(), "is_preview" | "is_runtime" | "is_buildtime")
        });
    }
    fields
}

fn check(exchange: &Exchange<'_>, fields: &Fields) -> Result<(), Refusal> {
    let mut wrong = Wrong::default();
    match fields.get("key") {
        None | Some(Value::Null) => wrong.field("key", "This field is required."),
        // A list or an object breaks the server instead of being refused.
        Some(Value::Array(_) | Value::Object(_)) => return Err(errors::server_error(exchange.request).into()),
        Some(key) if !key.as_str().is_some_and(is_key) => {
            wrong.field("key", "The key field format is invalid.");
        }
        Some(_) => {}
    }
    for field in ["value", "comment"] {
        if fields.get(field).is_some_and(|value| !(value.is_string() || value.is_null())) {
            wrong.field(field, &format!("The {field} field must be a string."));
        }
    }
    if fields.get("comment").and_then(Value::as_str).is_some_and(|comment| comment.chars().count() > 256) {
        wrong.field("comment", "The comment field must not be greater than 256 characters.");
    }
    for flag in FLAGS {
        if fields.get(flag).is_some_and(|value| truth(value).is_none()) {
            let words = flag.replace('_', " ");
            wrong.field(flag, &format!("The {words} field must be true or false."));
        }
    }
    for field in fields.keys().filter(|field| !is_known(field)) {
        wrong.field(field, "This field is not allowed.");
    }
    wrong.check()
}

fn is_key(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
        && key.len() <= 255
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::Number(number) => number.as_i64().filter(|number| matches!(number, 0 | 1)).map(|number| number == 1),
        Value::String(text) => matches!(text.as_str(), "0" | "1").then_some(text == "1"),
        _ => None,
    }
}

/// Every text of a request is trimmed, and an empty one is null.
fn comment(sent: &Value) -> Option<String> {
    sent.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn new_variable(exchange: &mut Exchange<'_>, fields: &Fields) -> Variable {
    let key = fields.get("key").and_then(Value::as_str).unwrap_or_default();
    let mut variable = Variable::new(exchange.state.fresh_id(), key);
    variable.set_value(fields.get("value").and_then(Value::as_str));
    variable.comment = fields.get("comment").and_then(comment);
    for flag in FLAGS {
        if let Some(on) = fields.get(flag).and_then(truth) {
            variable.set_flag(flag, on);
        }
    }
    variable
}

/// A variable is known by its key and by whether it is for previews.
fn find(variables: &[Variable], wanted: &Variable) -> Option<usize> {
    variables.iter().position(|one| one.key == wanted.key && one.flag("is_preview") == wanted.flag("is_preview"))
}

/// How a variable that is there is changed: alone, or among others, which services and databases treat differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Single,
    Bulk,
}

/// Adds a variable that a request asked for.
fn add(exchange: &mut Exchange<'_>, position: usize, variable: Variable) -> Result<(), Refusal> {
    breaks(exchange)?;
    let what = format!("set {}", variable.key);
    exchange.state.store_variable(position, variable);
    exchange.wrote(position, what, true);
    Ok(())
}

/// Fails, once, if a test has said that the server breaks before this variable is written.
fn breaks(exchange: &mut Exchange<'_>) -> Result<(), Refusal> {
    match &mut exchange.state.variables_until_break {
        Some(0) => {
            exchange.state.variables_until_break = None;
            Err(errors::server_error(exchange.request).into())
        }
        Some(left) => {
            *left -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

impl State {
    /// A variable of an application's production is joined by a twin for previews, which hides nothing.
    pub(super) fn store_variable(&mut self, position: usize, variable: Variable) {
        let mut twin = variable.clone();
        twin.uuid = self.fresh_id();
        twin.set_flag("is_preview", true);
        twin.set_flag("is_shown_once", false);
        let resource = &mut self.resources[position];
        let application = resource.kind == Kind::Application;
        let lonely = application && !variable.flag("is_preview") && find(&resource.variables, &twin).is_none();
        if variable.flag("is_buildtime") {
            resource.repository.outdate();
        }
        resource.variables.push(variable);
        if lonely {
            resource.variables.push(twin);
        }
    }

    /// Adds a variable or changes its value, as a user does in the web interface.
    pub(super) fn set_variable(&mut self, position: usize, key: &str, value: &str) {
        let variables = &mut self.resources[position].variables;
        match variables.iter_mut().find(|variable| variable.key == key && !variable.flag("is_preview")) {
            Some(variable) => variable.set_value(Some(value)),
            None => self.add_variable(position, key, value),
        }
    }

    /// Adds a variable, even if there is one of the key.
    pub(super) fn add_variable(&mut self, position: usize, key: &str, value: &str) {
        let mut variable = Variable::new(self.fresh_id(), key);
        variable.set_value(Some(value));
        // What Coolify makes for a build pack is no variable of the containers.
        variable.set_flag("is_runtime", !key.starts_with("NIXPACKS_"));
        self.store_variable(position, variable);
    }
}

/// Changes a variable, and returns where it stands now.
///
/// What is left out is changed as well: an application resets `is_literal`, and every change but one of several of a
/// service or database empties the value.
fn overwrite(
    exchange: &mut Exchange<'_>,
    position: usize,
    at: usize,
    fields: &Fields,
    change: Change,
) -> Result<usize, Refusal> {
    breaks(exchange)?;
    let application = exchange.kind() == Kind::Application;
    let request = exchange.request;
    let resource = &mut exchange.state.resources[position];
    let variable = &mut resource.variables[at];
    for flag in ["is_multiline", "is_shown_once"] {
        // Left out while it is set, it becomes NULL in a column that takes none.
        if application && variable.flag(flag) && !fields.contains_key(flag) {
            return Err(errors::server_error(request).into());
        }
    }
    let before = (variable.value.clone(), variable.flags, variable.comment.clone());
    let keeps_value = !application && change == Change::Bulk && !fields.contains_key("value");
    if !keeps_value {
        variable.set_value(fields.get("value").and_then(Value::as_str));
    }
    if application {
        variable.set_flag("is_literal", false);
    }
    for flag in FLAGS {
        if let Some(on) = fields.get(flag).and_then(truth) {
            variable.set_flag(flag, on);
        }
    }
    if let Some(sent) = fields.get("comment") {
        variable.comment = comment(sent);
    }
    variable.updated = Utc::now();
    let effect = before != (variable.value.clone(), variable.flags, variable.comment.clone());
    let what = format!("set {}", variable.key);
    // A change of the comment makes no difference to a build.
    let rebuild = (before.0, before.1) != (variable.value.clone(), variable.flags) && variable.flag("is_buildtime");
    if rebuild {
        resource.repository.outdate();
    }
    let mut at = at;
    // The rows of services and databases come in no order of their own: a changed one is the last.
    if !application {
        let changed = resource.variables.remove(at);
        resource.variables.push(changed);
        at = resource.variables.len() - 1;
    }
    exchange.wrote(position, what, effect);
    Ok(at)
}

//! `…/envs`: listing, creating, changing in ones and in bulk, and deleting environment variables.

use chrono::Utc;
use serde_json::{Map, Value, json};

use super::errors::{self, Refusal, Reply};
use super::exchange::{Exchange, Wrong};
use super::input;
use super::resource::Kind;
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
    store(exchange, position, variable);
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
    overwrite(exchange, position, at, &fields)?;
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
    // Known is what was there before the first item, so that a key given twice makes two rows.
    let known = exchange.resource(position).variables.clone();
    let mut rows = Vec::new();
    for item in items {
        let mut fields = item.as_object().cloned().unwrap_or_default();
        fields.retain(|field, _| is_known(field));
        check(exchange, &fields)?;
        let variable = new_variable(exchange, &fields);
        if let Some(at) = find(&known, &variable) {
            overwrite(exchange, position, at, &fields)?;
            rows.push(shown(exchange, &exchange.resource(position).variables[at], false));
        } else {
            rows.push(Value::Object(variable.body(shows(exchange, &variable), true)));
            store(exchange, position, variable);
        }
    }
    Ok(Response::json(201, &Value::Array(rows)))
}

pub(super) fn delete(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position_to_write()?;
    let uuid = exchange.path[3];
    let variables = &mut exchange.state.resources[position].variables;
    let before = variables.len();
    variables.retain(|variable| variable.uuid != uuid);
    if variables.len() == before {
        return errors::refuse(404, UNKNOWN);
    }
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

fn new_variable(exchange: &mut Exchange<'_>, fields: &Fields) -> Variable {
    let key = fields.get("key").and_then(Value::as_str).unwrap_or_default();
    let mut variable = Variable::new(exchange.state.fresh_id(), key);
    variable.set_value(fields.get("value").and_then(Value::as_str));
    variable.comment = fields.get("comment").and_then(Value::as_str).map(str::to_owned);
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

/// A variable of an application's production is joined by a twin for previews, which hides nothing.
fn store(exchange: &mut Exchange<'_>, position: usize, variable: Variable) {
    let mut twin = variable.clone();
    twin.uuid = exchange.state.fresh_id();
    twin.set_flag("is_preview", true);
    twin.set_flag("is_shown_once", false);
    let application = exchange.kind() == Kind::Application;
    let variables = &mut exchange.state.resources[position].variables;
    let lonely = application && !variable.flag("is_preview") && find(variables, &twin).is_none();
    variables.push(variable);
    if lonely {
        variables.push(twin);
    }
}

/// Changing a variable also changes what was left out: no value empties it, no `is_literal` resets it.
fn overwrite(exchange: &mut Exchange<'_>, position: usize, at: usize, fields: &Fields) -> Result<(), Refusal> {
    let application = exchange.kind() == Kind::Application;
    let request = exchange.request;
    let variable = &mut exchange.state.resources[position].variables[at];
    for flag in ["is_multiline", "is_shown_once"] {
        // Left out while it is set, it becomes NULL in a column that takes none.
        if application && variable.flag(flag) && !fields.contains_key(flag) {
            return Err(errors::server_error(request).into());
        }
    }
    variable.set_value(fields.get("value").and_then(Value::as_str));
    if application {
        variable.set_flag("is_literal", false);
    }
    for flag in FLAGS {
        if let Some(on) = fields.get(flag).and_then(truth) {
            variable.set_flag(flag, on);
        }
    }
    if let Some(comment) = fields.get("comment") {
        variable.comment = comment.as_str().map(str::to_owned);
    }
    variable.updated = Utc::now();
    Ok(())
}

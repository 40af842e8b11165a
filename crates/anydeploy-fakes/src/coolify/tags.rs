//! Tags: those of one resource, and adding some.

use serde_json::{Value, json};

use super::deployment::stamp;
use super::errors::Reply;
use super::exchange::{Exchange, Wrong};
use super::input;
use super::resource::Resource;
use crate::response::Response;

/// A shorter tag is refused, once it is cleaned.
const MIN_LENGTH: usize = 2;

/// `GET /applications/{uuid}/tags` and its like.
pub(super) fn list(exchange: &mut Exchange<'_>) -> Reply {
    let position = exchange.position()?;
    Ok(Response::json(200, &rows(exchange.resource(position))))
}

/// `POST /applications/{uuid}/tags` and its like: the answer holds all tags of the resource.
pub(super) fn add(exchange: &mut Exchange<'_>) -> Reply {
    let fields = input::required_object(exchange.request)?;
    let position = exchange.position()?;
    let mut wrong = Wrong::default();
    let one = fields.get("tag_name").and_then(Value::as_str);
    let several = fields.get("tag_names").and_then(Value::as_array);
    if one.is_some() && several.is_some() {
        wrong.field("tag_name", "Provide either tag_name or tag_names, not both.");
    }
    let names = several.into_iter().flatten().filter_map(Value::as_str).chain(one);
    let names: Vec<String> = names.map(clean).collect();
    if names.iter().any(|name| name.chars().count() < MIN_LENGTH) {
        wrong.field("tag_name", "Each tag name must be at least 2 characters after sanitization.");
    }
    wrong.check()?;
    let resource = exchange.resource_mut(position);
    resource.tags.extend(names);
    Ok(Response::json(201, &rows(exchange.resource(position))))
}

/// The server strips tags of HTML and white space, and writes its ASCII letters in lower case.
pub(super) fn clean(name: &str) -> String {
    let (mut text, mut in_html) = (String::new(), false);
    for letter in name.chars() {
        match letter {
            '<' => in_html = true,
            '>' => in_html = false,
            _ if in_html => {}
            letter => text.push(letter),
        }
    }
    text.trim().to_ascii_lowercase()
}

fn rows(resource: &Resource) -> Value {
    let at = stamp(resource.created);
    let row =
        |name: &String| json!({ "uuid": format!("tag-{name}"), "name": name, "created_at": at, "updated_at": at });
    resource.tags.iter().map(row).collect()
}

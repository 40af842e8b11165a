//! Only paths and components are taken; every section is there, and every operation has a method.

use serde_json::{Map, json};

use super::super::document::{Document, METHODS, escape, object, text};
use super::Diagnostics;

/// What a path may hold besides methods that are taken.
const BESIDE: [&str; 4] = ["parameters", "summary", "description", "servers"];

pub(super) fn cut(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let version = text(&document.value, "openapi");
    if !version.starts_with("3.0") && !version.starts_with("3.1") {
        diagnostics.push(("/openapi".to_owned(), format!("OpenAPI 3.0 and 3.1 are taken, not `{version}`")));
    }
    let mut paths = object(&document.value["paths"]).clone();
    for (path, item) in &mut paths {
        let pointer = format!("/paths/{}", escape(path));
        let Some(item) = item.as_object_mut() else {
            diagnostics.push((pointer, "a path holds operations".to_owned()));
            continue;
        };
        item.retain(|key, _| !key.starts_with("x-"));
        for key in item.keys().filter(|key| !METHODS.contains(&key.as_str()) && !BESIDE.contains(&key.as_str())) {
            diagnostics.push((format!("{pointer}/{}", escape(key)), format!("`{key}` is not called")));
        }
        for (method, operation) in item.iter().filter(|(key, _)| METHODS.contains(&key.as_str())) {
            if !operation.is_object() {
                diagnostics.push((format!("{pointer}/{method}"), "an operation is a mapping".to_owned()));
            }
        }
    }
    let tags = document.value.get("tags").cloned();
    let mut components = Map::new();
    for (section, entries) in object(&document.value["components"]) {
        components.insert(section.clone(), json!(object(entries)));
    }
    components.entry("schemas").or_insert_with(|| json!({}));
    document.value = json!({
        "openapi": "3.0.3",
        "info": {"title": "", "version": ""},
        "tags": tags,
        "paths": paths,
        "components": components,
    });
    diagnostics
}

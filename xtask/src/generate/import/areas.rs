//! The first tag of an operation is its area; an operation without one belongs to `misc`.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde_json::json;

use super::super::document::{Area, Document, text};
use super::Diagnostics;

/// Names of other features and modules.
const TAKEN: [&str; 10] = [
    "default",
    "deploy",
    "full",
    "rustls",
    "native_tls",
    "rustls_no_provider",
    "common",
    "types",
    "operations",
    "misc",
];

pub(super) fn name(document: &mut Document) -> Diagnostics {
    let tags = document.value["tags"].take();
    let described: BTreeMap<&str, &str> =
        tags.as_array().into_iter().flatten().map(|tag| (text(tag, "name"), text(tag, "description"))).collect();
    let mut areas = BTreeMap::new();
    for operation in document.operations_mut() {
        let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
        let name = area(&tag);
        let title = described.get(tag.as_str()).and_then(|text| text.lines().next()).unwrap_or_default().trim();
        let title = match (title, tag.trim()) {
            ("", "") => "Operations without a tag.".to_owned(),
            ("", tag) => format!("Operations tagged `{tag}`."),
            (title, _) => title.to_owned(),
        };
        areas.entry(name.clone()).or_insert(title);
        operation["tags"] = json!([name]);
    }
    let areas = areas.into_iter();
    document.areas = areas.map(|(name, title)| Area { name, title, by_default: true, corrects: None }).collect();
    if let Some(value) = document.value.as_object_mut() {
        value.remove("tags");
    }
    Diagnostics::new()
}

fn area(tag: &str) -> String {
    let name: String = tag.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.to_snake_case();
    if name.is_empty() {
        return "misc".to_owned();
    }
    let is_free = syn::parse_str::<syn::Ident>(&name).is_ok() && !TAKEN.contains(&name.as_str());
    if is_free { name } else { format!("area_{name}") }
}

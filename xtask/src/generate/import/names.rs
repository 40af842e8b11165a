//! Schemas have names that Rust can use, and no two the same.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase as _;
use serde_json::{Map, Value};

use super::super::check::TAKEN;
use super::super::document::{Document, escape, flag};
use super::Diagnostics;

const SCHEMAS: &str = "#/components/schemas/";

pub(super) fn give(document: &mut Document) -> Diagnostics {
    let mut taken = reserved(document);
    let mut names = BTreeMap::new();
    // Names that are good already keep theirs, whatever comes before them in the alphabet.
    let (good, bad): (Vec<&String>, Vec<&String>) = document.schemas().keys().partition(|name| camel(name) == **name);
    for name in good.into_iter().chain(bad) {
        names.insert(name.clone(), free(&camel(name), &mut taken));
    }
    let mut renamed = Map::new();
    for (name, schema) in std::mem::take(document.schemas_mut()) {
        let new = names[&name].clone();
        document.places.moved(&format!("/components/schemas/{}", escape(&name)), format!("/components/schemas/{new}"));
        renamed.insert(new, schema);
    }
    *document.schemas_mut() = renamed;
    rename(&mut document.value, &names, false);
    Diagnostics::new()
}

/// Names that mean something else in the generated client.
pub(super) fn reserved(document: &Document) -> BTreeSet<String> {
    let mut taken: BTreeSet<String> = TAKEN.iter().map(ToString::to_string).collect();
    for operation in document.operations() {
        if operation.parameters(&document.value).iter().any(|parameter| !flag(parameter, "required")) {
            taken.insert(format!("{}Params", operation.id().to_upper_camel_case()));
        }
    }
    taken
}

/// A name in upper camel case, letters and digits only.
pub(super) fn camel(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.to_upper_camel_case();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("T{name}") }
}

/// The name, with a number if it is taken.
pub(super) fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{name}{number}").to_upper_camel_case();
        number += 1;
    }
    free
}

fn rename(value: &mut Value, names: &BTreeMap<String, String>, is_mapping: bool) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                if is_mapping || ["$ref", "x-from"].contains(&key.as_str()) {
                    target(inner, names);
                }
                rename(inner, names, key == "mapping");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names, false)),
        _ => {}
    }
}

/// Mappings may name a schema without the path to it.
fn target(reference: &mut Value, names: &BTreeMap<String, String>) {
    let Some(name) = reference.as_str() else { return };
    let name = name.strip_prefix(SCHEMAS).unwrap_or(name).replace("~1", "/").replace("~0", "~");
    if let Some(new) = names.get(&name) {
        *reference = format!("{SCHEMAS}{new}").into();
    }
}

//! Named scalars, lists and maps stand where they are used: they would become newtypes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::diagnostic::{Diagnostic, Error, Result};
use super::super::document::{Document, is_type, schema_name};
use super::Context;

/// How deep lists and maps may be named inside each other.
const MAX_DEPTH: usize = 16;

pub(super) fn inline(document: &mut Document, _: &mut Context) -> Result<usize> {
    let mut aliases = BTreeMap::new();
    document.schemas_mut().retain(|name, schema| {
        let keep = is_type(schema);
        if !keep {
            aliases.insert(name.clone(), schema.clone());
        }
        keep
    });
    let mut count = 0;
    // An alias may stand for a list of another alias, so one round is not enough.
    for _ in 0..MAX_DEPTH {
        let before = count;
        document.for_each_schema(&mut |schema| {
            if let Some(alias) = schema_name(schema).and_then(|name| aliases.get(name)) {
                *schema = used(schema, alias);
                count += 1;
            }
        });
        if count == before {
            return Ok(count);
        }
    }
    Err(Error::Document(endless(document, &aliases)))
}

/// The alias as it is used here: what stands beside the reference wins.
fn used(reference: &Value, alias: &Value) -> Value {
    let mut used = alias.clone();
    if let (Some(used), Some(beside)) = (used.as_object_mut(), reference.as_object()) {
        let beside = beside.iter().filter(|(key, _)| *key != "$ref");
        used.extend(beside.map(|(key, value)| (key.clone(), value.clone())));
    }
    used
}

fn endless(document: &Document, aliases: &BTreeMap<String, Value>) -> Vec<Diagnostic> {
    let reason = "a list or map never contains itself, nor hundreds of lists of lists";
    let names = aliases.keys();
    let places = names.map(|name| format!("/components/schemas/{name}"));
    places.map(|pointer| document.places.diagnostic(&pointer, reason)).collect()
}

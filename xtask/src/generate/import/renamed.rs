//! A named schema is not another name for a schema, and is null only where it is used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::document::{Document, flag, is_type, object, schema_name};
use super::{Diagnostics, walk};

/// How many names one schema may have.
const MAX_NAMES: usize = 24;

pub(super) fn resolve(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut others: BTreeMap<String, Value> = BTreeMap::new();
    let mut nullable = BTreeSet::new();
    document.schemas_mut().retain(|name, schema| {
        let is_other = schema.get("$ref").is_some();
        if is_other {
            others.insert(name.clone(), schema.clone());
        } else if is_type(schema) && flag(schema, "nullable") {
            nullable.insert(name.clone());
        }
        if let Some(keys) = schema.as_object_mut().filter(|_| nullable.contains(name)) {
            keys.remove("nullable");
        }
        !is_other
    });
    walk::each(&mut document.value, &mut |schema, pointer| {
        for _ in 0..MAX_NAMES {
            let Some(other) = schema_name(schema).and_then(|name| others.get(name)) else { break };
            let mut keys = object(other).clone();
            keys.extend(object(schema).clone().into_iter().filter(|(key, _)| key != "$ref"));
            *schema = Value::Object(keys);
        }
        if schema_name(schema).is_some_and(|name| others.contains_key(name)) {
            diagnostics.push((pointer.to_owned(), "the schema is nothing but another name for itself".to_owned()));
        }
        if schema_name(schema).is_some_and(|name| nullable.contains(name)) {
            schema["nullable"] = true.into();
        }
    });
    diagnostics
}

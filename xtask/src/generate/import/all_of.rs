//! A schema lists its own properties: `allOf` is merged, and what stands beside a union goes into its members.

use serde_json::{Map, Value};

use super::super::document::{Document, object, schema_name, text};
use super::intersect::intersect;
use super::{Diagnostics, walk};

/// How deep schemas may be made of each other.
const MAX_DEPTH: usize = 24;

/// Keys that speak of a schema and do not change what it takes.
const NOTES: [&str; 8] =
    ["description", "nullable", "deprecated", "title", "default", "readOnly", "writeOnly", "discriminator"];

pub(super) fn merge(document: &mut Document) -> Diagnostics {
    let merger = Merger { schemas: document.schemas().clone() };
    let mut diagnostics = Diagnostics::new();
    walk::roots(&mut document.value, &mut |schema, pointer| merger.merge_all(schema, pointer, &mut diagnostics));
    diagnostics
}

struct Merger {
    schemas: Map<String, Value>,
}

impl Merger {
    /// Merges a schema, then those inside it: some of them came in by merging.
    fn merge_all(&self, schema: &mut Value, pointer: &str, diagnostics: &mut Diagnostics) {
        match self.merged(schema, 0) {
            Ok(Some(merged)) => *schema = merged,
            Ok(None) => {}
            Err(reason) => diagnostics.push((pointer.to_owned(), reason)),
        }
        walk::parts(schema, pointer, &mut |part, pointer| self.merge_all(part, pointer, diagnostics));
    }

    /// The schema without `allOf` and with nothing beside a union; `None` if it is so already.
    fn merged(&self, schema: &Value, depth: usize) -> Result<Option<Value>, String> {
        if depth > MAX_DEPTH {
            return Err("`allOf` leads into itself".to_owned());
        }
        let Some(parts) = schema.get("allOf").and_then(Value::as_array) else {
            return self.distributed(schema, depth);
        };
        let (own, notes): (Map<_, _>, Map<_, _>) = object(schema)
            .clone()
            .into_iter()
            .filter(|(key, _)| key != "allOf")
            .partition(|(key, _)| !NOTES.contains(&key.as_str()));
        let mut structural: Vec<Value> = Vec::new();
        let mut is_nullable = notes.get("nullable").cloned();
        for part in parts.iter().chain(Some(&Value::Object(own))) {
            let says_something = object(part).keys().any(|key| !NOTES.contains(&key.as_str()));
            if says_something {
                structural.push(part.clone());
            } else if let Some(nullable) = part.get("nullable") {
                is_nullable.get_or_insert(nullable.clone());
            }
        }
        let mut merged = match structural.as_slice() {
            [only] if only.get("$ref").is_some() => only.clone(),
            parts => {
                let mut merged = Value::Object(Map::new());
                for part in parts {
                    merged = intersect(&merged, &self.inlined(part, depth)?)?;
                }
                merged
            }
        };
        if let Some(merged) = merged.as_object_mut() {
            merged.extend(notes);
            merged.extend(is_nullable.map(|nullable| ("nullable".to_owned(), nullable)));
        }
        Ok(Some(self.distributed(&merged, depth)?.unwrap_or(merged)))
    }

    /// What a part says, references followed.
    fn inlined(&self, part: &Value, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err("references lead in a circle".to_owned());
        }
        let mut part = match schema_name(part) {
            Some(name) => {
                let mut target = self.schemas.get(name).cloned().unwrap_or_default();
                if let Some(keys) = target.as_object_mut() {
                    keys.retain(|key, _| !["description", "nullable", "title", "deprecated"].contains(&key.as_str()));
                    // A base lists those that are made of it; they are not part of them.
                    if keys.remove("discriminator").is_some() && keys.contains_key("properties") {
                        keys.retain(|key, _| !["oneOf", "anyOf"].contains(&key.as_str()));
                    }
                }
                target
            }
            None => part.clone(),
        };
        if part.get("$ref").is_some() {
            return self.inlined(&part, depth + 1);
        }
        if let Some(merged) = self.merged(&part, depth + 1)? {
            part = merged;
        }
        if part.get("$ref").is_some() {
            return self.inlined(&part, depth + 1);
        }
        Ok(part)
    }

    /// The union with what stands beside it in each of its members.
    fn distributed(&self, schema: &Value, depth: usize) -> Result<Option<Value>, String> {
        let Some(union) = ["oneOf", "anyOf"].into_iter().find(|key| schema[*key].is_array()) else {
            return Ok(None);
        };
        if object(&schema["properties"]).is_empty() {
            return Ok(None);
        }
        let (notes, own): (Map<_, _>, Map<_, _>) = object(schema)
            .clone()
            .into_iter()
            .filter(|(key, _)| key != union)
            .partition(|(key, _)| NOTES.contains(&key.as_str()));
        let own = Value::Object(own);
        let members = schema[union].as_array().cloned().unwrap_or_default();
        let mut distributed = Vec::new();
        for member in &members {
            let inlined = self.inlined(member, depth)?;
            // A member that says only which fields go together is for the server to check.
            if inlined.get("properties").is_none() {
                continue;
            }
            let mut merged = intersect(&own, &inlined)?;
            if let Some(name) = schema_name(member).or_else(|| member.get("title").and_then(Value::as_str)) {
                merged["x-name"] = name.into();
            }
            if !text(member, "$ref").is_empty() {
                merged["x-from"] = member["$ref"].clone();
            }
            distributed.push(merged);
        }
        let mut whole = notes;
        if distributed.len() < members.len() {
            whole.extend(object(&own).clone());
        } else {
            whole.insert(union.to_owned(), distributed.into());
        }
        Ok(Some(Value::Object(whole)))
    }
}

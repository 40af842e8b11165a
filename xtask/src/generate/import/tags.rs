//! The tag of a union leads to each of its members; a tag that the document does not name is found.

use serde_json::{Map, Value, json};

use super::super::document::{Document, object, schema_name, text};
use super::Diagnostics;

pub(super) fn map(document: &mut Document) -> Diagnostics {
    let schemas = document.schemas().clone();
    for schema in document.schemas_mut().values_mut() {
        let Some(keys) = schema.as_object_mut() else { continue };
        let named = keys.remove("discriminator");
        let members = keys.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let members: Option<Vec<Member<'_>>> = members.map(|member| Member::of(member, &schemas)).collect();
        let Some(members) = members.filter(|members| members.len() > 1) else { continue };
        let tag = match &named {
            Some(named) => of_members(&members, text(named, "propertyName"), &named["mapping"]),
            None => guessed(&members),
        };
        if let Some(tag) = tag {
            keys.insert("discriminator".to_owned(), tag);
        }
    }
    Diagnostics::new()
}

/// A member that is an object.
struct Member<'a> {
    reference: &'a str,
    name: &'a str,
    schema: &'a Value,
    schemas: &'a Map<String, Value>,
}

impl<'a> Member<'a> {
    fn of(member: &'a Value, schemas: &'a Map<String, Value>) -> Option<Self> {
        let name = schema_name(member)?;
        let schema = schemas.get(name).filter(|schema| schema.get("properties").is_some())?;
        Some(Self { reference: text(member, "$ref"), name, schema, schemas })
    }

    /// The only word that a property may have.
    fn word(&self, property: &str) -> Option<&'a str> {
        let property = &self.schema["properties"][property];
        let property = schema_name(property).and_then(|name| self.schemas.get(name)).unwrap_or(property);
        match property["enum"].as_array()?.as_slice() {
            [word] => word.as_str(),
            _ => None,
        }
    }
}

fn of_members(members: &[Member<'_>], property: &str, mapping: &Value) -> Option<Value> {
    let mut tags = Map::new();
    for member in members {
        let from = text(member.schema, "x-from");
        let is_target = |target: &Value| target == member.reference || (!from.is_empty() && target == from);
        let mapped: Vec<&String> =
            object(mapping).iter().filter(|(_, target)| is_target(target)).map(|(tag, _)| tag).collect();
        if mapped.is_empty() {
            // Unless something else is said, the tag is the name of the schema.
            let implied = member.word(property).unwrap_or(member.name);
            tags.insert(implied.to_owned(), member.reference.into());
        }
        tags.extend(mapped.into_iter().map(|tag| (tag.clone(), member.reference.into())));
    }
    let is_known = |member: &Member<'_>| tags.values().any(|target| target == member.reference);
    let is_whole = !property.is_empty() && members.iter().all(is_known);
    is_whole.then(|| json!({"propertyName": property, "mapping": tags}))
}

/// A property that has one word in each member, and another in each.
fn guessed(members: &[Member<'_>]) -> Option<Value> {
    let first = members.first()?;
    object(&first.schema["properties"]).keys().find_map(|property| {
        let mut words = Vec::new();
        for member in members {
            let word = member.word(property)?;
            if words.contains(&word) {
                return None;
            }
            words.push(word);
        }
        of_members(members, property, &Value::Null)
    })
}

//! Tagged unions, member by member where both sides name their tags.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::finding::{Kind, Weight};
use super::{Comparison, ONLY_HERE, ONLY_THERE, Spot};
use crate::generate::document::{object, text};
use crate::published;

/// The members of a union by their tags, and the field that holds the tag.
struct Tagged<'a> {
    field: &'a str,
    members: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Comparison<'a> {
    /// Compares two tagged unions, or says that these are not two of them.
    pub(super) fn compare_tagged(&mut self, spot: &Spot<'a>, theirs: &[&'a Value], ours: &[&'a Value]) -> bool {
        let (Some(there), Some(here)) = (tagged(self.theirs, theirs), tagged(self.ours, ours)) else {
            return false;
        };
        if there.field != here.field {
            return false;
        }
        for (sides, text) in [([&there, &here], ONLY_THERE), ([&here, &there], ONLY_HERE)] {
            let [has, lacks] = sides.map(|side| &side.members);
            for tag in has.keys().filter(|tag| !lacks.contains_key(*tag)) {
                self.found(&spot.at(&format!("<{tag}>")), Kind::Words, Weight::Differs, text, String::new());
            }
        }
        for (tag, member) in &here.members {
            if let Some(theirs) = there.members.get(tag) {
                self.compare_types(&spot.at(&format!("<{tag}>")), &[theirs], &[member]);
            }
        }
        true
    }
}

/// The union that a schema is, if it is one with a mapping.
fn tagged<'a>(document: &'a Value, schemas: &[&'a Value]) -> Option<Tagged<'a>> {
    let [schema] = schemas else { return None };
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => published::follow(document, reference)?,
        None => schema,
    };
    let union = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    let discriminator = schema.get("discriminator")?;
    let mapping = object(&discriminator["mapping"]);
    let members = mapping.iter().filter_map(|(tag, target)| {
        let target = target.as_str()?;
        // A mapping names a schema, or refers to it.
        let same = |reference: &str| reference == target || reference.rsplit('/').next() == Some(target);
        Some((tag.as_str(), union.iter().find(|member| same(text(member, "$ref")))?))
    });
    let members: BTreeMap<&str, &Value> = members.collect();
    let complete = !members.is_empty() && members.len() == mapping.len();
    complete.then(|| Tagged { field: text(discriminator, "propertyName"), members })
}

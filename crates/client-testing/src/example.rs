//! Bodies made from a schema.

use serde_json::{Map, Value, json};

use super::documents::{Documents, entries};

/// Which body is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every field is there, and unions have their first member.
    Full,
    /// Every field is there, and unions have the member with this number, counted round.
    Member(usize),
    /// Only what is required is there.
    Required,
    /// Everything is there, and null wherever it may be.
    Nulls,
    /// Everything is there, with words and fields that no document knows.
    Unknown,
}

/// Every kind; no union has more members than there are numbers.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    let members = (1..16).map(Kind::Member);
    [Kind::Full, Kind::Required, Kind::Nulls, Kind::Unknown].into_iter().chain(members)
}

impl Documents {
    /// A value of the schema; `hint` is the name of the field it stands in, `owner` the schema that
    /// has the field.
    pub(crate) fn example(&self, schema: &Value, kind: Kind, hint: &str, owner: &str) -> Value {
        if kind == Kind::Nulls && schema["nullable"] == true {
            return Value::Null;
        }
        let (name, resolved) = self.resolve(schema);
        // A list that has a name stands where it is used.
        let owner = name.filter(|_| is_type(resolved)).unwrap_or(owner);
        let schema = resolved;
        if kind == Kind::Nulls && schema["nullable"] == true {
            return Value::Null;
        }
        if schema["x-secret"] == true && !holds_secrets(schema) {
            return if schema["type"] == "string" { hint.into() } else { any(hint) };
        }
        if let Some(members) = schema["oneOf"].as_array() {
            return self.member(schema, members, kind, owner);
        }
        match schema["type"].as_str() {
            Some("string") => match schema["enum"].as_array() {
                Some(_) if kind == Kind::Unknown => "a word that nobody knows".into(),
                Some(words) => words[0].clone(),
                None => hint.into(),
            },
            Some("integer") => 7.into(),
            Some("number") => 1.5.into(),
            Some("boolean") => true.into(),
            Some("array") if self.leads_to(&schema["items"], owner) => json!([]),
            Some("array") => json!([self.example(&schema["items"], kind, hint, owner)]),
            Some("object") if schema.get("properties").is_some() => self.object(schema, kind, owner),
            Some("object") => match &schema["additionalProperties"] {
                values if self.leads_to(values, owner) => json!({}),
                values => json!({"key": self.example(values, kind, hint, owner)}),
            },
            _ => any(hint),
        }
    }

    fn object(&self, schema: &Value, kind: Kind, owner: &str) -> Value {
        let mut object = Map::new();
        for (name, property) in entries(&schema["properties"]) {
            let is_required = schema["required"].as_array().is_some_and(|names| names.contains(&name.as_str().into()));
            // Where a field would hold what holds it, the example ends.
            let is_cut = self.leads_to(property, owner);
            if is_required && is_cut && property["nullable"] == true {
                object.insert(name.clone(), Value::Null);
            } else if is_required || (kind != Kind::Required && !is_cut) {
                object.insert(name.clone(), self.example(property, kind, name, owner));
            }
        }
        if kind == Kind::Unknown {
            object.insert("a field that nobody knows".to_owned(), json!([{"a": 1}]));
        }
        Value::Object(object)
    }

    /// A value of one member; if there are tags, they are counted.
    fn member(&self, schema: &Value, members: &[Value], kind: Kind, owner: &str) -> Value {
        let number = if let Kind::Member(number) = kind { number } else { 0 };
        let Some(mapping) = schema["discriminator"]["mapping"].as_object() else {
            let ends = members.iter().filter(|member| !self.leads_to(member, owner)).collect::<Vec<_>>();
            return self.example(ends[number % ends.len()], kind, "text", owner);
        };
        let mut tags: Vec<(&String, Value)> =
            mapping.iter().map(|(tag, target)| (tag, json!({"$ref": target}))).collect();
        tags.retain(|(_, member)| !self.leads_to(member, owner));
        tags.sort_by_key(|(tag, _)| *tag);
        let (tag, member) = &tags[number % tags.len()];
        let mut value = self.example(member, kind, "text", owner);
        value[schema["discriminator"]["propertyName"].as_str().unwrap()] = tag.as_str().into();
        value
    }
}

fn is_type(schema: &Value) -> bool {
    ["properties", "enum", "oneOf"].iter().any(|key| schema.get(key).is_some())
}

/// Whether the secrets are what is in the list or map.
fn holds_secrets(schema: &Value) -> bool {
    schema["type"] == "array" || schema["additionalProperties"].is_object()
}

fn any(hint: &str) -> Value {
    json!({"any": hint})
}

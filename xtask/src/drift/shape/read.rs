//! From the keys of a schema to its shape.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Field, Shape, Type};
use crate::generate::document::{flag, object, text};
use crate::published;

/// The shape of a schema; `followed` holds the references that lead here.
pub(super) fn shape<'a>(document: &'a Value, schema: &'a Value, followed: &mut Vec<&'a str>) -> Shape<'a> {
    let mut shape = Shape { any: true, ..Shape::default() };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        // A schema that is a part of itself says nothing more the second time.
        if let Some(target) = published::follow(document, reference).filter(|_| !followed.contains(&reference)) {
            followed.push(reference);
            shape = self::shape(document, target, followed);
            followed.pop();
        }
    }
    for member in members(schema, "allOf") {
        shape = shape.and(self::shape(document, member, followed));
    }
    for key in ["oneOf", "anyOf"] {
        let members = members(schema, key).map(|member| self::shape(document, member, followed));
        if let Some(union) = members.reduce(Shape::or) {
            shape = shape.and(union);
        }
    }
    let mut shape = shape.and(keys(schema));
    let corrects = schema.get("x-corrects").and_then(Value::as_str);
    for field in shape.fields.values_mut() {
        field.corrects = field.corrects.or(corrects);
    }
    shape
}

fn members<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// What a schema says by itself, without the schemas it refers to.
fn keys(schema: &Value) -> Shape<'_> {
    let constant = schema.get("const").into_iter();
    let values: Vec<&Value> = members(schema, "enum").chain(constant).collect();
    let words: BTreeSet<&str> = values.iter().filter_map(|value| value.as_str()).collect();
    let (types, null) = types(schema, &values);
    let rest = schema.get("additionalProperties");
    Shape {
        any: types.is_empty() && !null,
        objects: usize::from(types.contains(&Type::Object)),
        types,
        nullable: null || flag(schema, "nullable") || values.iter().any(|value| value.is_null()),
        format: schema.get("format").and_then(Value::as_str),
        words: if words.is_empty() { None } else { Some(words) },
        fields: object(&schema["properties"])
            .iter()
            .map(|(name, schema)| (name.as_str(), Field { schemas: vec![schema], corrects: None }))
            .collect(),
        required: members(schema, "required").filter_map(Value::as_str).collect(),
        items: schema.get("items").into_iter().collect(),
        // `{}` and `true` say the same.
        values: rest.filter(|rest| rest.as_object().is_some_and(|rest| !rest.is_empty())).into_iter().collect(),
        closed: rest == Some(&Value::Bool(false)),
    }
}

/// The types that are named or follow from the other keys, and whether null is among them.
fn types(schema: &Value, values: &[&Value]) -> (BTreeSet<Type>, bool) {
    let named: Vec<&str> = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Some(text(schema, "type")).filter(|name| !name.is_empty()).into_iter().collect(),
    };
    let mut types: BTreeSet<Type> = named.iter().filter_map(|name| by_name(name)).collect();
    if named.is_empty() {
        types.extend(values.iter().filter_map(|value| by_value(value)));
        let implied = [("properties", Type::Object), ("additionalProperties", Type::Object), ("items", Type::List)];
        types.extend(implied.into_iter().filter(|(key, _)| schema.get(key).is_some()).map(|(_, kind)| kind));
    }
    if types.contains(&Type::Number) {
        types.remove(&Type::Integer);
    }
    (types, named.contains(&"null"))
}

fn by_name(name: &str) -> Option<Type> {
    Some(match name {
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "string" => Type::String,
        "array" => Type::List,
        "object" => Type::Object,
        _ => return None,
    })
}

fn by_value(value: &Value) -> Option<Type> {
    Some(match value {
        Value::Bool(_) => Type::Boolean,
        Value::Number(number) if number.is_f64() => Type::Number,
        Value::Number(_) => Type::Integer,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::List,
        Value::Object(_) => Type::Object,
        Value::Null => return None,
    })
}

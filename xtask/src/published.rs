//! Documents that others publish: `OpenAPI` 3.0 or 3.1, as JSON or YAML.

use std::path::Path;

use percent_encoding::percent_decode_str;
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value};

use crate::generate::document::escape;

/// Reads a document, and makes sure that each of its references leads somewhere.
///
/// # Errors
///
/// What is wrong, after the name of the file and, where there is one, the line or JSON pointer.
pub(crate) fn read(path: &Path) -> Result<Value, String> {
    with_text(path, parse)
}

/// Reads a document, wherever its references lead.
///
/// # Errors
///
/// What is wrong, after the name of the file and, where there is one, the line or JSON pointer.
pub(crate) fn read_loosely(path: &Path) -> Result<Value, String> {
    with_text(path, parse_loosely)
}

fn with_text(path: &Path, parse: fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text).map_err(|reason| format!("{}: {reason}", path.display()))
}

/// Reads the text of a document.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let document = parse_loosely(text)?;
    check_references(&document, &document, "")?;
    Ok(document)
}

fn parse_loosely(text: &str) -> Result<Value, String> {
    let document: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?
    } else {
        yaml(text)?
    };
    match document.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") || version.starts_with("3.1.") => {}
        Some(version) => return Err(format!("/openapi: {version} is neither 3.0 nor 3.1")),
        None if document.get("swagger").is_some() => {
            return Err("not an OpenAPI document: it is Swagger 2.0; a converter makes OpenAPI 3.0 of it".to_owned());
        }
        None => return Err("not an OpenAPI document: it has no text at `openapi`".to_owned()),
    }
    Ok(document)
}

/// What a reference leads to, through further references; `None` if that is nothing in this document.
pub(crate) fn follow<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let mut reference = reference;
    // A chain is short, and one that does not end leads nowhere.
    for _ in 0..32 {
        let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        let value = document.pointer(&pointer)?;
        match value.get("$ref").and_then(Value::as_str) {
            // Something beside the reference says more than what it leads to.
            Some(next) if value.as_object().is_some_and(|keys| keys.len() == 1) => reference = next,
            _ => return Some(value),
        }
    }
    None
}

fn check_references(document: &Value, value: &Value, pointer: &str) -> Result<(), String> {
    match value {
        Value::Object(entries) => entries.iter().try_for_each(|(key, inner)| match inner {
            Value::String(reference) if key == "$ref" && follow(document, reference).is_none() => {
                Err(format!("{pointer}/$ref: `{reference}` leads nowhere in this document"))
            }
            inner => check_references(document, inner, &format!("{pointer}/{}", escape(key))),
        }),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(i, item)| check_references(document, item, &format!("{pointer}/{i}")))
        }
        _ => Ok(()),
    }
}

fn yaml(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text)
        .map_err(|error| format!("line {}: not YAML: {}", error.marker().line(), error.info()))?;
    match documents.as_slice() {
        [document] => json(document, ""),
        _ => Err("a file holds exactly one document".to_owned()),
    }
}

/// The JSON that a YAML value stands for; aliases are resolved already.
fn json(value: &Yaml<'_>, pointer: &str) -> Result<Value, String> {
    match value {
        Yaml::Value(scalar) => scalar_json(scalar).ok_or_else(|| format!("{pointer}: JSON has no such number")),
        Yaml::Sequence(items) => {
            let items = items.iter().enumerate();
            items.map(|(i, item)| json(item, &format!("{pointer}/{i}"))).collect::<Result<_, _>>().map(Value::Array)
        }
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = key_text(key).ok_or_else(|| format!("{pointer}: a key is not text"))?;
                let inner = json(value, &format!("{pointer}/{}", escape(&key)))?;
                object.insert(key, inner);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(_, value) => json(value, pointer),
        _ => Err(format!("{pointer}: not a value that JSON has")),
    }
}

/// A key; status codes are often written without quotes.
fn key_text(key: &Yaml<'_>) -> Option<String> {
    match key {
        Yaml::Value(Scalar::String(text)) => Some(text.to_string()),
        Yaml::Value(Scalar::Integer(number)) => Some(number.to_string()),
        Yaml::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}

fn scalar_json(scalar: &Scalar<'_>) -> Option<Value> {
    Some(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::Number((*value).into()),
        Scalar::FloatingPoint(value) => Value::Number(Number::from_f64(value.into_inner())?),
        Scalar::String(value) => Value::String(value.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_and_json_are_read_alike() {
        let yaml =
            "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {description: &text Done.}}, summary: *text}}}\n";
        let json = json!({
            "openapi": "3.1.0",
            "paths": {"/a": {"get": {"responses": {"200": {"description": "Done."}}, "summary": "Done."}}},
        });
        assert_eq!(parse(yaml), parse(&json.to_string()));
        assert_eq!(parse(yaml), Ok(json));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        assert_eq!(parse("openapi: [\n").unwrap_err().split(':').next(), Some("line 2"));
        assert!(parse("{\"openapi\": }").unwrap_err().starts_with("not JSON: expected value at line 1"));
        assert!(parse("swagger: '2.0'").unwrap_err().starts_with("not an OpenAPI document: it is Swagger 2.0"));
        assert_eq!(parse("info: {}").unwrap_err(), "not an OpenAPI document: it has no text at `openapi`");
        assert_eq!(parse("openapi: 3.2.0").unwrap_err(), "/openapi: 3.2.0 is neither 3.0 nor 3.1");
        let broken = "openapi: 3.0.3\npaths: {/a: {$ref: other.yaml#/a}}";
        assert_eq!(parse(broken).unwrap_err(), "/paths/~1a/$ref: `other.yaml#/a` leads nowhere in this document");
        let round = "openapi: 3.0.3\na: {$ref: '#/b'}\nb: {$ref: '#/a'}";
        assert_eq!(parse(round).unwrap_err(), "/a/$ref: `#/b` leads nowhere in this document");
    }

    #[test]
    fn a_reference_may_be_deep_and_percent_encoded() {
        let text = "openapi: 3.0.3\npaths: {'/{id}': {get: {parameters: [{name: id}]}}}\n";
        let document = parse(text).unwrap();
        let found = follow(&document, "#/paths/~1%7Bid%7D/get/parameters/0");
        assert_eq!(found, Some(&json!({"name": "id"})));
    }
}

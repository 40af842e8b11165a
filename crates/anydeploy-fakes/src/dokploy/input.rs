//! What a procedure was given, and the checks that every fault of it has to pass.

use serde_json::{Map, Value, json};

use super::failure::Failure;
use crate::request::ReceivedRequest;

/// The input of one procedure: a flat query or a JSON object.
#[derive(Debug, Default)]
pub(super) struct Input(Map<String, Value>);

impl Input {
    /// Empty values count as absent, and a repeated parameter becomes an array.
    pub(super) fn of_query(request: &ReceivedRequest) -> Self {
        let mut fields = Map::new();
        for (name, value) in request.query_parameters().filter(|(_, value)| !value.is_empty()) {
            let value = Value::from(value.into_owned());
            match fields.get_mut(name.as_ref()) {
                None => {
                    fields.insert(name.into_owned(), value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = json!([first.take(), value]),
            }
        }
        Self(fields)
    }

    /// A body that is no object counts as an empty one.
    pub(super) fn of_body(body: Value) -> Self {
        match body {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    pub(super) fn check(&self) -> Check<'_> {
        Check { fields: &self.0, issues: Vec::new() }
    }

    pub(super) fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Reads fields one after another and collects what is wrong with them.
pub(super) struct Check<'a> {
    fields: &'a Map<String, Value>,
    issues: Vec<Value>,
}

impl Check<'_> {
    /// A required string.
    pub(super) fn text(&mut self, field: &str) -> String {
        self.string(field, self.fields.get(field)).unwrap_or_default()
    }

    /// A required string of at least one character.
    pub(super) fn filled(&mut self, field: &str) -> String {
        let text = self.string(field, self.fields.get(field));
        if text.as_deref() == Some("") {
            self.issues.push(json!({
                "origin": "string", "code": "too_small", "minimum": 1, "inclusive": true, "path": [field],
                "message": "Too small: expected string to have >=1 characters",
            }));
        }
        text.unwrap_or_default()
    }

    /// A string that may be absent but not null.
    pub(super) fn optional(&mut self, field: &str) -> Option<String> {
        self.fields.get(field).and_then(|value| self.string(field, Some(value)))
    }

    /// A string that must be present and may be null.
    pub(super) fn nullable(&mut self, field: &str) -> Value {
        match self.fields.get(field) {
            None => {
                self.issues.push(json!({
                    "code": "invalid_type", "expected": "nonoptional", "path": [field],
                    "message": "Invalid input: expected nonoptional, received undefined",
                }));
                Value::Null
            }
            Some(Value::Null) => Value::Null,
            some => self.string(field, some).into(),
        }
    }

    /// A flag that must be present and may be null, which is `false`.
    pub(super) fn nullable_flag(&mut self, field: &str) -> bool {
        match self.fields.get(field) {
            Some(Value::Bool(flag)) => *flag,
            None | Some(Value::Null) => self.nullable(field) == true,
            other => {
                self.issues.push(json!({
                    "expected": "boolean", "code": "invalid_type", "path": [field],
                    "message": format!("Invalid input: expected boolean, received {}", kind_of(other)),
                }));
                false
            }
        }
    }

    /// A whole number within bounds, also given as text; `default` when absent.
    pub(super) fn number(&mut self, field: &str, default: u64, least: u64, most: u64) -> u64 {
        let Some(value) = self.fields.get(field) else { return default };
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        let (code, bound, message) = match number {
            None => {
                self.issues.push(json!({
                    "expected": "number", "code": "invalid_type", "received": "NaN", "path": [field],
                    "message": "Invalid input: expected number, received NaN",
                }));
                return default;
            }
            Some(number) if number < least => {
                ("too_small", "minimum", format!("Too small: expected number to be >={least}"))
            }
            Some(number) if number > most => ("too_big", "maximum", format!("Too big: expected number to be <={most}")),
            Some(number) => return number,
        };
        let limit = if bound == "minimum" { least } else { most };
        self.issues.push(json!({
            "origin": "number", "code": code, bound: limit, "inclusive": true, "path": [field], "message": message,
        }));
        default
    }

    /// One of several words.
    pub(super) fn word(&mut self, field: &str, words: &[&str]) -> String {
        let word = self.fields.get(field).and_then(Value::as_str).unwrap_or_default();
        if !words.contains(&word) {
            let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            self.issues.push(json!({
                "code": "invalid_value", "values": words, "path": [field],
                "message": format!("Invalid option: expected one of {}", quoted.join("|")),
            }));
        }
        word.to_owned()
    }

    /// Every fault at once, or none.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if self.issues.is_empty() { Ok(()) } else { Err(Failure::invalid(self.issues)) }
    }

    fn string(&mut self, field: &str, value: Option<&Value>) -> Option<String> {
        if let Some(Value::String(text)) = value {
            return Some(text.clone());
        }
        self.issues.push(json!({
            "expected": "string", "code": "invalid_type", "path": [field],
            "message": format!("Invalid input: expected string, received {}", kind_of(value)),
        }));
        None
    }
}

fn kind_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

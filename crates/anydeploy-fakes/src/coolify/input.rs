//! What a request says: query and body merged as the server's framework merges them, and its idea of truth.

use serde_json::{Map, Value};

use super::errors::{self, Refusal};
use crate::request::ReceivedRequest;

/// The parameters of one request; a field of the body wins over the same name in the query.
pub(super) struct Input(Map<String, Value>);

impl Input {
    pub(super) fn of_query(request: &ReceivedRequest) -> Self {
        let mut fields = Map::new();
        for (name, value) in request.query_parameters() {
            insert(&mut fields, &name, value.into_owned());
        }
        Self(fields)
    }

    pub(super) fn of(request: &ReceivedRequest) -> Self {
        let Self(mut fields) = Self::of_query(request);
        if is_json(request) {
            // A broken JSON body is read as an empty one.
            fields.extend(json_object(request).unwrap_or_default());
        } else if content_type(request).starts_with("application/x-www-form-urlencoded") {
            for (name, value) in form_urlencoded::parse(&request.body) {
                insert(&mut fields, &name, value.into_owned());
            }
        }
        Self(fields)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The text of a field, numbers included; `None` for what is missing, empty or a list.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) if !text.is_empty() && text != "0" => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Whether a field is a list or an object, which the server does not expect and answers with 500.
    pub(super) fn is_compound(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.is_array() || value.is_object())
    }

    /// `1`, `true`, `on` and `yes` are true, everything else is false.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(Value::String(text)) => {
                matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "on" | "yes")
            }
            _ => false,
        }
    }

    /// Any text but the empty one and `0` is true: how servers up to v4.1.2 read `force`.
    pub(super) fn legacy_flag(&self, name: &str) -> bool {
        self.text(name).is_some() || self.flag(name)
    }

    /// A whole number as PHP reads one: the leading digits, 0 if there are none, and never below 0.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        let text = match self.0.get(name)? {
            Value::String(text) => text.trim_start().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        Some(digits.parse().unwrap_or(0))
    }
}

fn insert(fields: &mut Map<String, Value>, name: &str, value: String) {
    if let Some(list) = name.strip_suffix("[]") {
        if let Value::Array(items) = fields.entry(list).or_insert_with(|| Value::Array(Vec::new())) {
            items.push(Value::String(value));
        }
    } else {
        fields.insert(name.to_owned(), Value::String(value));
    }
}

/// The body of a route that insists on JSON.
pub(super) fn required_object(request: &ReceivedRequest) -> Result<Map<String, Value>, Refusal> {
    if !is_json(request) {
        return Err(errors::invalid_request("Content-Type must be application/json.").into());
    }
    match json_object(request) {
        None => Err(errors::invalid_request("Invalid JSON.").into()),
        Some(fields) if fields.is_empty() => Err(errors::invalid_request("Empty JSON.").into()),
        Some(fields) => Ok(fields),
    }
}

fn json_object(request: &ReceivedRequest) -> Option<Map<String, Value>> {
    serde_json::from_slice(&request.body).ok()
}

fn is_json(request: &ReceivedRequest) -> bool {
    let kind = content_type(request);
    kind.contains("/json") || kind.contains("+json")
}

fn content_type(request: &ReceivedRequest) -> &str {
    request.header("content-type").unwrap_or_default()
}

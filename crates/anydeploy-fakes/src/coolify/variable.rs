//! One environment variable and how the server shows it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::deployment::stamp;

/// The switches of a variable, in the order the server checks them.
pub(super) const FLAGS: [&str; 6] =
    ["is_preview", "is_literal", "is_multiline", "is_shown_once", "is_runtime", "is_buildtime"];

/// An environment variable.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) uuid: String,
    pub(super) key: String,
    pub(super) value: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) flags: [bool; 6],
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
}

impl Variable {
    pub(super) fn new(uuid: String, key: &str) -> Self {
        let now = Utc::now();
        Self {
            uuid,
            key: key.to_owned(),
            value: None,
            comment: None,
            flags: [false, false, false, false, true, true],
            created: now,
            updated: now,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        FLAGS.iter().zip(self.flags).any(|(flag, on)| *flag == name && on)
    }

    pub(super) fn set_flag(&mut self, name: &str, on: bool) {
        for (flag, slot) in FLAGS.iter().zip(&mut self.flags) {
            if *flag == name {
                *slot = on;
            }
        }
    }

    /// The value is stored trimmed, and an empty one as nothing.
    pub(super) fn set_value(&mut self, value: Option<&str>) {
        self.value = value.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    }

    /// As the API shows it; `fresh` leaves out what the row just made has not loaded yet.
    pub(super) fn body(&self, with_value: bool, fresh: bool) -> Map<String, Value> {
        let mut body = Map::new();
        for (flag, on) in FLAGS.iter().zip(self.flags) {
            body.insert((*flag).to_owned(), on.into());
        }
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| self.key.starts_with(prefix));
        for (field, on) in [
            ("is_buildpack_control", begins(&["NIXPACKS_", "RAILPACK_"])),
            ("is_coolify", begins(&["SERVICE_"])),
            ("is_really_required", false),
            ("is_shared", self.is_shared()),
        ] {
            body.insert(field.to_owned(), on.into());
        }
        for (field, value) in [
            ("uuid", json!(self.uuid)),
            ("key", json!(self.key)),
            ("comment", json!(self.comment)),
            ("version", json!("4.3.11")),
            ("created_at", json!(stamp(self.created))),
            ("updated_at", json!(stamp(self.updated))),
        ] {
            body.insert(field.to_owned(), value);
        }
        if !fresh {
            body.insert("is_required".to_owned(), false.into());
            body.insert("order".to_owned(), Value::Null);
        }
        if with_value {
            body.insert("value".to_owned(), json!(self.value));
            body.insert("real_value".to_owned(), json!(self.real_value()));
        }
        body
    }

    /// The value as the shell gets it: quoted or escaped.
    fn real_value(&self) -> String {
        let value = self.value.as_deref().unwrap_or_default();
        if self.flag("is_literal") || self.flag("is_multiline") {
            return format!("'{value}'");
        }
        if matches!(serde_json::from_str(value), Ok(Value::Object(_) | Value::Array(_))) {
            return value.to_owned();
        }
        let mut escaped = String::with_capacity(value.len());
        for letter in value.chars() {
            match letter {
                '\\' | '"' | '\'' => escaped.extend(['\\', letter]),
                '\t' => escaped.push_str("\\t"),
                '\r' => escaped.push_str("\\r"),
                _ => escaped.push(letter),
            }
        }
        escaped
    }

    /// Whether the whole value is one reference, of whatever scope and whether or not it resolves.
    fn is_shared(&self) -> bool {
        let value = self.value.as_deref().unwrap_or_default();
        let inner = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        inner.is_some_and(|inner| inner.contains('.') && !inner.contains(['{', '}']))
    }
}

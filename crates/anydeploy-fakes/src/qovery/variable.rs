//! One environment variable.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) id: String,
    /// The project, environment or service that it stands in, or speaks of if it is built in.
    pub(super) parent: String,
    /// `APIVariableScopeEnum`.
    pub(super) scope: String,
    /// `APIVariableTypeEnum`.
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) secret: bool,
    pub(super) description: String,
    /// The path of a variable that is a file.
    pub(super) mount_path: Option<String>,
    /// `enable_interpolation_in_file`.
    pub(super) interpolates: Option<bool>,
    /// The variable that it overrides or is an alias of.
    pub(super) of: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

impl Variable {
    /// A value that a person set.
    pub(super) fn new(id: String, parent: &str, scope: &str, key: &str, value: &str) -> Self {
        Self {
            id,
            parent: parent.to_owned(),
            scope: scope.to_owned(),
            kind: "VALUE",
            key: key.to_owned(),
            value: value.to_owned(),
            secret: false,
            description: String::new(),
            mount_path: None,
            interpolates: None,
            of: None,
            created_at: Utc::now(),
        }
    }

    /// `VariableResponse`; the value of a secret never comes back.
    pub(super) fn body(&self, of: Option<&Self>) -> Value {
        let mut body = self.linked();
        let more = json!({
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "is_secret": self.secret,
            "owned_by": "QOVERY",
            "description": self.description,
            "enable_interpolation_in_file": self.interpolates,
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        match self.kind {
            "OVERRIDE" => body["overridden_variable"] = json!(of.map(Self::linked)),
            "ALIAS" => body["aliased_variable"] = json!(of.map(Self::linked)),
            _ => {}
        }
        body
    }

    fn linked(&self) -> Value {
        json!({
            "id": self.id,
            "key": self.key,
            "value": (!self.secret).then_some(&self.value),
            "mount_path": self.mount_path,
            "scope": self.scope,
            "variable_type": self.kind,
        })
    }
}

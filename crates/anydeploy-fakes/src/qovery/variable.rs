//! One environment variable.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Debug)]
pub(super) struct Variable {
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) scope: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) secret: bool,
    pub(super) description: String,
    pub(super) created_at: DateTime<Utc>,
}

impl Variable {
    /// `VariableResponse`; the value of a secret never comes back.
    pub(super) fn body(&self) -> Value {
        json!({
            "id": self.id,
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "key": self.key,
            "value": (!self.secret).then_some(&self.value),
            "mount_path": null,
            "scope": self.scope,
            "variable_type": "VALUE",
            "is_secret": self.secret,
            "owned_by": "QOVERY",
            "description": self.description,
        })
    }
}

//! Text and JSON that must not be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Stands in `Debug` for what may hold secrets.
pub const REDACTED: &dyn fmt::Debug = &Redacted;

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Text that prints as `[redacted]` and is wiped from memory when dropped.
///
/// It serializes to the text itself, because a request body has to carry it; there is no
/// [`Display`](fmt::Display), so that it cannot be formatted by accident.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::Secret;
///
/// let password = Secret::from("hunter2");
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        REDACTED.fmt(f)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Self(text)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// JSON that holds secrets and prints as `[redacted]`.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{SecretJson, serde_json::json};
///
/// let settings = SecretJson::new(json!({"password": "hunter2"}));
/// assert_eq!(format!("{settings:?}"), "[redacted]");
/// assert_eq!(settings.expose()["password"], "hunter2");
/// ```
#[derive(Clone, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SecretJson(Value);

impl SecretJson {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for SecretJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        REDACTED.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_what_serialization_sends() {
        let secret: Secret = serde_json::from_str(r#""planted""#).unwrap();
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[redacted] Some([redacted])");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""planted""#);
        assert_eq!(secret, Secret::new("planted"));
    }
}

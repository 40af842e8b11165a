//! A request field that can be left alone, cleared, or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// A field of an update: absent, `null`, or a value.
///
/// A field of this type needs
/// `#[serde(default, skip_serializing_if = "Patch::is_absent")]`; without it an absent field is
/// refused by `Serialize`, because writing `null` instead would clear what was to be left alone.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{Patch, serde::Serialize};
///
/// #[derive(Default, Serialize)]
/// struct Update {
///     #[serde(skip_serializing_if = "Patch::is_absent")]
///     description: Patch<String>,
///     #[serde(skip_serializing_if = "Patch::is_absent")]
///     limit: Patch<u32>,
/// }
///
/// let update = Update { description: Patch::Null, ..Update::default() };
/// assert_eq!(serde_json::to_string(&update).unwrap(), r#"{"description":null}"#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth thing to say about a field")]
pub enum Patch<T> {
    /// The field is not sent: what the server holds stays.
    #[default]
    Absent,
    /// The field is sent as `null`: the server clears it.
    Null,
    /// The field is sent with this value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field is not sent.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is sent as `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value, if one is sent.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value itself, if one is sent.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Changes the value, if one is sent.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(change(value)),
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => Err(ser::Error::custom("an absent field has to be skipped")),
            Self::Null => serializer.serialize_unit(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

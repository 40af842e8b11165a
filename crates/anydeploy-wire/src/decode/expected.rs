//! What a value should be, as far as it can be tested on any value of the same place.

use serde_json::Value;

use super::{list::Elements, scalar};

/// What a value should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Bool,
    Integer {
        min: i128,
        max: i128,
    },
    Float,
    Text,
    /// Text of an open enum.
    Word,
    List,
    Map,
    Object,
    /// An object with this member.
    Member(&'static str),
    /// Something that only the type itself can judge.
    Other,
}

impl Expected {
    /// Whether a value fits; `None` if only the type can judge that.
    pub(super) fn accepts(self, value: &Value) -> Option<bool> {
        Some(match self {
            Self::Bool => scalar::bool(value).is_some(),
            Self::Integer { min, max } => scalar::integer(value).is_some_and(|number| (min..=max).contains(&number)),
            Self::Float => scalar::float(value).is_some(),
            Self::Text | Self::Word => scalar::text(value).is_some(),
            Self::List => Elements::of(value).is_some(),
            Self::Map => value.is_object() || value.as_array().is_some_and(Vec::is_empty),
            Self::Object => value.is_object(),
            Self::Member(name) => value.get(name).is_some(),
            Self::Other => return None,
        })
    }

    /// In words, for an error.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Bool => "a bool".to_owned(),
            Self::Integer { min, max } => format!("an integer from {min} to {max}"),
            Self::Float => "a number".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Word => "a word".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Map | Self::Object => "an object".to_owned(),
            Self::Member(name) => format!("the member `{name}`"),
            Self::Other => "another value".to_owned(),
        }
    }
}

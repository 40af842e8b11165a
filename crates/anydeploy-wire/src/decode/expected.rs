//! What a value should be.

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
    /// JSON at all.
    Json,
    /// Something that only the type itself can judge.
    Other,
}

impl Expected {
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
            Self::Json => "JSON".to_owned(),
            Self::Other => "another value".to_owned(),
        }
    }
}

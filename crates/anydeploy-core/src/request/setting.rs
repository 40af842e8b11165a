//! A setting of the target that a request changes before it deploys.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A setting of the target that a trigger changes, for good, before it deploys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Setting {
    /// The tag of its image.
    ImageTag(String),
    /// The branch that it is built from.
    Branch(String),
}

impl Setting {
    /// What is set, in a few lower-case words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ImageTag(_) => "image tag",
            Self::Branch(_) => "branch",
        }
    }

    /// The value that it gets.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::ImageTag(value) | Self::Branch(value) => value,
        }
    }
}

impl fmt::Display for Setting {
    /// Such as ``image tag `1.28` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.name(), self.value())
    }
}

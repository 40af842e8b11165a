//! A text that is printed nowhere.

use std::fmt;

use serde::{Serialize, Serializer};

/// What is printed in place of the text.
const REDACTED: &str = "[redacted]";

/// A text that is printed nowhere: the value of a variable.
///
/// `Debug`, `Display` and its JSON form are `[redacted]`, and it cannot be read back from JSON.
///
/// ```
/// use anydeploy_core::SecretText;
///
/// let value = SecretText::new("hunter2");
/// assert_eq!(format!("{value} {value:?}"), "[redacted] [redacted]");
/// assert_eq!(value.expose(), "hunter2");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretText(Box<str>);

impl SecretText {
    /// Keeps a text from being printed.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(REDACTED)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

//! Why a body could not be read.

use std::fmt;

/// Why a body could not be read.
///
/// It names places and types and never holds a value of the body, as that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pointer: String,
    expected: String,
    note: Option<String>,
}

impl DecodeError {
    pub(crate) fn new(pointer: String, expected: String) -> Self {
        Self { pointer, expected, note: None }
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub(crate) fn web_page(expected: &str) -> Self {
        Self::new(String::new(), expected.to_owned())
            .with_note("a web page came: from a proxy, a login form, or because the base URL is wrong")
    }

    #[cfg(feature = "websocket")]
    pub(crate) fn no_socket() -> Self {
        Self::new(String::new(), "a WebSocket".to_owned())
            .with_note("the connection was not switched: a proxy may not let sockets through")
    }

    /// The place as a JSON pointer, in which `*` stands for any element of a list or a map; empty
    /// for the whole body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was expected there.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        self.note.as_ref().map_or(Ok(()), |note| write!(f, "; {note}"))
    }
}

impl std::error::Error for DecodeError {}

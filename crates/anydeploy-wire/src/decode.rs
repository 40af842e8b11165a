//! Reading JSON that nearly fits the type it should have.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use self::document::Document;

pub use self::{
    choose::{Chosen, Match},
    fault::Fault,
    node::Node,
    read::Read,
};

mod children;
mod choose;
mod document;
mod fault;
mod lossy;
mod node;
mod object;
mod read;
mod scalar;

/// Reads JSON, repairing what does not fit where that cannot tell a lie.
///
/// * A number or a bool where text is wanted becomes its text; text where a number or a bool is
///   wanted becomes that; `80.0` is an integer.
/// * An object with numbers for keys is a list in the order of its keys; an empty list is an empty
///   map, though no struct.
/// * Bytes that are not UTF-8, and escapes that are half of a surrogate pair, become U+FFFD.
/// * A member that does not fit, or is `null` where nothing may be, is removed, so that an
///   `Option` or a default takes its place.
///
/// Only `null` is ever removed from a list or a map, or from where one is wanted: what is left
/// would tell that there is less than there is.
/// Nor is a [`Patch`](crate::Patch) removed, as its absence tells something else.
/// An empty body is read as `null`.
///
/// # Errors
///
/// [`DecodeError`] if the body is not JSON, or does not fit even so.
///
/// # Examples
///
/// ```
/// use anydeploy_wire::{decode, object};
///
/// #[derive(Debug, PartialEq)]
/// struct Port { number: u16, name: Option<String> }
///
/// object!(Port: required { number = "number" } optional { name = "name" });
///
/// let (ports, repairs) = decode::<Vec<Port>>(br#"[{"number": "80", "name": []}]"#)?;
/// assert_eq!(ports, [Port { number: 80, name: None }]);
/// let places: Vec<_> = repairs.iter().map(|repair| repair.pointer()).collect();
/// assert_eq!(places, ["/*/name", "/*/number"]);
/// # Ok::<(), anydeploy_wire::DecodeError>(())
/// ```
pub fn decode<T: Read>(body: &[u8]) -> Result<(T, Vec<Repair>), DecodeError> {
    read(Document::parse(body, false)?)
}

/// The same for a body whose content type may have said that it is a web page.
pub(crate) fn decode_as<T: Read>(body: &[u8], html: bool) -> Result<(T, Vec<Repair>), DecodeError> {
    read(Document::parse(body, html)?)
}

/// The `Deserialize` of every type that a macro of this crate makes one for: what is repaired is
/// not told.
///
/// # Errors
///
/// If it does not fit even so.
pub fn deserialize<'de, T: Read, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let document = Document::new(Value::deserialize(deserializer)?);
    read(document).map(|(value, _)| value).map_err(D::Error::custom)
}

/// All that is compiled for each type: the work is done by [`Document`].
fn read<T: Read>(mut document: Document) -> Result<(T, Vec<Repair>), DecodeError> {
    loop {
        match T::read(&document.root()) {
            Ok(value) => return Ok((value, document.into_repairs())),
            Err(fault) => document.repair(fault)?,
        }
    }
}

/// How a web page begins, in any case: the gateways' own pages often leave out the head.
const PAGES: [&[u8]; 12] = [
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<!--",
    b"<?xml",
    b"<title",
    b"<script",
    b"<meta",
    b"<center",
    b"<h1",
    b"<form",
];

/// Whether a body begins as a web page does.
pub(crate) fn is_web_page(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    PAGES.iter().any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// A change that made a body fit its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repair {
    pointer: String,
    what: Repaired,
}

/// What a [`Repair`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Repaired {
    /// The value was taken as another JSON type, and nothing is lost; or, of the whole body, what is
    /// not Unicode in it became U+FFFD.
    Converted,
    /// The value did not fit and was left out.
    Removed,
}

impl Repair {
    pub(crate) fn new(pointer: String, what: Repaired) -> Self {
        Self { pointer, what }
    }

    /// The place as a JSON pointer, in which `*` stands for any element of a list or a map.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was done there.
    #[must_use]
    pub fn what(&self) -> Repaired {
        self.what
    }
}

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

//! Reading a whole body.

use std::borrow::Cow;

use serde::de::{DeserializeSeed as _, IgnoredAny};
use serde_json::{Deserializer, error::Category};

use super::{
    error::DecodeError,
    lossy::lossy,
    mismatch::Mismatch,
    node::{Node, Slot},
    notes::Notes,
    place::Place,
    repair::{Repair, Repaired},
    text::Next,
    tree::Tree,
};

/// Why a text was not read.
enum Failure {
    Mismatch(Mismatch),
    NoJson(serde_json::Error),
}

/// Reads a body into a slot; `is_html` if its content type says that it is a web page.
pub(crate) fn read(body: &[u8], is_html: bool, slot: &mut dyn Slot) -> Result<Vec<Repair>, DecodeError> {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
    if text.is_empty() {
        return read_tree(&Tree::Null, slot).map_err(|error| error.with_note("the body is empty"));
    }
    // Checked at once, a text costs less than each of its strings alone.
    let valid = str::from_utf8(text).map_or_else(|_| Cow::Owned(lossy(text)), Cow::Borrowed);
    let is_valid = matches!(valid, Cow::Borrowed(_));
    let error = match read_text(&valid, slot) {
        Ok(notes) => {
            if !is_valid {
                notes.add_repair(Repaired::Converted, &Place::ROOT);
            }
            return Ok(notes.into_repairs());
        }
        Err(Failure::Mismatch(mismatch)) => return Err(mismatch.into_error()),
        Err(Failure::NoJson(error)) => error,
    };
    if is_valid && error.is_syntax() {
        match read_text(&lossy(text), slot) {
            Ok(notes) => {
                notes.add_repair(Repaired::Converted, &Place::ROOT);
                return Ok(notes.into_repairs());
            }
            Err(Failure::Mismatch(mismatch)) => return Err(mismatch.into_error()),
            Err(Failure::NoJson(_)) => {}
        }
    }
    if is_html || text.starts_with(b"<") {
        return Err(DecodeError::web_page("JSON"));
    }
    let what = if error.classify() == Category::Eof { "the text breaks off" } else { "it is not JSON" };
    let note = format!("{what} at line {}, column {}", error.line(), error.column());
    Err(Mismatch::no_json().into_error().with_note(note))
}

fn read_text(text: &str, slot: &mut dyn Slot) -> Result<Notes, Failure> {
    let (notes, mut failure) = (Notes::default(), None);
    let mut deserializer = Deserializer::from_str(text);
    let next = Next {
        take: &mut |source, is_null| slot.fill(&mut Node::root(source, is_null, &notes)),
        failure: &mut failure,
    };
    let result = next.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (failure.filter(|mismatch| !mismatch.is_no_json()), result) {
        (None, Ok(())) => Ok(notes),
        (None, Err(error)) => Err(Failure::NoJson(error)),
        // A text that breaks off further on is reported as such.
        (Some(mismatch), _) => match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Err(Failure::Mismatch(mismatch)),
            Err(error) => Err(Failure::NoJson(error)),
        },
    }
}

/// Reads a value that was parsed already.
pub(super) fn read_tree(mut tree: &Tree<'_>, slot: &mut dyn Slot) -> Result<Vec<Repair>, DecodeError> {
    let (notes, is_null) = (Notes::default(), tree.is_null());
    slot.fill(&mut Node::root(&mut tree, is_null, &notes)).map_err(Mismatch::into_error)?;
    Ok(notes.into_repairs())
}

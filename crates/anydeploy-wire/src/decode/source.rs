//! Where a value is read from: the text of a body, or a tree that was read ahead.

use serde_json::Value;

use super::{mismatch::Mismatch, names::Names, scalar::Scalar, tree::Tree};

/// Takes a value, and whether it is `null`.
pub(super) type Take<'a> = dyn FnMut(&mut dyn Source, bool) -> Result<(), Mismatch> + 'a;

/// Takes a member by its index among those that a type names, and whether it is `null`.
pub(super) type TakeMember<'a> = dyn FnMut(usize, &mut dyn Source, bool) -> Result<(), Mismatch> + 'a;

/// Reads a tree; the other argument says whether it stands at addresses where another may have stood before.
pub(super) type ReadTree<'a> = dyn FnMut(&Tree<'_>, bool) -> Result<(), Mismatch> + 'a;

/// A value that can be read in one of several ways.
///
/// Each method consumes all of the value, also one of another kind than it is for, unless it fails.
/// It fails if the text is no JSON, or as a callback does.
pub(super) trait Source {
    /// Gives a scalar; a list or an object is passed over.
    fn scalar(&mut self, take: &mut dyn FnMut(Scalar<'_>)) -> Result<(), Mismatch>;

    /// Gives the members of an object that a type names; returns whether it is an object.
    fn object(&mut self, names: &Names, take: &mut TakeMember<'_>) -> Result<bool, Mismatch>;

    /// Gives the items of a list; returns whether it is one as it is, or is one by its keys, or else `None`.
    fn list(&mut self, take: &mut Take<'_>) -> Result<Option<IsList>, Mismatch>;

    /// Gives the whole value, and whether it was made for this call.
    fn tree(&mut self, read: &mut ReadTree<'_>) -> Result<(), Mismatch>;

    /// The whole value as free-form JSON.
    fn json(&mut self) -> Result<Value, Mismatch>;

    /// The text, and whether all of it is Unicode; `None` if the value is no text.
    fn long_text(&mut self) -> Result<Option<(String, bool)>, Mismatch>;
}

/// How a value is a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IsList {
    /// As it is.
    Plain,
    /// PHP wrote it as an object with the indices as keys.
    Keyed,
}

impl Source for &Tree<'_> {
    fn scalar(&mut self, take: &mut dyn FnMut(Scalar<'_>)) -> Result<(), Mismatch> {
        take(Tree::scalar(self));
        Ok(())
    }

    fn object(&mut self, names: &Names, take: &mut TakeMember<'_>) -> Result<bool, Mismatch> {
        let Tree::Object(object) = self else { return Ok(false) };
        for (key, value) in object {
            if let Some(index) = names.index_of(key) {
                take(index, &mut &*value, value.is_null())?;
            }
        }
        Ok(true)
    }

    fn list(&mut self, take: &mut Take<'_>) -> Result<Option<IsList>, Mismatch> {
        if let Tree::List(list) = self {
            for item in list {
                take(&mut &*item, item.is_null())?;
            }
            return Ok(Some(IsList::Plain));
        }
        let Some(keyed) = self.keyed() else { return Ok(None) };
        for mut item in keyed {
            let is_null = item.is_null();
            take(&mut item, is_null)?;
        }
        Ok(Some(IsList::Keyed))
    }

    fn tree(&mut self, read: &mut ReadTree<'_>) -> Result<(), Mismatch> {
        read(self, false)
    }

    fn json(&mut self) -> Result<Value, Mismatch> {
        Ok(self.to_json())
    }

    fn long_text(&mut self) -> Result<Option<(String, bool)>, Mismatch> {
        Ok(if let Tree::Text(text) = self { Some((text.clone().into_owned(), true)) } else { None })
    }
}

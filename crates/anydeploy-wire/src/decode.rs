//! Reading JSON that nearly fits the type it should have.

use serde::{Deserialize, Deserializer, de::Error as _};

use self::tree::Tree;

pub(crate) use self::body::read as decode_into;

pub use self::{
    choice::{Chosen, Match, choose, weigh},
    names::{Names, table, table_length},
    node::{Ahead, Slot},
    slot::Required,
};
pub use self::{
    error::DecodeError,
    mismatch::Mismatch,
    node::Node,
    read::Read,
    repair::{Repair, Repaired},
    unescape::unescape,
};

mod body;
mod choice;
mod error;
mod expected;
mod lossy;
mod mismatch;
mod names;
mod node;
mod notes;
mod place;
mod read;
mod repair;
mod scalar;
mod slot;
mod source;
mod text;
mod tree;
mod unescape;

/// Reads JSON, and repairs mismatches where the repair cannot change the meaning.
///
/// * A number or a bool where text is wanted becomes its text; text where a number or a bool is
///   wanted becomes that; `80.0` is an integer.
/// * An object with numbers for keys is a list in the order of its keys; an empty list is an empty
///   map, though no struct.
/// * Bytes that are not UTF-8, and escapes that are half of a surrogate pair, become U+FFFD.
/// * A member that does not fit, or is `null` where nothing may be, is removed, so that an
///   `Option` or a default takes its place.
/// * Of members with one name the last that fits counts.
///
/// Of a list or a map only `null` elements are removed, and never the whole: a list that lost an
/// element would say that there is less than there is.
/// A [`Patch`](crate::Patch) is not removed either, as its absence means something else.
/// An empty body is read as `null`.
///
/// The body is read once, and members that the type does not name are skipped; only where a value has to be known before
/// its type, as in a union, is it kept for a moment.
/// At most 256 repairs are reported.
///
/// # Errors
///
/// [`DecodeError`] if the body is not JSON, or does not fit even after the repairs.
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
    let mut slot = Required(None);
    let repairs = decode_into(body, false, &mut slot)?;
    match slot.into_value() {
        Ok(value) => Ok((value, repairs)),
        Err(mismatch) => Err(mismatch.into_error()),
    }
}

/// The `Deserialize` of every type that a macro of this crate makes one for; it does not report repairs.
///
/// # Errors
///
/// If it does not fit even after the repairs.
pub fn deserialize<'de, T: Read, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let tree = Tree::deserialize(deserializer)?;
    let mut slot = Required(None);
    body::read_tree(&tree, &mut slot).map_err(D::Error::custom)?;
    slot.into_value().map_err(|mismatch| D::Error::custom(mismatch.into_error()))
}

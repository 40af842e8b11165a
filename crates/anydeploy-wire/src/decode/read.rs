//! The trait of what can be read from JSON, and how the types are read that others consist of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{mismatch::Mismatch, node::Node};
use crate::{
    __attempt as attempt,
    patch::Patch,
    secret::{Secret, SecretJson},
};

/// A type that can be read from JSON that nearly fits, see [`decode`](crate::decode).
///
/// [`object!`](crate::object) and [`choice!`](crate::choice) implement it for a struct and an enum,
/// [`open_enum!`](crate::open_enum) and [`open_union!`](crate::open_union) for what they declare.
/// Unlike serde's `Deserialize` it knows one format only, which makes it far cheaper to compile.
///
/// # Examples
///
/// A type that no macro describes reads another and judges it:
///
/// ```
/// use anydeploy_wire::{Mismatch, Node, Read, decode};
///
/// #[derive(Debug, PartialEq)]
/// struct Port(u16);
///
/// impl Read for Port {
///     fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
///         match u16::read(node)? {
///             0 => Err(node.mismatch()),
///             port => Ok(Self(port)),
///         }
///     }
/// }
///
/// assert_eq!(decode::<Port>(br#""80""#)?.0, Port(80));
/// assert_eq!(decode::<Option<Vec<Port>>>(b"[0]").unwrap_err().pointer(), "/*");
/// # Ok::<(), anydeploy_wire::DecodeError>(())
/// ```
pub trait Read: Sized {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If it, or a value inside of it, does not fit.
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch>;
}

impl Read for bool {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.bool()
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Read for $type {
            fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
                let number = node.integer(Self::MIN.into(), Self::MAX.into())?;
                Self::try_from(number).map_err(|_| node.mismatch())
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl Read for f64 {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.float()
    }
}

impl Read for String {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.text()
    }
}

impl Read for Secret {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.text().map(Self::from)
    }
}

impl Read for Value {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.json()
    }
}

impl Read for SecretJson {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.json().map(Self::new)
    }
}

impl Read for Map<String, Value> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.json_object()
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        let mut map = Self::new();
        attempt!(node.entries(&mut |key, entry| {
            map.insert(key.to_owned(), attempt!(T::read(entry)));
            Ok(())
        }));
        Ok(map)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        let mut list = Self::new();
        attempt!(node.items(&mut |item| {
            list.push(attempt!(T::read(item)));
            Ok(())
        }));
        Ok(list)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        if node.is_null() { Ok(None) } else { Ok(Some(attempt!(T::read(node)))) }
    }
}

impl<T: Read> Read for Patch<T> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        if node.is_null() {
            return Ok(Self::Null);
        }
        match T::read(node) {
            Ok(value) => Ok(Self::Value(value)),
            // Left out, it would be taken as absent, which means something else.
            Err(mismatch) => Err(mismatch.into_final()),
        }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        Ok(Self::new(attempt!(T::read(node))))
    }
}

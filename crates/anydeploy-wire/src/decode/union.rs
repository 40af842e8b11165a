//! Reading a tagged union in place: the whole object, tag included, becomes the variant.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, VariantAccess, Visitor},
};
use serde_json::Value;

use super::{
    decode_value,
    fault::{Fault, Place, Step, Want},
    node::Node,
    scalar,
};

/// The name of a newtype struct that begins with this asks for a union; its tag follows.
///
/// Our own deserializer so keeps its place and its repairs on the way into a variant, where any
/// other would have to copy the object first.
pub(super) const UNION: &str = "anydeploy union by ";

/// What [`open_union!`](crate::open_union) implements.
pub trait Union: DeserializeOwned {
    /// "anydeploy union by ", and the name of the member that says which variant it is.
    const NAME: &'static str;

    /// Reads the variant that the tag names.
    ///
    /// # Errors
    ///
    /// If the content does not fit it.
    fn variant<'de, A: VariantAccess<'de>>(tag: &str, content: A) -> Result<Self, A::Error>;
}

/// The `Deserialize` of every union.
///
/// # Errors
///
/// If it is not an object, or does not fit the variant that its tag names.
pub fn union<'de, D: Deserializer<'de>, U: Union>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_newtype_struct(U::NAME, UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// The way of [`Node`].
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<U, A::Error> {
        let (tag, content) = access.variant::<String>()?;
        U::variant(&tag, content)
    }

    /// The way of every other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<U, D::Error> {
        decode_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// An object together with the name of its tag.
pub(super) struct Tagged<'a> {
    pub(super) node: Node<'a>,
    pub(super) tag: &'static str,
}

impl<'de, 'a> EnumAccess<'de> for Tagged<'a> {
    type Error = Fault;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Fault> {
        // An object without a tag is kept as one with an unknown tag is.
        let word = self.node.value.get(self.tag).and_then(scalar::text).unwrap_or_default();
        let variant = seed.deserialize(word.as_str().into_deserializer())?;
        Ok((variant, Content { node: self.node, tag: self.tag, word }))
    }
}

/// The object, to be read as the variant that was found.
pub(super) struct Content<'a> {
    node: Node<'a>,
    tag: &'static str,
    word: String,
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Fault;

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let place = Place::below(self.node.place, Step::Variant { tag: self.tag, word: &self.word });
        let node = Node { place: &place, ..self.node };
        seed.deserialize(node).map_err(|fault| fault.at(&place))
    }

    fn unit_variant(self) -> Result<(), Fault> {
        Err(Fault::want(Want::Other))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::want(Want::Other))
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], _visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::want(Want::Other))
    }
}

/// Stands in `Debug` for an object whose type is not known, as it may hold secrets.
pub const REDACTED: &dyn fmt::Debug = &Redacted;

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

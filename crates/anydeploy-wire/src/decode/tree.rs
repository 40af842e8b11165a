//! A value that is read as a whole before its type is known, or where its order matters; it borrows the text.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use super::{
    mismatch::Mismatch,
    names::Names,
    scalar::Scalar,
    source::{IsList, ReadTree, Source, Take, TakeMember},
};

/// The key under which serde_json hands out a number if some crate turns on its feature `arbitrary_precision`.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// A value, with the texts of the body that need no decoding borrowed from it.
#[derive(Clone, Debug)]
pub(super) enum Tree<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    /// Sorted by their keys; of those with one key only the last.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Tree<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let index = members.binary_search_by(|(name, _)| name.as_ref().cmp(key)).ok()?;
        members.get(index).map(|(_, value)| value)
    }

    /// The members of an object, or the elements of an empty list, which PHP writes for an empty map.
    pub(super) fn entries(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            Self::List(list) if list.is_empty() => Some(&[]),
            _ => None,
        }
    }

    pub(super) fn scalar(&self) -> Scalar<'_> {
        match self {
            Self::Bool(value) => Scalar::Bool(*value),
            Self::Number(value) => Scalar::Number(value),
            Self::Text(value) => Scalar::Text(value),
            Self::Null | Self::List(_) | Self::Object(_) => Scalar::None,
        }
    }

    /// The items of a list that PHP wrote as an object with the indices as keys, in their order.
    fn keyed(&self) -> Option<Vec<&Self>> {
        let Self::Object(members) = self else { return None };
        let items = members.iter().map(|(key, value)| Some((key.parse::<u64>().ok()?, value)));
        let mut items = items.collect::<Option<Vec<_>>>()?;
        items.sort_by_key(|(index, _)| *index);
        Some(items.into_iter().map(|(_, value)| value).collect())
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => Value::Number(value.clone()),
            Self::Text(value) => Value::String(value.clone().into_owned()),
            Self::List(list) => list.iter().map(Self::to_json).collect(),
            Self::Object(members) => members.iter().map(|(key, value)| (&**key, value.to_json())).collect(),
        }
    }

    /// What is left of an object.
    pub(super) fn of_map<A: MapAccess<'a>>(mut map: A) -> Result<Self, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            members.push((key, map.next_value()?));
        }
        if let [(key, Self::Text(text))] = members.as_slice()
            && key == NUMBER_KEY
            && let Ok(number) = text.parse()
        {
            return Ok(Self::Number(number));
        }
        members.sort_by(|(one, _), (other, _): &(Cow<'a, str>, Self)| one.cmp(other));
        // The sort is stable: of equals the last one stays.
        members.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Ok(Self::Object(members))
    }
}

/// The number that a map stands for, see [`NUMBER_KEY`]; any other map is passed over.
pub(super) fn number_in<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Number>, A::Error> {
    Ok(match Tree::of_map(map)? {
        Tree::Number(number) => Some(number),
        _ => None,
    })
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
}

impl Tree<'_> {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree<'de>, E> {
        Ok(Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tree<'de>, A::Error> {
        Tree::of_map(map)
    }
}

/// A key, borrowed where it can be: serde's own `Cow` is always a copy.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

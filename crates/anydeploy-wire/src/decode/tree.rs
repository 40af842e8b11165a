//! A value that is read as a whole before its type is known, or where its order matters; it borrows the text.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use super::scalar::Scalar;

/// The key under which `serde_json` hands out a number if some crate turns on its feature `arbitrary_precision`.
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
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

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
    pub(super) fn keyed(&self) -> Option<Vec<&Self>> {
        let Self::Object(members) = self else { return None };
        let items = members.iter().map(|(key, value)| Some((key.parse::<u64>().ok()?, value)));
        let mut items = items.collect::<Option<Vec<_>>>()?;
        items.sort_by_key(|(index, _)| *index);
        Some(items.into_iter().map(|(_, value)| value).collect())
    }

    pub(super) fn to_json(&self) -> Value {
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
        Ok(Self::of_members(members))
    }

    /// The same for all deserializers, so that it is compiled once.
    fn of_members(mut members: Vec<(Cow<'a, str>, Self)>) -> Self {
        if let [(key, Self::Text(text))] = members.as_slice()
            && key == NUMBER_KEY
            && let Ok(number) = text.parse()
        {
            return Self::Number(number);
        }
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        // The sort is stable, so that the last of equals is the one to keep.
        members.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Self::Object(members)
    }
}

/// The number that a map stands for, see [`NUMBER_KEY`]; any other map is passed over.
pub(super) fn number_in<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Number>, A::Error> {
    Ok(match Tree::of_map(map)? {
        Tree::Number(number) => Some(number),
        _ => None,
    })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tree(text: &str) -> Tree<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        let Tree::List(list) = tree(r#"["plain", "a\tb", {"key": "value"}]"#) else { panic!("it is a list") };
        assert!(matches!(&list[0], Tree::Text(Cow::Borrowed("plain"))));
        assert!(matches!(&list[1], Tree::Text(Cow::Owned(text)) if text == "a\tb"));
        assert!(matches!(&list[2], Tree::Object(members) if matches!(members[0].0, Cow::Borrowed("key"))));
    }

    #[test]
    fn of_members_with_one_key_the_last_counts() {
        assert_eq!(tree(r#"{"b": 1, "a": 2, "b": 3, "b": 4}"#).to_json(), json!({"a": 2, "b": 4}));
    }

    #[test]
    fn a_number_that_serde_json_wraps_up_is_a_number() {
        let number = tree(r#"{"$serde_json::private::Number": "7"}"#);
        assert!(matches!(number, Tree::Number(number) if number.as_i64() == Some(7)));
        let object = tree(r#"{"$serde_json::private::Number": "x"}"#);
        assert!(matches!(object, Tree::Object(_)));
    }
}

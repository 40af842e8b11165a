//! A serde deserializer over parsed JSON that takes near misses and knows where it stands.

use std::{cell::RefCell, collections::BTreeSet, iter::Enumerate, slice, vec};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value, map};

use crate::patch::PATCH;

use super::{
    fault::{Fault, Place, Step, Want, pointer},
    key::Key,
    scalar,
    union::{Tagged, UNION},
};

/// More places than this are not noted, however many a hostile body has.
const MAX_NOTES: usize = 256;

/// The places where a value was converted.
#[derive(Default)]
pub(super) struct Notes(RefCell<BTreeSet<String>>);

impl Notes {
    fn add(&self, place: &Place<'_>) {
        let mut places = self.0.borrow_mut();
        if places.len() < MAX_NOTES {
            places.insert(pointer(&place.steps()));
        }
    }

    pub(super) fn take(&mut self) -> BTreeSet<String> {
        std::mem::take(self.0.get_mut())
    }
}

/// A value at its place.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) place: &'a Place<'a>,
    pub(super) notes: &'a Notes,
}

impl<'a> Node<'a> {
    /// Takes what a conversion made of the value, or faults with what was wanted.
    fn take<T>(self, converted: Option<T>, as_it_is: bool, want: Want) -> Result<T, Fault> {
        let value = converted.ok_or_else(|| Fault::want(want))?;
        if !as_it_is {
            self.notes.add(self.place);
        }
        Ok(value)
    }

    fn integer<'de, V: Visitor<'de>>(self, min: i128, max: i128, visitor: V) -> Result<V::Value, Fault> {
        let number = scalar::integer(self.value).filter(|number| (min..=max).contains(number));
        let as_it_is = self.value.is_i64() || self.value.is_u64();
        let number = self.take(number, as_it_is, Want::Integer { min, max })?;
        match (u64::try_from(number), i64::try_from(number)) {
            (Ok(number), _) => visitor.visit_u64(number),
            (_, Ok(number)) => visitor.visit_i64(number),
            _ => visitor.visit_i128(number),
        }
    }

    fn string(self) -> Result<String, Fault> {
        self.take(scalar::text(self.value), self.value.is_string(), Want::Text)
    }

    fn items(self) -> Result<Items<'a>, Fault> {
        let children = self.take(Children::of(self.value), self.value.is_array(), Want::List)?;
        Ok(Items { children, of: self })
    }

    fn members(self, of_struct: bool) -> Result<Members<'a>, Fault> {
        let entries = match self.value {
            Value::Object(members) => Some(Some(members)),
            // PHP writes an empty map as an empty list.
            Value::Array(list) if list.is_empty() && !of_struct => Some(None),
            _ => None,
        };
        let want = if of_struct { Want::Object } else { Want::Map };
        let entries = self.take(entries, self.value.is_object(), want)?;
        Ok(Members { entries: entries.map(Map::iter), current: None, of_struct, of: self })
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.integer(<$type>::MIN.into(), <$type>::MAX.into(), visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => Err(Fault::want(Want::Float)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(_) => visitor.visit_seq(self.items()?),
            Value::Object(_) => visitor.visit_map(self.members(false)?),
        }
    }

    integers! {
        deserialize_i8: i8, deserialize_i16: i16, deserialize_i32: i32, deserialize_i64: i64,
        deserialize_u8: u8, deserialize_u16: u16, deserialize_u32: u32, deserialize_u64: u64,
        deserialize_i128: i128,
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.integer(0, i128::MAX, visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.take(scalar::float(self.value), self.value.is_number(), Want::Float)?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.take(scalar::truth(self.value), self.value.is_boolean(), Want::Truth)?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name.strip_prefix(UNION) {
            Some(_) if !self.value.is_object() => Err(Fault::want(Want::Object)),
            Some(tag) => visitor.visit_enum(Tagged { node: self, tag }),
            None if name == PATCH => visitor.visit_newtype_struct(self).map_err(Fault::keep),
            None => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(self.members(false)?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(self.members(true)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.value.is_object() {
            visitor.visit_enum(MapAccessDeserializer::new(self.members(true)?))
        } else {
            visitor.visit_enum(self.string()?.into_deserializer())
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The elements of a list, also of one that PHP wrote as an object with the indices as keys.
pub(super) enum Children<'a> {
    List(Enumerate<slice::Iter<'a, Value>>),
    Keyed(vec::IntoIter<(u64, &'a str, &'a Value)>),
}

impl<'a> Children<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Array(list) => Some(Self::List(list.iter().enumerate())),
            Value::Object(members) => {
                let keyed = members.iter().map(|(key, value)| Some((key.parse().ok()?, key.as_str(), value)));
                let mut keyed = keyed.collect::<Option<Vec<_>>>()?;
                keyed.sort_by_key(|(index, ..)| *index);
                Some(Self::Keyed(keyed.into_iter()))
            }
            _ => None,
        }
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = (Step<&'a str>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::List(list) => list.next().map(|(index, value)| (Step::Item(index), value)),
            Self::Keyed(list) => list.next().map(|(_, key, value)| (Step::Entry(key), value)),
        }
    }
}

struct Items<'a> {
    children: Children<'a>,
    of: Node<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((step, value)) = self.children.next() else { return Ok(None) };
        let place = Place::below(self.of.place, step);
        let node = Node { value, place: &place, notes: self.of.notes };
        seed.deserialize(node).map(Some).map_err(|fault| fault.at(&place))
    }
}

struct Members<'a> {
    entries: Option<map::Iter<'a>>,
    current: Option<(&'a str, &'a Value)>,
    of_struct: bool,
    of: Node<'a>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.as_mut().and_then(Iterator::next) else { return Ok(None) };
        self.current = Some((key, value));
        seed.deserialize(Key(key)).map(Some).map_err(|fault| {
            // A key at fault must not cost the whole map.
            if self.of_struct { fault } else { fault.at(&Place::below(self.of.place, Step::Entry(key))) }
        })
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((key, value)) = self.current.take() else { return Err(Fault::want(Want::Other)) };
        let step = if self.of_struct { Step::Member(key) } else { Step::Entry(key) };
        let place = Place::below(self.of.place, step);
        let node = Node { value, place: &place, notes: self.of.notes };
        seed.deserialize(node).map_err(|fault| fault.at(&place))
    }
}

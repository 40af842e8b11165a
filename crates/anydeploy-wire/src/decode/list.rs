//! The elements of a list, also of one that PHP wrote as an object.

use std::{iter::Enumerate, slice, vec};

use serde_json::Value;

use super::step::Step;

/// The elements of a list, also of one that PHP wrote as an object with the indices as keys.
pub(super) enum Elements<'a> {
    List(Enumerate<slice::Iter<'a, Value>>),
    Keyed(vec::IntoIter<(u64, &'a str, &'a Value)>),
}

impl<'a> Elements<'a> {
    /// `None` if the value is no list.
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

impl<'a> Iterator for Elements<'a> {
    type Item = (Step<&'a str>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::List(list) => list.next().map(|(index, value)| (Step::Item(index), value)),
            Self::Keyed(list) => list.next().map(|(_, key, value)| (Step::Entry(key), value)),
        }
    }
}

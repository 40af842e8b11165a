//! The elements of lists and maps.

use std::{iter::Enumerate, slice, vec};

use serde_json::{Map, Value, map};

use super::{fault::Step, node::Node};

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

/// The elements of a list at their places.
pub(super) struct Items<'a> {
    of: &'a Node<'a>,
    children: Children<'a>,
}

impl<'a> Items<'a> {
    pub(super) fn new(of: &'a Node<'a>, children: Children<'a>) -> Self {
        Self { of, children }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        self.children.next().map(|(step, value)| self.of.below(step, value))
    }
}

/// The entries of a map at their places.
pub(super) struct Entries<'a> {
    of: &'a Node<'a>,
    entries: Option<map::Iter<'a>>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(of: &'a Node<'a>, map: Option<&'a Map<String, Value>>) -> Self {
        Self { of, entries: map.map(Map::iter) }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<(&'a str, Node<'a>)> {
        let (key, value) = self.entries.as_mut()?.next()?;
        Some((key, self.of.below(Step::Entry(key), value)))
    }
}

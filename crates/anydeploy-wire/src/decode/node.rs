//! A value of a body at its place: it takes near misses, and knows where it stands.

use std::fmt;

use serde_json::{Map, Value, map};

use super::{
    expected::Expected,
    list::Elements,
    mismatch::Mismatch,
    notes::Notes,
    scalar,
    step::{Step, Steps, pointer},
};

/// A value of a body, as it is given to [`Read`](crate::Read).
///
/// Nodes are a chain on the stack from a value up to the whole body.
/// `Debug` shows the place and no value.
pub struct Node<'a> {
    value: &'a Value,
    parent: Option<(&'a Node<'a>, Step<&'a str>)>,
    notes: &'a Notes,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value, notes: &'a Notes) -> Self {
        Self { value, parent: None, notes }
    }

    pub(super) fn below(&'a self, step: Step<&'a str>, value: &'a Value) -> Self {
        Self { value, parent: Some((self, step)), notes: self.notes }
    }

    /// The same value, for a trial with notes of its own.
    pub(super) fn with_notes<'b>(&'b self, notes: &'b Notes) -> Node<'b> {
        Node { value: self.value, parent: self.parent, notes }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn notes(&self) -> &'a Notes {
        self.notes
    }

    /// How many steps it stands below the root.
    pub(super) fn depth(&self) -> usize {
        self.parent.map_or(0, |(parent, _)| parent.depth() + 1)
    }

    fn steps(&self) -> Steps {
        let Some((parent, step)) = self.parent else { return Steps::new() };
        let mut steps = parent.steps();
        steps.push(step.to_owned());
        steps
    }

    /// The mismatch of a value that should have been something else.
    pub(super) fn expected(&self, expected: Expected) -> Mismatch {
        Mismatch::new(expected, self.steps())
    }

    /// Takes what a conversion made of the value.
    fn take<T>(&self, converted: Option<T>, as_it_is: bool, expected: Expected) -> Result<T, Mismatch> {
        let value = converted.ok_or_else(|| self.expected(expected))?;
        if !as_it_is {
            self.notes.add_conversion(|| pointer(&self.steps()));
        }
        Ok(value)
    }

    pub(super) fn text(&self) -> Result<String, Mismatch> {
        self.take(scalar::text(self.value), self.value.is_string(), Expected::Text)
    }

    pub(super) fn bool(&self) -> Result<bool, Mismatch> {
        self.take(scalar::bool(self.value), self.value.is_boolean(), Expected::Bool)
    }

    pub(super) fn float(&self) -> Result<f64, Mismatch> {
        self.take(scalar::float(self.value), self.value.is_number(), Expected::Float)
    }

    pub(super) fn integer<T: TryFrom<i128>>(&self, min: i128, max: i128) -> Result<T, Mismatch> {
        let number = scalar::integer(self.value).and_then(|number| T::try_from(number).ok());
        self.take(number, self.value.is_i64() || self.value.is_u64(), Expected::Integer { min, max })
    }

    pub(super) fn items(&'a self) -> Result<Items<'a>, Mismatch> {
        let elements = self.take(Elements::of(self.value), self.value.is_array(), Expected::List)?;
        Ok(Items { of: self, elements })
    }

    /// Free-form JSON as it is.
    pub(super) fn any(&self) -> &'a Value {
        self.notes.add_keys_of(self.value);
        self.value
    }

    pub(super) fn entries(&'a self) -> Result<Entries<'a>, Mismatch> {
        Ok(Entries { of: self, entries: self.map()?.map(Map::iter) })
    }

    /// The map, or `None` for an empty one that PHP wrote as an empty list.
    pub(super) fn map(&self) -> Result<Option<&'a Map<String, Value>>, Mismatch> {
        let map = match self.value {
            Value::Object(map) => Some(Some(map)),
            Value::Array(list) if list.is_empty() => Some(None),
            _ => None,
        };
        self.take(map, self.value.is_object(), Expected::Map)
    }

    /// The members of an object; an empty list is none.
    pub(super) fn members(&self) -> Result<&'a Map<String, Value>, Mismatch> {
        self.value.as_object().ok_or_else(|| self.expected(Expected::Object))
    }
}

impl Node<'_> {
    /// The mismatch of a value that only the type itself can judge, such as a word of a closed list.
    #[must_use]
    pub fn mismatch(&self) -> Mismatch {
        self.expected(Expected::Other)
    }
}

/// What the macros of this crate expand to.
#[doc(hidden)]
impl<'a> Node<'a> {
    /// The word in an object that says which variant it is.
    ///
    /// An object without one is kept as one with an unknown word is.
    ///
    /// # Errors
    ///
    /// If it is no object.
    pub fn tag(&self, name: &str) -> Result<String, Mismatch> {
        Ok(self.members()?.get(name).and_then(scalar::text).unwrap_or_default())
    }

    /// The same object, to be read as the variant that its tag names.
    #[must_use]
    pub fn variant(&'a self, tag: &'static str, word: &'a str) -> Self {
        self.below(Step::Variant { tag, word }, self.value)
    }

    /// The text of any scalar, which is no conversion.
    ///
    /// # Errors
    ///
    /// If it is no scalar.
    pub fn word(&self) -> Result<String, Mismatch> {
        self.take(scalar::text(self.value), true, Expected::Word)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("pointer", &pointer(&self.steps())).finish_non_exhaustive()
    }
}

/// The items of a list at their places; a type of its own, so that it is compiled once and not for each list.
pub(super) struct Items<'a> {
    of: &'a Node<'a>,
    elements: Elements<'a>,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        self.elements.next().map(|(step, value)| self.of.below(step, value))
    }
}

/// The entries of a map at their places; a type of its own, as [`Items`] is.
pub(super) struct Entries<'a> {
    of: &'a Node<'a>,
    entries: Option<map::Iter<'a>>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<(&'a str, Node<'a>)> {
        let (key, value) = self.entries.as_mut()?.next()?;
        Some((key, self.of.below(Step::Entry(key), value)))
    }
}

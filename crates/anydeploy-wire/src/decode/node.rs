//! A value of a body at its place: it takes near misses, and knows where it stands.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    children::{Children, Entries, Items},
    choose::{self, Notes},
    fault::{Fault, Step, Steps, Want, pointer},
    object::Object,
    scalar,
};

/// A value of a body, as it is given to [`Read`](super::Read).
///
/// Nodes are a chain on the stack from a value up to the whole body.
/// `Debug` shows the place and no value.
pub struct Node<'a> {
    pub(super) value: &'a Value,
    parent: Option<(&'a Node<'a>, Step<&'a str>)>,
    pub(super) notes: &'a Notes,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value, notes: &'a Notes) -> Self {
        Self { value, parent: None, notes }
    }

    pub(super) fn below(&'a self, step: Step<&'a str>, value: &'a Value) -> Self {
        Self { value, parent: Some((self, step)), notes: self.notes }
    }

    /// The same value, for a trial with notes of its own.
    pub(super) fn noted<'b>(&'b self, notes: &'b Notes) -> Node<'b> {
        Node { value: self.value, parent: self.parent, notes }
    }

    pub(super) fn steps(&self) -> Steps {
        let Some((parent, step)) = self.parent else { return Steps::new() };
        let mut steps = parent.steps();
        steps.push(step.to_owned());
        steps
    }

    pub(super) fn fault(&self, want: Want) -> Fault {
        Fault::new(want, self.steps())
    }

    /// Takes what a conversion made of the value, or faults with what was wanted.
    fn take<T>(&self, converted: Option<T>, as_it_is: bool, want: Want) -> Result<T, Fault> {
        let value = converted.ok_or_else(|| self.fault(want))?;
        if !as_it_is {
            self.notes.converted(self);
        }
        Ok(value)
    }

    pub(super) fn text(&self) -> Result<String, Fault> {
        self.take(scalar::text(self.value), self.value.is_string(), Want::Text)
    }

    pub(super) fn truth(&self) -> Result<bool, Fault> {
        self.take(scalar::truth(self.value), self.value.is_boolean(), Want::Truth)
    }

    pub(super) fn float(&self) -> Result<f64, Fault> {
        self.take(scalar::float(self.value), self.value.is_number(), Want::Float)
    }

    pub(super) fn integer<T: TryFrom<i128>>(&self, min: i128, max: i128) -> Result<T, Fault> {
        let number = scalar::integer(self.value).and_then(|number| T::try_from(number).ok());
        self.take(number, self.value.is_i64() || self.value.is_u64(), Want::Integer { min, max })
    }

    pub(super) fn items(&'a self) -> Result<Items<'a>, Fault> {
        let children = self.take(Children::of(self.value), self.value.is_array(), Want::List)?;
        Ok(Items::new(self, children))
    }

    /// Free-form JSON as it is.
    pub(super) fn any(&self) -> &'a Value {
        self.notes.kept(choose::keys(self.value));
        self.value
    }

    pub(super) fn entries(&'a self) -> Result<Entries<'a>, Fault> {
        Ok(Entries::new(self, self.map()?))
    }

    /// The map, or `None` for an empty one that PHP wrote as an empty list.
    pub(super) fn map(&self) -> Result<Option<&'a Map<String, Value>>, Fault> {
        let map = match self.value {
            Value::Object(map) => Some(Some(map)),
            Value::Array(list) if list.is_empty() => Some(None),
            _ => None,
        };
        self.take(map, self.value.is_object(), Want::Map)
    }

    fn members(&self) -> Result<&'a Map<String, Value>, Fault> {
        self.value.as_object().ok_or_else(|| self.fault(Want::Object))
    }
}

impl Node<'_> {
    /// The fault of a value that only the type itself can judge, such as a word of a closed list.
    #[must_use]
    pub fn unfit(&self) -> Fault {
        self.fault(Want::Other)
    }
}

/// What the macros of this crate expand to.
#[doc(hidden)]
impl<'a> Node<'a> {
    /// The members of an object.
    ///
    /// # Errors
    ///
    /// If it is no object; an empty list is none either.
    pub fn object(&'a self) -> Result<Object<'a>, Fault> {
        self.members().map(|_| Object::new(self))
    }

    /// The word in an object that tells which variant it is.
    ///
    /// An object without one is kept as one with an unknown word is.
    ///
    /// # Errors
    ///
    /// If it is no object.
    pub fn tag(&self, name: &str) -> Result<String, Fault> {
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
    pub fn word(&self) -> Result<String, Fault> {
        self.take(scalar::text(self.value), true, Want::Word)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("pointer", &pointer(&self.steps())).finish_non_exhaustive()
    }
}

//! A value of a body at its place: it takes near misses, and knows where it stands.

use std::{borrow::Cow, fmt};

use serde_json::{Map, Value};

use super::{
    expected::Expected,
    mismatch::Mismatch,
    names::Names,
    notes::Notes,
    place::{Place, Step},
    repair::Repaired,
    scalar::Scalar,
    source::{IsList, Source},
    tree::Tree,
};

/// A value of a body, as it is given to [`Read`](crate::Read).
///
/// A value is read once, as one type; a caller that needs it twice reads a [`Value`].
/// `Debug` shows the place and no value.
pub struct Node<'a> {
    source: &'a mut (dyn Source + 'a),
    is_null: bool,
    place: Place<'a>,
    notes: &'a Notes,
}

/// A place for a value, whatever its type.
pub trait Slot {
    /// Reads a value into it.
    ///
    /// # Errors
    ///
    /// If the value does not fit; what was there stays.
    fn fill(&mut self, node: &mut Node<'_>) -> Result<(), Mismatch>;
}

impl<'a> Node<'a> {
    pub(super) fn root(source: &'a mut (dyn Source + 'a), is_null: bool, notes: &'a Notes) -> Self {
        Self { source, is_null, place: Place::ROOT, notes }
    }

    /// Reads the same value on trial, with other notes.
    pub(super) fn on_trial<T>(&mut self, notes: &Notes, read: impl FnOnce(&mut Node<'_>) -> T) -> T {
        read(&mut Node { source: &mut *self.source, is_null: self.is_null, place: self.place, notes })
    }

    pub(super) fn is_null(&self) -> bool {
        self.is_null
    }

    pub(super) fn notes(&self) -> &'a Notes {
        self.notes
    }

    /// The mismatch of a value that should have been something else.
    pub(super) fn expected(&self, expected: Expected) -> Mismatch {
        Mismatch::new(expected, self.is_null)
    }

    fn add_conversion(&self) {
        self.notes.add_repair(Repaired::Converted, &self.place);
    }

    /// Takes what `convert` makes of a scalar, and whether the scalar is that as it is.
    fn scalar<T>(
        &mut self,
        expected: Expected,
        convert: impl Fn(Scalar<'_>) -> Option<(T, bool)>,
    ) -> Result<T, Mismatch> {
        let mut converted = None;
        self.source.scalar(&mut |scalar| converted = convert(scalar))?;
        let (value, as_it_is) = converted.ok_or_else(|| self.expected(expected))?;
        if !as_it_is {
            self.add_conversion();
        }
        Ok(value)
    }

    pub(super) fn text(&mut self) -> Result<String, Mismatch> {
        self.scalar(Expected::Text, |scalar| Some((scalar.text()?.into_owned(), matches!(scalar, Scalar::Text(_)))))
    }

    pub(super) fn bool(&mut self) -> Result<bool, Mismatch> {
        self.scalar(Expected::Bool, |scalar| Some((scalar.bool()?, matches!(scalar, Scalar::Bool(_)))))
    }

    pub(super) fn float(&mut self) -> Result<f64, Mismatch> {
        self.scalar(Expected::Float, |scalar| Some((scalar.float()?, matches!(scalar, Scalar::Number(_)))))
    }

    pub(super) fn integer(&mut self, min: i128, max: i128) -> Result<i128, Mismatch> {
        self.scalar(Expected::Integer { min, max }, |scalar| {
            let number = scalar.integer().filter(|number| (min..=max).contains(number))?;
            Some((number, matches!(scalar, Scalar::Number(number) if number.is_i64() || number.is_u64())))
        })
    }

    /// Gives each item of a list to `read`; `null` that it does not take is left out.
    pub(super) fn items(
        &mut self,
        read: &mut dyn FnMut(&mut Node<'_>) -> Result<(), Mismatch>,
    ) -> Result<(), Mismatch> {
        let Self { source, place, notes, .. } = self;
        let found = source.list(&mut |source, is_null| {
            element(&mut Node { source, is_null, place: place.below(Step::Element), notes }, read)
        })?;
        match found {
            Some(IsList::Plain) => {}
            Some(IsList::Keyed) => self.add_conversion(),
            None => return Err(self.expected(Expected::List)),
        }
        Ok(())
    }

    /// Gives each entry of a map to `read`; `null` that it does not take is left out.
    pub(super) fn entries(
        &mut self,
        read: &mut dyn FnMut(&str, &mut Node<'_>) -> Result<(), Mismatch>,
    ) -> Result<(), Mismatch> {
        let mut is_object = None;
        let Self { source, place, notes, .. } = self;
        source.tree(&mut |tree, _| {
            let Some(entries) = tree.entries() else { return Ok(()) };
            is_object = Some(matches!(tree, Tree::Object(_)));
            for (key, mut value) in entries.iter().map(|(key, value)| (key, value)) {
                notes.add_kept(1);
                let is_null = value.is_null();
                let node = &mut Node { source: &mut value, is_null, place: place.below(Step::Element), notes };
                element(node, &mut |node| read(key, node))?;
            }
            Ok(())
        })?;
        match is_object {
            Some(true) => {}
            Some(false) => self.add_conversion(),
            None => return Err(self.expected(Expected::Map)),
        }
        Ok(())
    }

    /// Free-form JSON as it is.
    pub(super) fn json(&mut self) -> Result<Value, Mismatch> {
        let value = self.source.json()?;
        self.notes.add_keys_of(&value);
        Ok(value)
    }

    /// An object of free-form JSON; PHP writes an empty one as an empty list.
    pub(super) fn json_object(&mut self) -> Result<Map<String, Value>, Mismatch> {
        match self.json()? {
            Value::Object(map) => Ok(map),
            Value::Array(list) if list.is_empty() => {
                self.add_conversion();
                Ok(Map::new())
            }
            _ => Err(self.expected(Expected::Map)),
        }
    }
}

/// Reads an element of a list or a map.
fn element(node: &mut Node<'_>, read: &mut dyn FnMut(&mut Node<'_>) -> Result<(), Mismatch>) -> Result<(), Mismatch> {
    let mark = node.notes.mark();
    match read(node) {
        Err(mismatch) if mismatch.is_of_null() => {
            node.notes.forget_since(mark);
            node.notes.add_repair(Repaired::Removed, &node.place);
            Ok(())
        }
        // A list that lost an element would say that there is less than there is.
        result => result.map_err(|mismatch| mismatch.into_final().above(Step::Element)),
    }
}

impl Node<'_> {
    /// A text that may be megabytes long, such as a log; it is allocated once.
    ///
    /// A number or a bool is a mismatch.
    ///
    /// # Errors
    ///
    /// If it is no text.
    pub fn long_text(&mut self) -> Result<String, Mismatch> {
        let (text, is_unicode) = self.source.long_text()?.ok_or_else(|| self.expected(Expected::Text))?;
        if !is_unicode {
            self.add_conversion();
        }
        Ok(text)
    }

    /// The mismatch of a value that only the type itself can judge, such as a word of a closed list.
    #[must_use]
    pub fn mismatch(&self) -> Mismatch {
        self.expected(Expected::Other)
    }
}

/// What the macros of this crate expand to.
#[doc(hidden)]
impl Node<'_> {
    /// Reads the members of an object into the slots of those that have to be there, and of the others; the names are in
    /// that order.
    ///
    /// An optional member that does not fit is left out.
    /// Of members with one name the last that fits counts.
    ///
    /// # Errors
    ///
    /// If it is no object (an empty list is none either), a member that has to be there does not fit, or an optional one
    /// may not be left out.
    pub fn object<'s>(
        &mut self,
        names: &Names,
        required: &mut [&'s mut dyn Slot],
        optional: &mut [&'s mut dyn Slot],
    ) -> Result<(), Mismatch> {
        let Self { source, place, notes, .. } = self;
        let mut failure = None;
        let is_object = source.object(names, &mut |index, source, is_null| {
            let is_required = index < required.len();
            let slot = if is_required { required.get_mut(index) } else { optional.get_mut(index - required.len()) };
            let Some(slot) = slot else { return Ok(()) };
            let (step, mark) = (Step::Member(names.name(index)), notes.mark());
            notes.add_known(is_required);
            let mut node = Node { source, is_null, place: place.below(step), notes };
            match slot.fill(&mut node) {
                Ok(()) => {}
                Err(mismatch) if mismatch.is_final() => return Err(mismatch.above(step)),
                Err(mismatch) if is_required => failure = Some(mismatch.above(step)),
                Err(_) => {
                    notes.forget_since(mark);
                    notes.add_repair(Repaired::Removed, &node.place);
                }
            }
            Ok(())
        })?;
        match failure {
            Some(mismatch) => Err(mismatch),
            None if is_object => Ok(()),
            None => Err(self.expected(Expected::Object)),
        }
    }

    /// The mismatch of an object without this member.
    #[must_use]
    pub fn lacks(&self, member: &'static str) -> Mismatch {
        Mismatch::new(Expected::Member(member), false)
    }

    /// Gives the value to `read` as one that can be read several times.
    ///
    /// # Errors
    ///
    /// Those of `read`.
    pub fn read_ahead(
        &mut self,
        read: &mut dyn FnMut(&mut Node<'_>, Ahead<'_>) -> Result<(), Mismatch>,
    ) -> Result<(), Mismatch> {
        let Self { source, is_null, place, notes } = self;
        source.tree(&mut |mut tree, is_new| {
            if is_new {
                notes.forget_choices();
            }
            let ahead = Ahead(tree);
            read(&mut Node { source: &mut tree, is_null: *is_null, place: *place, notes }, ahead)
        })
    }

    /// Gives the text of any scalar, which is no conversion.
    ///
    /// # Errors
    ///
    /// If it is no scalar.
    pub fn word(&mut self, take: &mut dyn FnMut(&str)) -> Result<(), Mismatch> {
        let mut is_word = false;
        self.source.scalar(&mut |scalar| {
            if let Some(text) = scalar.text() {
                is_word = true;
                take(&text);
            }
        })?;
        if is_word { Ok(()) } else { Err(self.expected(Expected::Word)) }
    }
}

/// A value that was read ahead.
#[derive(Clone, Copy)]
pub struct Ahead<'a>(pub(super) &'a Tree<'a>);

impl<'a> Ahead<'a> {
    /// The word in an object that says which variant it is.
    ///
    /// An object without one is kept as one with an unknown word is.
    ///
    /// # Errors
    ///
    /// If it is no object.
    pub fn tag(self, name: &str) -> Result<Cow<'a, str>, Mismatch> {
        match self.0 {
            Tree::Object(_) => Ok(self.0.get(name).and_then(|tag| tag.scalar().text()).unwrap_or_default()),
            other => Err(Mismatch::new(Expected::Object, other.is_null())),
        }
    }
}

impl fmt::Debug for Ahead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").finish_non_exhaustive()
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("pointer", &self.place.pointer()).finish_non_exhaustive()
    }
}

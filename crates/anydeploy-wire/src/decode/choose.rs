//! Choosing the variant of an untagged union.

use std::{
    any::type_name,
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use serde_json::Value;

use crate::Read;

use super::{fault::pointer, node::Node};

/// More places than this are not noted, however many a hostile body has.
const MAX_NOTES: usize = 256;

/// The variant that was chosen, by the address of the value and the name of the union.
type Choices = HashMap<(usize, &'static str), Option<usize>>;

/// What is noted while a value is read.
#[derive(Default)]
pub(super) struct Notes {
    /// The places where a value was converted.
    places: RefCell<BTreeSet<String>>,
    /// The members of objects that the type names and the value has.
    known: Cell<usize>,
    /// Those among them that the type requires.
    required: Cell<usize>,
    /// The keys that are kept in maps and in free-form JSON.
    kept: Cell<usize>,
    /// A union inside a union is weighed once, and not again for each variant of each union around it.
    chosen: Rc<RefCell<Choices>>,
}

impl Notes {
    pub(super) fn converted(&self, node: &Node<'_>) {
        let mut places = self.places.borrow_mut();
        if places.len() < MAX_NOTES {
            places.insert(pointer(&node.steps()));
        }
    }

    pub(super) fn known(&self, is_required: bool) {
        self.known.set(self.known.get() + 1);
        self.required.set(self.required.get() + usize::from(is_required));
    }

    pub(super) fn kept(&self, keys: usize) {
        self.kept.set(self.kept.get() + keys);
    }

    /// The places; what was chosen is forgotten, as the document is about to change.
    pub(super) fn take(&mut self) -> BTreeSet<String> {
        self.chosen.borrow_mut().clear();
        std::mem::take(self.places.get_mut())
    }

    /// Notes of a trial, which leave no trace in these.
    fn trial(&self) -> Self {
        Self { chosen: Rc::clone(&self.chosen), ..Self::default() }
    }
}

/// How well a value matches a variant; the greatest is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// How many of its keys the variant names, those of inner objects included.
    known: usize,
    /// Whether it fits as it is.
    fits: bool,
    /// How many keys are there that the variant requires.
    required: usize,
    /// How many keys land in maps or free-form JSON.
    kept: usize,
}

/// The variant to read, as the expansion of [`choice!`](crate::choice) counts down to it.
#[derive(Debug)]
pub struct Chosen(Option<usize>);

impl Chosen {
    /// Whether it is the next variant.
    pub fn is_next(&mut self) -> bool {
        let is_next = self.0 == Some(0);
        self.0 = self.0.and_then(|left| left.checked_sub(1));
        is_next
    }
}

/// What the macros of this crate expand to.
#[doc(hidden)]
impl Node<'_> {
    /// How well the value matches the variant that is made of a `T`; `None` if a member that it requires is not there.
    #[must_use]
    pub fn weigh<T: Read, U>(&self, _: fn(T) -> U) -> Option<Match> {
        let notes = self.notes.trial();
        let fits = match T::read(&self.noted(&notes)) {
            Ok(_) => notes.places.borrow().is_empty(),
            Err(fault) if fault.is_missing_member_of(self) => return None,
            Err(_) => false,
        };
        let Notes { known, required, kept, .. } = notes;
        Some(Match { known: known.get(), fits, required: required.get(), kept: kept.get() })
    }

    /// The variant of the union `U` that matches best, the first of equals.
    ///
    /// None is chosen if the best does not fit: another would be read without what only the best knows.
    #[must_use]
    pub fn choose<U>(&self, variants: &[fn(&Self) -> Option<Match>]) -> Chosen {
        let key = (std::ptr::from_ref(self.value).addr(), type_name::<U>());
        let before = self.notes.chosen.borrow().get(&key).copied();
        Chosen(before.unwrap_or_else(|| {
            let mut best: Option<(Match, usize)> = None;
            for (index, weigh) in variants.iter().enumerate() {
                if let Some(found) = weigh(self).filter(|found| best.is_none_or(|(best, _)| *found > best)) {
                    best = Some((found, index));
                }
            }
            let chosen = best.filter(|(best, _)| best.fits).map(|(_, index)| index);
            self.notes.chosen.borrow_mut().insert(key, chosen);
            chosen
        }))
    }
}

/// How many keys free-form JSON has, those of inner objects included.
pub(super) fn keys(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| 1 + keys(member)).sum(),
        Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

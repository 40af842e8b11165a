//! What is noted while a value is read.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use serde_json::Value;

/// The most places that are noted, however many a hostile body has.
const MAX_PLACES: usize = 256;

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
    choices: Rc<RefCell<Choices>>,
}

impl Notes {
    /// Notes for a trial, apart from these but for what was chosen.
    pub(super) fn for_trial(&self) -> Self {
        Self { choices: Rc::clone(&self.choices), ..Self::default() }
    }

    pub(super) fn add_conversion(&self, place: impl FnOnce() -> String) {
        let mut places = self.places.borrow_mut();
        if places.len() < MAX_PLACES {
            places.insert(place());
        }
    }

    pub(super) fn has_conversions(&self) -> bool {
        !self.places.borrow().is_empty()
    }

    pub(super) fn add_known(&self, is_required: bool) {
        self.known.set(self.known.get() + 1);
        self.required.set(self.required.get() + usize::from(is_required));
    }

    pub(super) fn add_kept(&self, keys: usize) {
        self.kept.set(self.kept.get() + keys);
    }

    /// The keys of free-form JSON, those of inner objects included.
    pub(super) fn add_keys_of(&self, value: &Value) {
        self.add_kept(keys(value));
    }

    /// How many members are known, how many of those are required, and how many keys are kept.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.known.get(), self.required.get(), self.kept.get())
    }

    /// The variant of a union that was chosen before for this value, or is now.
    pub(super) fn choice(
        &self,
        value: &Value,
        union: &'static str,
        choose: impl FnOnce() -> Option<usize>,
    ) -> Option<usize> {
        let key = (std::ptr::from_ref(value).addr(), union);
        let known = self.choices.borrow().get(&key).copied();
        known.unwrap_or_else(|| {
            let choice = choose();
            self.choices.borrow_mut().insert(key, choice);
            choice
        })
    }

    /// Takes the places; what was chosen is forgotten, as the document is about to change.
    pub(super) fn take(&mut self) -> BTreeSet<String> {
        self.choices.borrow_mut().clear();
        std::mem::take(self.places.get_mut())
    }
}

fn keys(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| 1 + keys(member)).sum(),
        Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

//! What is noted while a value is read.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use serde_json::Value;

use super::{
    place::Place,
    repair::{Repair, Repaired},
    tree::Tree,
};

/// The most repairs that are noted, however many a hostile body needs.
const MAX_REPAIRS: usize = 256;

/// The variant that was chosen, by the address of the value and the name of the union.
type Choices = HashMap<(usize, &'static str), Option<usize>>;

/// What is noted while a value is read.
#[derive(Default)]
pub(super) struct Notes {
    repairs: RefCell<Repairs>,
    /// The members of objects that the type names and the value has.
    known: Cell<usize>,
    /// Those among them that the type requires.
    required: Cell<usize>,
    /// The keys that are kept in maps and in free-form JSON.
    kept: Cell<usize>,
    /// A union inside a union is weighed once, and not again for each variant of each union around it.
    choices: Rc<RefCell<Choices>>,
}

/// Repairs in the order in which they were made, each once.
#[derive(Default)]
struct Repairs {
    list: Vec<(u64, Repair)>,
    fingerprints: BTreeSet<u64>,
}

impl Notes {
    /// Notes for a trial, apart from these but for what was chosen.
    pub(super) fn for_trial(&self) -> Self {
        Self { choices: Rc::clone(&self.choices), ..Self::default() }
    }

    pub(super) fn add_repair(&self, what: Repaired, place: &Place<'_>) {
        let mut repairs = self.repairs.borrow_mut();
        let fingerprint = place.fingerprint() ^ what as u64;
        if repairs.list.len() < MAX_REPAIRS && repairs.fingerprints.insert(fingerprint) {
            repairs.list.push((fingerprint, Repair::new(place.pointer(), what)));
        }
    }

    /// How many repairs there are, for [`forget_since`](Self::forget_since).
    pub(super) fn mark(&self) -> usize {
        self.repairs.borrow().list.len()
    }

    /// Forgets the repairs in what was left out after all.
    pub(super) fn forget_since(&self, mark: usize) {
        let Repairs { list, fingerprints } = &mut *self.repairs.borrow_mut();
        for (fingerprint, _) in list.drain(mark..) {
            fingerprints.remove(&fingerprint);
        }
    }

    pub(super) fn has_repairs(&self) -> bool {
        self.mark() > 0
    }

    /// The repairs, sorted.
    pub(super) fn into_repairs(self) -> Vec<Repair> {
        let mut repairs: Vec<_> = self.repairs.into_inner().list.into_iter().map(|(_, repair)| repair).collect();
        repairs.sort();
        repairs.dedup();
        repairs
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
        value: &Tree<'_>,
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

    /// Forgets what was chosen, as another tree may come to stand at the same address.
    pub(super) fn forget_choices(&self) {
        self.choices.borrow_mut().clear();
    }
}

fn keys(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| 1 + keys(member)).sum(),
        Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

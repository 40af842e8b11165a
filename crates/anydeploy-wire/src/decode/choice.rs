//! Choosing the variant of an untagged union, as the expansion of [`choice!`](crate::choice) does.

use std::any::type_name;

use super::{
    node::{Ahead, Node},
    read::Read,
};

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

/// How well a value matches a variant; `None` if a member that the variant requires is not there.
type Weigh = fn(&mut Node<'_>) -> Option<Match>;

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

/// How well a value matches the variant that is made of a `T`; `None` if a member that it requires is not there.
#[must_use]
pub fn weigh<T: Read, U>(node: &mut Node<'_>, _: fn(T) -> U) -> Option<Match> {
    let notes = node.notes().for_trial();
    let fits = match node.on_trial(&notes, T::read) {
        Ok(_) => !notes.has_repairs(),
        Err(mismatch) if mismatch.is_of_missing_member() => return None,
        Err(_) => false,
    };
    let (known, required, kept) = notes.counts();
    Some(Match { known, fits, required, kept })
}

/// The variant of the union `U` that matches a value best, the first of equals.
///
/// None is chosen if the best does not fit: another would be read without what only the best knows.
#[must_use]
pub fn choose<U>(node: &mut Node<'_>, ahead: Ahead<'_>, variants: &[Weigh]) -> Chosen {
    let notes = node.notes();
    Chosen(notes.choice(ahead.0, type_name::<U>(), || best(node, variants)))
}

fn best(node: &mut Node<'_>, variants: &[Weigh]) -> Option<usize> {
    let mut best: Option<(Match, usize)> = None;
    for (index, weigh) in variants.iter().enumerate() {
        if let Some(found) = weigh(node).filter(|found| best.is_none_or(|(best, _)| *found > best)) {
            best = Some((found, index));
        }
    }
    best.filter(|(best, _)| best.fits).map(|(_, index)| index)
}

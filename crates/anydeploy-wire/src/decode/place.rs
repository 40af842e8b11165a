//! The way from the root of a body to a value in it.

use std::iter;

/// A place in a body: a chain on the stack, up to the root.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// `None` for the root.
    above: Option<(&'a Place<'a>, Step)>,
}

/// One step down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To a member that a type names.
    Member(&'static str),
    /// To an element of a list or a map.
    ///
    /// A map's key may be a secret, and what does not fit in one element mostly does not fit in the others.
    Element,
}

impl<'a> Place<'a> {
    pub(super) const ROOT: Place<'static> = Place { above: None };

    pub(super) fn below(&'a self, step: Step) -> Self {
        Self { above: Some((self, step)) }
    }

    /// The steps from here up to the root.
    fn steps(&self) -> impl Iterator<Item = &Step> {
        let mut place = self;
        iter::from_fn(move || {
            let (above, step) = place.above.as_ref()?;
            place = above;
            Some(step)
        })
    }

    pub(super) fn pointer(&self) -> String {
        let steps: Vec<_> = self.steps().collect();
        pointer(steps.into_iter().rev())
    }

    /// A number that is the same for places of one pointer, as long as each name stands at one address.
    pub(super) fn fingerprint(&self) -> u64 {
        self.steps().fold(0, |print: u64, step| {
            let step = match step {
                Step::Member(name) => name.as_ptr().addr() as u64 ^ ((name.len() as u64) << 56),
                Step::Element => 1,
            };
            (print.rotate_left(5) ^ step).wrapping_mul(0x517C_C1B7_2722_0A95)
        })
    }
}

/// The JSON pointer of steps from the root on, with `*` for every element.
pub(super) fn pointer<'a>(steps: impl Iterator<Item = &'a Step>) -> String {
    let mut pointer = String::new();
    for step in steps {
        pointer.push('/');
        match step {
            Step::Member(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Step::Element => pointer.push('*'),
        }
    }
    pointer
}

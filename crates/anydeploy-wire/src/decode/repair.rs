//! What was changed in a body to make it fit its type.

/// A change that made a body fit its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repair {
    pointer: String,
    what: Repaired,
}

/// What a [`Repair`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Repaired {
    /// The value was taken as another JSON type, and nothing is lost; or, of the whole body, what is
    /// not Unicode in it became U+FFFD.
    Converted,
    /// The value did not fit and was left out.
    Removed,
}

impl Repair {
    pub(crate) fn new(pointer: String, what: Repaired) -> Self {
        Self { pointer, what }
    }

    /// The place as a JSON pointer, in which `*` stands for any element of a list or a map.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was done there.
    #[must_use]
    pub fn what(&self) -> Repaired {
        self.what
    }
}

//! The way from the root of a body to a value in it.

/// One step down: to a member that a type names, or to an element of a list or a map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step<S> {
    Member(S),
    Entry(S),
    Item(usize),
    /// No step down, but a choice: the object is read as the variant that `word` under `tag` names.
    Variant {
        tag: &'static str,
        word: S,
    },
}

/// The steps from the root to a value.
pub(super) type Steps = Vec<Step<String>>;

impl Step<&str> {
    pub(super) fn to_owned(self) -> Step<String> {
        match self {
            Self::Member(name) => Step::Member(name.to_owned()),
            Self::Entry(key) => Step::Entry(key.to_owned()),
            Self::Item(index) => Step::Item(index),
            Self::Variant { tag, word } => Step::Variant { tag, word: word.to_owned() },
        }
    }
}

/// The JSON pointer of a place, with `*` for every element.
///
/// A map's key may be a secret, and what does not fit in one element mostly does not fit in the others.
pub(super) fn pointer(steps: &[Step<String>]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Entry(_) | Step::Item(_) => "/*".to_owned(),
            Step::Variant { .. } => String::new(),
        })
        .collect()
}

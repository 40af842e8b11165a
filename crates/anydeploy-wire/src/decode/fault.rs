//! Where decoding failed, and what was wanted there.

use std::fmt;

use serde_json::Value;

use super::{children::Children, node::Node, scalar};

/// One step down: from a struct to a member that its type names, or to some element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step<S> {
    Member(S),
    Entry(S),
    Item(usize),
    /// No step, but a choice: the object is read as the variant that `word` under `tag` names.
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

/// A JSON pointer that names only what the type names: a map's key may be a secret, and what is
/// wrong with one element is mostly wrong with all.
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

/// What was wanted, as far as it can be tested on another value of the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Truth,
    Integer {
        min: i128,
        max: i128,
    },
    Float,
    Text,
    /// Text of an open enum.
    Word,
    List,
    Map,
    Object,
    /// An object with this member.
    Member(&'static str),
    /// Something only the type itself can judge.
    Other,
}

impl Want {
    /// Whether a value will do, or `None` if that cannot be told.
    pub(super) fn accepts(self, value: &Value) -> Option<bool> {
        Some(match self {
            Self::Truth => scalar::truth(value).is_some(),
            Self::Integer { min, max } => scalar::integer(value).is_some_and(|number| (min..=max).contains(&number)),
            Self::Float => scalar::float(value).is_some(),
            Self::Text | Self::Word => scalar::text(value).is_some(),
            Self::List => Children::of(value).is_some(),
            Self::Map => value.is_object() || value.as_array().is_some_and(Vec::is_empty),
            Self::Object => value.is_object(),
            Self::Member(name) => value.get(name).is_some(),
            Self::Other => return None,
        })
    }

    pub(super) fn describe(self) -> String {
        match self {
            Self::Truth => "a bool".to_owned(),
            Self::Integer { min, max } => format!("an integer from {min} to {max}"),
            Self::Float => "a number".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Word => "a word".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Map | Self::Object => "an object".to_owned(),
            Self::Member(name) => format!("the member `{name}`"),
            Self::Other => "another value".to_owned(),
        }
    }
}

/// Where a value does not fit, and what would.
///
/// It ends one attempt to read a body; [`decode`](crate::decode) repairs what it can and tries
/// again.
/// `Debug` shows the place and no value.
pub struct Fault(Box<Inner>);

struct Inner {
    want: Want,
    steps: Steps,
    kept: bool,
}

impl Fault {
    pub(super) fn new(want: Want, steps: Steps) -> Self {
        Self(Box::new(Inner { want, steps, kept: matches!(want, Want::List | Want::Map) }))
    }

    /// Forbids to remove the value of a node, if it is this that is at fault and not one inside.
    pub(super) fn kept_at(mut self, node: &Node<'_>) -> Self {
        let mut inside = self.0.steps.iter().skip(node.steps().len());
        self.0.kept |= inside.all(|step| matches!(step, Step::Variant { .. }));
        self
    }

    /// Whether the value must not be removed unless it is `null`: a list or a map would seem empty,
    /// and a [`Patch`](crate::Patch) absent.
    pub(super) fn is_kept(&self) -> bool {
        self.0.kept
    }

    /// Whether the node is an object that lacks a member, and not one inside of it.
    pub(super) fn is_missing_member_of(&self, node: &Node<'_>) -> bool {
        let mut inside = self.0.steps.iter().skip(node.steps().len());
        matches!(self.0.want, Want::Member(_)) && inside.all(|step| matches!(step, Step::Variant { .. }))
    }

    pub(super) fn into_parts(self) -> (Steps, Want) {
        (self.0.steps, self.0.want)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.0.want.describe();
        f.debug_struct("Fault").field("pointer", &pointer(&self.0.steps)).field("expected", &expected).finish()
    }
}

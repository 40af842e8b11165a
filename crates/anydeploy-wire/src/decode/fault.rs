//! Where decoding failed, and what was wanted there.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};
use serde_json::Value;

use super::{node::Children, scalar};

/// A place in a document, as a chain on the stack from a value up to the root.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<&'a str>,
}

/// One step down: from a struct to a member that its type names, or to some element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step<S> {
    Root,
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

impl<'a> Place<'a> {
    pub(super) const ROOT: Self = Self { parent: None, step: Step::Root };

    pub(super) fn below(parent: &'a Place<'a>, step: Step<&'a str>) -> Self {
        Self { parent: Some(parent), step }
    }

    pub(super) fn steps(&self) -> Steps {
        let mut steps = self.parent.map(Self::steps).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Member(name) => steps.push(Step::Member(name.to_owned())),
            Step::Entry(key) => steps.push(Step::Entry(key.to_owned())),
            Step::Item(index) => steps.push(Step::Item(index)),
            Step::Variant { tag, word } => steps.push(Step::Variant { tag, word: word.to_owned() }),
        }
        steps
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
            Step::Root | Step::Variant { .. } => String::new(),
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
            Self::Text => scalar::text(value).is_some(),
            Self::List => Children::of(value).is_some(),
            Self::Map => value.is_object() || value.as_array().is_some_and(Vec::is_empty),
            Self::Object => value.is_object(),
            Self::Member(name) => value.get(name).is_some(),
            Self::Other => return None,
        })
    }

    fn describe(self) -> String {
        match self {
            Self::Truth => "a bool".to_owned(),
            Self::Integer { min, max } => format!("an integer from {min} to {max}"),
            Self::Float => "a number".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Map | Self::Object => "an object".to_owned(),
            Self::Member(name) => format!("the member `{name}`"),
            Self::Other => "another value".to_owned(),
        }
    }
}

/// A failure of one attempt to decode.
///
/// serde's messages quote values, so only what was expected is kept of them, which the type says.
#[derive(Debug)]
pub(super) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    want: Want,
    expected: String,
    steps: Option<Steps>,
    kept: bool,
}

impl Fault {
    pub(super) fn want(want: Want) -> Self {
        Self::new(want, want.describe())
    }

    fn new(want: Want, expected: String) -> Self {
        Self(Box::new(Inner { want, expected, steps: None, kept: matches!(want, Want::List | Want::Map) }))
    }

    /// Notes the place, unless a deeper one is noted.
    pub(super) fn at(mut self, place: &Place<'_>) -> Self {
        self.0.steps.get_or_insert_with(|| place.steps());
        self
    }

    /// Forbids to remove the value at fault, unless a deeper one is.
    pub(super) fn keep(mut self) -> Self {
        self.0.kept |= self.0.steps.is_none();
        self
    }

    /// Whether the value must not be removed unless it is `null`: a list or a map would seem empty,
    /// and a [`Patch`](crate::Patch) absent.
    pub(super) fn is_kept(&self) -> bool {
        self.0.kept
    }

    pub(super) fn into_parts(self) -> (Steps, Want, String) {
        (self.0.steps.unwrap_or_default(), self.0.want, self.0.expected)
    }
}

impl de::Error for Fault {
    fn custom<T: Display>(_message: T) -> Self {
        Self::want(Want::Other)
    }

    fn invalid_type(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Want::Other, expected.to_string())
    }

    fn invalid_value(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Want::Other, expected.to_string())
    }

    fn invalid_length(_found: usize, expected: &dyn Expected) -> Self {
        Self::new(Want::Other, expected.to_string())
    }

    fn unknown_variant(_found: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Want::Other, format!("one of {}", expected.join(", ")))
    }

    fn unknown_field(_found: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Want::Other, format!("no members but {}", expected.join(", ")))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::want(Want::Member(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(Want::Other, format!("the member `{name}` once"))
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0.expected)
    }
}

impl std::error::Error for Fault {}

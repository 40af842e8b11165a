//! What was found to differ, and where.

use std::fmt;

/// Which way a schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// What a difference is about; it decides where the report prints it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject<'a> {
    /// A parameter, of the operations that share it under a name of ours.
    Parameter(&'a str),
    /// A schema of ours.
    Schema(&'a str, Direction),
    /// A part of one operation; the text is that of [`Operation::name`](super::operation::Operation).
    Operation(&'a str),
}

/// What kind of difference it is, for the table of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    OnlyThere,
    OnlyHere,
    Parameter,
    Request,
    Answer,
    Words,
}

/// How much a difference matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// A caller of one document would be wrong by the other.
    Differs,
    /// The published document says nothing at all about an answer that we describe.
    Nothing,
    /// We say more, or ask for less: no difference, but worth an `x-corrects`.
    Finer,
}

/// One difference.
#[derive(Clone, Debug)]
pub(super) struct Finding<'a> {
    pub(super) kind: Kind,
    pub(super) weight: Weight,
    /// Where in the subject, as `name` or `items[].name`; empty for the subject itself.
    pub(super) place: String,
    pub(super) text: &'static str,
    /// What it is there, here, or on the side that has it.
    pub(super) detail: String,
    /// The nearest `x-corrects`, from the place up to the subject.
    pub(super) corrects: Option<&'a str>,
}

impl From<Direction> for Kind {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Request => Self::Request,
            Direction::Answer => Self::Answer,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnlyThere => "Operations only there",
            Self::OnlyHere => "Operations only here",
            Self::Parameter => "Parameters",
            Self::Request => "Fields of requests",
            Self::Answer => "Fields of answers",
            Self::Words => "Words of enums",
        })
    }
}

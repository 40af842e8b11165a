//! What is wrong with a plan, by member and field.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind};

/// What is wrong with one field of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mistake {
    /// The member that has it; `None` if it is one of the plan itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The field, such as `request.revision`.
    pub field: String,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
}

impl Mistake {
    /// A mistake of the plan itself.
    #[must_use]
    pub fn of_plan(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { member: None, field: field.into(), message: message.into() }
    }

    /// A mistake of a member.
    #[must_use]
    pub fn of_member(member: impl Into<String>, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { member: Some(member.into()), field: field.into(), message: message.into() }
    }

    /// One error for all mistakes; nothing was sent.
    pub(super) fn error(mistakes: &[Self]) -> Error {
        let all: Vec<_> = mistakes.iter().map(Self::to_string).collect();
        let number = mistakes.len();
        let noun = if number == 1 { "mistake" } else { "mistakes" };
        Error::new(ErrorKind::InvalidInput, format!("the plan has {number} {noun}: {}", all.join("; ")))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, field, message } = self;
        match member {
            Some(member) => write!(f, "member `{member}`, `{field}`: {message}"),
            None => write!(f, "`{field}`: {message}"),
        }
    }
}

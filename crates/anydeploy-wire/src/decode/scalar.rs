//! Reading one scalar as another.

use std::borrow::Cow;

use serde_json::Number;

/// A value without parts.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Bool(bool),
    Number(&'a Number),
    Text(&'a str),
    /// `null`, or a value with parts.
    None,
}

impl<'a> Scalar<'a> {
    /// The text of a scalar.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
            Self::None => None,
        }
    }

    /// A bool, or what PHP and environment files write for one.
    pub(super) fn bool(self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(truth),
            Self::Number(_) | Self::Text(_) => match self.text()?.trim() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Self::None => None,
        }
    }

    /// An integer, also as text or as a float without a fraction.
    pub(super) fn integer(self) -> Option<i128> {
        match self {
            Self::Number(number) => integer_of(number),
            Self::Text(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| integer_of(&text.parse().ok()?))
            }
            Self::Bool(_) | Self::None => None,
        }
    }

    /// A float, also as text.
    pub(super) fn float(self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            // Parsed as JSON, so that `inf` and `nan` are no numbers.
            Self::Text(text) => text.trim().parse::<Number>().ok()?.as_f64(),
            Self::Bool(_) | Self::None => None,
        }
    }
}

fn integer_of(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    // Above 2^53 a float may stand for several integers.
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "the float is whole and small")]
    Some(float as i128)
}

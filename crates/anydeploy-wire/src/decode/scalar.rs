//! Reading one scalar as another.

use serde_json::{Number, Value};

/// The text of a scalar.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A bool, or what PHP and environment files write for one.
pub(super) fn bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(_) | Value::String(_) => match text(value)?.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An integer, also as text or as a float without a fraction.
pub(super) fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => integer_of(number),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| integer_of(&text.parse().ok()?))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
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

/// A float, also as text.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        // Parsed as JSON, so that `inf` and `nan` are no numbers.
        Value::String(text) => text.trim().parse::<Number>().ok()?.as_f64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

//! A parsed body, and removing from it what does not fit.

use std::mem;

use serde_json::{Value, error::Category};

use super::{
    error::DecodeError,
    expected::Expected,
    lossy::lossy,
    mismatch::Mismatch,
    node::Node,
    notes::Notes,
    repair::{Repair, Repaired},
    scalar,
    step::{Step, Steps, pointer},
};

/// Each repair reads the document once more; a body with more mismatches than this is hostile.
const MAX_REPAIRS: usize = 64;

pub(super) struct Document {
    value: Value,
    empty: bool,
    lossy: bool,
    notes: Notes,
    removed: Vec<Removal>,
}

/// One repair: what was removed, and the first cause, which may lie deeper.
struct Removal {
    pointer: String,
    expected: Expected,
    cause: DecodeError,
}

impl Document {
    pub(super) fn new(value: Value) -> Self {
        Self { value, empty: false, lossy: false, notes: Notes::default(), removed: Vec::new() }
    }

    pub(super) fn parse(body: &[u8], is_html: bool) -> Result<Self, DecodeError> {
        let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
        if text.is_empty() {
            return Ok(Self { empty: true, ..Self::new(Value::Null) });
        }
        match serde_json::from_slice(text) {
            Ok(value) => Ok(Self::new(value)),
            Err(error) => {
                if error.is_syntax()
                    && let Ok(value) = serde_json::from_slice(&lossy(text))
                {
                    return Ok(Self { lossy: true, ..Self::new(value) });
                }
                if is_html || text.starts_with(b"<") {
                    return Err(DecodeError::web_page("JSON"));
                }
                let what = if error.classify() == Category::Eof { "the text breaks off" } else { "it is not JSON" };
                let (line, column) = (error.line(), error.column());
                Err(DecodeError::new(String::new(), "JSON".to_owned())
                    .with_note(format!("{what} at line {line}, column {column}")))
            }
        }
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node::root(&self.value, &self.notes)
    }

    pub(super) fn into_repairs(mut self) -> Vec<Repair> {
        let removed = self.removed.into_iter().map(|removal| Repair::new(removal.pointer, Repaired::Removed));
        let converted = self.notes.take().into_iter().map(|place| Repair::new(place, Repaired::Converted));
        let lossy = self.lossy.then(|| Repair::new(String::new(), Repaired::Converted));
        let mut repairs: Vec<_> = removed.chain(converted).chain(lossy).collect();
        repairs.sort();
        repairs.dedup();
        repairs
    }

    /// Removes the value that does not fit, and with it all that do not fit in the same way in other elements of the lists
    /// on the way to it, so that a long list costs one repair.
    pub(super) fn repair(&mut self, mismatch: Mismatch) -> Result<(), DecodeError> {
        let is_kept = mismatch.is_kept();
        let (mut steps, expected) = mismatch.into_parts();
        let cause = self.cause(&steps, expected);
        let mut variants = Vec::new();
        while let Some(Step::Variant { .. }) = steps.last() {
            variants.extend(steps.pop());
        }
        let Some(found) = find(&self.value, &steps) else { return Err(cause) };
        let (is_null, kind) = (found.is_null(), mem::discriminant(found));
        match steps.last() {
            Some(Step::Member(_)) if is_null || !is_kept => {}
            Some(Step::Item(_) | Step::Entry(_)) if is_null => {}
            _ => return Err(if self.empty { cause.with_note("the body is empty") } else { cause }),
        }
        if self.removed.len() == MAX_REPAIRS {
            return Err(cause.with_note("there are too many mismatches to repair"));
        }
        let pointer = pointer(&steps);
        let again = self.removed.iter().any(|past| past.pointer == pointer && past.expected == Expected::Other);
        let is_mismatch = |value: &Value| {
            if is_null || value.is_null() {
                return is_null && value.is_null();
            }
            let same_type = || mem::discriminant(value) == kind;
            variants.iter().all(|variant| is_variant(variant, value))
                && expected.accepts(value).map_or_else(|| again && same_type(), |fits| !fits)
        };
        prune(&mut self.value, &steps, true, &is_mismatch);
        self.removed.push(Removal { pointer, expected: if is_null { Expected::Object } else { expected }, cause });
        self.notes.take();
        Ok(())
    }

    /// The error for a mismatch: if a member is missing because it was removed, why it was removed.
    fn cause(&self, steps: &Steps, expected: Expected) -> DecodeError {
        let place = pointer(steps);
        if let Expected::Member(name) = expected {
            let member = place.clone() + &pointer(&[Step::Member(name.to_owned())]);
            if let Some(removal) = self.removed.iter().find(|removal| removal.pointer == member) {
                return removal.cause.clone();
            }
        }
        DecodeError::new(place, expected.describe())
    }
}

fn find<'a>(value: &'a Value, steps: &[Step<String>]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Member(key) | Step::Entry(key) => value.get(key),
        Step::Item(index) => value.get(index),
        Step::Variant { .. } => Some(value),
    })
}

fn is_variant(step: &Step<String>, value: &Value) -> bool {
    match step {
        Step::Variant { tag, word } => value.get(tag).and_then(scalar::text).is_some_and(|found| found == *word),
        _ => true,
    }
}

/// Removes the value that the steps lead to exactly, and those at places like it that do not fit.
fn prune(value: &mut Value, steps: &[Step<String>], exact: bool, is_mismatch: &dyn Fn(&Value) -> bool) {
    let Some((step, rest)) = steps.split_first() else { return };
    if !is_variant(step, value) {
        return;
    }
    match (step, value) {
        (Step::Variant { .. }, value) => prune(value, rest, exact, is_mismatch),
        (Step::Member(name), Value::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                if !rest.is_empty() {
                    prune(member, rest, exact, is_mismatch);
                } else if exact || is_mismatch(member) {
                    members.remove(name);
                }
            }
        }
        (_, Value::Array(items)) if rest.is_empty() => items.retain(|item| !is_mismatch(item)),
        (_, Value::Object(entries)) if rest.is_empty() => entries.retain(|_, entry| !is_mismatch(entry)),
        (_, Value::Array(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                prune(item, rest, exact && *step == Step::Item(index), is_mismatch);
            }
        }
        (_, Value::Object(entries)) => {
            for (key, entry) in entries {
                let here = matches!(step, Step::Entry(name) if name == key);
                prune(entry, rest, exact && here, is_mismatch);
            }
        }
        _ => {}
    }
}

//! A parsed body, and taking out of it what does not fit.

use std::mem;

use serde_json::{Value, error::Category};

use super::{
    DecodeError, Repair, Repaired,
    choose::Notes,
    fault::{Fault, Step, Steps, Want, pointer},
    lossy::lossy,
    node::Node,
    scalar,
};

/// Each round reads the document once more; a body with more faults than this is hostile.
const MAX_ROUNDS: usize = 64;

pub(super) struct Document {
    value: Value,
    empty: bool,
    lossy: bool,
    notes: Notes,
    removed: Vec<Removal>,
}

/// One round: what was removed, and the first cause, which may lie deeper.
struct Removal {
    pointer: String,
    want: Want,
    cause: DecodeError,
}

impl Document {
    pub(super) fn new(value: Value) -> Self {
        Self { value, empty: false, lossy: false, notes: Notes::default(), removed: Vec::new() }
    }

    pub(super) fn parse(body: &[u8], html: bool) -> Result<Self, DecodeError> {
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
                if html || text.starts_with(b"<") {
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

    /// Removes the value at fault, and with it all that are at fault in the same way in other
    /// elements of the lists on the way to it, so that a long list costs one round.
    pub(super) fn repair(&mut self, fault: Fault) -> Result<(), DecodeError> {
        let kept = fault.is_kept();
        let (mut steps, want) = fault.into_parts();
        let cause = self.cause(&steps, want);
        let mut variants = Vec::new();
        while let Some(Step::Variant { .. }) = steps.last() {
            variants.extend(steps.pop());
        }
        let Some(found) = find(&self.value, &steps) else { return Err(cause) };
        let (null, kind) = (found.is_null(), mem::discriminant(found));
        match steps.last() {
            Some(Step::Member(_)) if null || !kept => {}
            Some(Step::Item(_) | Step::Entry(_)) if null => {}
            _ => return Err(if self.empty { cause.with_note("the body is empty") } else { cause }),
        }
        if self.removed.len() == MAX_ROUNDS {
            return Err(cause.with_note("there are too many faults to repair"));
        }
        let pointer = pointer(&steps);
        let again = self.removed.iter().any(|past| past.pointer == pointer && past.want == Want::Other);
        let unfit = |value: &Value| {
            if null || value.is_null() {
                return null && value.is_null();
            }
            let same_type = || mem::discriminant(value) == kind;
            variants.iter().all(|variant| is_variant(variant, value))
                && want.accepts(value).map_or_else(|| again && same_type(), |fits| !fits)
        };
        prune(&mut self.value, &steps, true, &unfit);
        self.removed.push(Removal { pointer, want: if null { Want::Object } else { want }, cause });
        self.notes.take();
        Ok(())
    }

    /// What to tell of a fault: if a member is missing because it was removed, why it was removed.
    fn cause(&self, steps: &Steps, want: Want) -> DecodeError {
        let place = pointer(steps);
        if let Want::Member(name) = want {
            let member = place.clone() + &pointer(&[Step::Member(name.to_owned())]);
            if let Some(removal) = self.removed.iter().find(|removal| removal.pointer == member) {
                return removal.cause.clone();
            }
        }
        DecodeError::new(place, want.describe())
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

/// Removes the value that the steps lead to exactly, and those at places like it that are unfit.
fn prune(value: &mut Value, steps: &[Step<String>], exact: bool, unfit: &dyn Fn(&Value) -> bool) {
    let Some((step, rest)) = steps.split_first() else { return };
    if !is_variant(step, value) {
        return;
    }
    match (step, value) {
        (Step::Variant { .. }, value) => prune(value, rest, exact, unfit),
        (Step::Member(name), Value::Object(members)) => {
            if let Some(member) = members.get_mut(name) {
                if !rest.is_empty() {
                    prune(member, rest, exact, unfit);
                } else if exact || unfit(member) {
                    members.remove(name);
                }
            }
        }
        (_, Value::Array(items)) if rest.is_empty() => items.retain(|item| !unfit(item)),
        (_, Value::Object(entries)) if rest.is_empty() => entries.retain(|_, entry| !unfit(entry)),
        (_, Value::Array(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                prune(item, rest, exact && *step == Step::Item(index), unfit);
            }
        }
        (_, Value::Object(entries)) => {
            for (key, entry) in entries {
                let here = matches!(step, Step::Entry(name) if name == key);
                prune(entry, rest, exact && here, unfit);
            }
        }
        _ => {}
    }
}

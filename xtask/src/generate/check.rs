//! Pass 2: the house rules of `specs/README.md`, every breach at once.

mod answers;
mod components;
mod forms;
mod hidden;
mod names;
mod operations;
mod parameters;
mod schemas;
mod unions;

pub(crate) use components::TAKEN;
pub(crate) use hidden::{hidden_members, received};
pub(crate) use schemas::{KEYS, KEYS_BESIDE_REF};
use serde_json::Value;

use super::diagnostic::Diagnostic;
use super::document::{Document, object};

/// Everything in the document that breaks a house rule.
pub(crate) fn check(document: &Document) -> Vec<Diagnostic> {
    let mut checker = Checker { document, diagnostics: Vec::new() };
    operations::check(&mut checker);
    components::check(&mut checker);
    forms::check_use(&mut checker);
    hidden::check(&mut checker);
    names::check(&mut checker);
    checker.diagnostics
}

struct Checker<'a> {
    document: &'a Document,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, pointer: &str, reason: impl Into<String>) {
        let diagnostic = self.document.places.diagnostic(pointer, reason);
        self.diagnostics.push(diagnostic);
    }

    /// Reports keys that are not among the known ones.
    fn keys(&mut self, value: &Value, pointer: &str, known: &[&str]) {
        if !value.is_object() {
            self.report(pointer, "a mapping is wanted here");
        }
        for key in object(value).keys().filter(|key| !known.contains(&key.as_str())) {
            let at = format!("{pointer}/{}", super::document::escape(key));
            self.report(&at, format!("unknown key `{key}`{}", suggestion(key, known)));
        }
    }

    /// Reports a key that is there and is not text of one line.
    fn one_line(&mut self, value: &Value, pointer: &str, key: &str) {
        let Some(found) = value.get(key) else { return };
        let good = found.as_str().is_some_and(|text| {
            let text = text.trim_end();
            !text.is_empty() && !text.contains('\n')
        });
        if !good {
            self.report(&format!("{pointer}/{key}"), format!("`{key}` is one line of text"));
        }
    }

    /// Reports a key that is there and is not text.
    fn text(&mut self, value: &Value, pointer: &str, key: &str) {
        if let Some(found) = value.get(key)
            && found.as_str().is_none_or(|text| text.trim().is_empty())
        {
            self.report(&format!("{pointer}/{key}"), format!("`{key}` is text"));
        }
    }

    /// Reports a key that is there and is neither `true` nor `false`.
    fn boolean(&mut self, value: &Value, pointer: &str, key: &str) {
        if value.get(key).is_some_and(|found| !found.is_boolean()) {
            let reason = format!("`{key}` is true or false");
            self.report(&format!("{pointer}/{key}"), reason);
        }
    }
}

/// The known word that an unknown one was probably meant to be.
fn suggestion(key: &str, known: &[&str]) -> String {
    let close = known.iter().map(|word| {
        let likeness = similar::TextDiff::from_chars(key, *word).ratio();
        (likeness, word)
    });
    let best = close.max_by(|(a, _), (b, _)| a.total_cmp(b));
    match best {
        Some((likeness, word)) if likeness > 0.7 => format!(", did you mean `{word}`?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;

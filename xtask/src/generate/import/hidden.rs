//! A member of a union that no answer identifies is read as the one that hides it, with a note.

use serde_json::Value;

use super::super::check::{hidden_members, received};
use super::super::document::{Document, escape, schema_name};
use super::Diagnostics;

pub(super) fn merge(document: &mut Document) -> Diagnostics {
    let whole = document.value.clone();
    let mut notes = Vec::new();
    // Of what is only sent, the caller says which member it is.
    let received = received(document);
    for (name, schema) in document.schemas_mut().iter_mut().filter(|(name, _)| received.contains(*name)) {
        let hidden = hidden_members(&whole, schema);
        let Some(members) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { continue };
        for (later, earlier) in hidden.into_iter().rev() {
            let earlier =
                schema_name(&members[earlier]).map_or_else(|| "an earlier one".to_owned(), |name| format!("`{name}`"));
            let pointer = format!("/components/schemas/{}/oneOf/{later}", escape(name));
            notes.push((
                pointer,
                format!("the member is read as {earlier}, which has all its fields and requires the same"),
            ));
            members.remove(later);
        }
        if let [only] = members.as_slice() {
            let (only, description) = (only.clone(), schema.get("description").cloned());
            *schema = only;
            if let Some(description) = description {
                schema["description"] = description;
            }
        }
    }
    let places = &document.places;
    let notes: Vec<_> = notes.into_iter().map(|(pointer, reason)| places.diagnostic(&pointer, reason)).collect();
    document.notes.extend(notes);
    Diagnostics::new()
}

//! The rules for operations.

use std::collections::BTreeMap;

use super::super::document::{METHODS, OperationRef, escape, object};
use super::{Checker, answers, parameters};

const KEYS: [&str; 11] = [
    "operationId",
    "summary",
    "description",
    "tags",
    "x-evidence",
    "x-corrects",
    "x-timeout",
    "deprecated",
    "parameters",
    "requestBody",
    "responses",
];

/// The time for a whole call by default, in seconds, as in the wire crate.
const DEFAULT_TIMEOUT: u64 = 30;

/// Checks every path and every operation.
pub(super) fn check(checker: &mut Checker<'_>) {
    for (path, item) in object(&checker.document.value["paths"]) {
        let pointer = format!("/paths/{}", escape(path));
        if !path.starts_with('/') {
            checker.report(&pointer, "a path begins with `/`");
        }
        checker.keys(item, &pointer, &METHODS);
    }
    let mut ids = BTreeMap::new();
    for operation in checker.document.operations() {
        check_operation(checker, operation);
        if let Some(before) = ids.insert(operation.id(), operation.pointer()) {
            let first = checker.document.places.of(&before);
            let reason = format!("operationId `{}` stands in {first} already", operation.id());
            checker.report(&format!("{}/operationId", operation.pointer()), reason);
        }
    }
}

fn check_operation(checker: &mut Checker<'_>, operation: OperationRef<'_>) {
    let pointer = operation.pointer();
    let value = operation.value;
    checker.keys(value, &pointer, &KEYS);
    for key in ["operationId", "summary", "tags", "x-evidence", "responses"] {
        if value.get(key).is_none() {
            checker.report(&pointer, format!("the operation has no `{key}`"));
        }
    }
    checker.text(value, &pointer, "operationId");
    checker.one_line(value, &pointer, "summary");
    checker.text(value, &pointer, "description");
    checker.one_line(value, &pointer, "x-corrects");
    checker.boolean(value, &pointer, "deprecated");
    check_tag(checker, operation);
    if let Some(evidence) = value.get("x-evidence") {
        let words: Vec<&str> = evidence.as_str().unwrap_or_default().split(' ').collect();
        let good = match words[..] {
            ["observed" | "source" | "request", what] => !what.is_empty(),
            ["declared"] => true,
            _ => false,
        };
        if !good {
            let reason = "`x-evidence` is `observed VERSION`, `source REVISION`, `request REVISION` or `declared`";
            checker.report(&format!("{pointer}/x-evidence"), reason);
        }
    }
    if value.get("x-timeout").is_some_and(|timeout| timeout.as_u64().is_none_or(|seconds| seconds <= DEFAULT_TIMEOUT)) {
        let reason = format!("`x-timeout` is a number of seconds, more than the default of {DEFAULT_TIMEOUT}");
        checker.report(&format!("{pointer}/x-timeout"), reason);
    }
    parameters::check(checker, operation);
    answers::check_body(checker, operation);
    answers::check_answers(checker, operation);
}

fn check_tag(checker: &mut Checker<'_>, operation: OperationRef<'_>) {
    let pointer = operation.pointer();
    let Some(tags) = operation.value.get("tags") else {
        return;
    };
    let place = checker.document.places.of(&pointer);
    if !place.pointer().is_empty() {
        // Foreign documents have no file for each area.
        return;
    }
    let file = place.file;
    let area = file.rsplit('/').next().unwrap_or_default();
    let area = area.trim_end_matches(".yaml");
    if *tags != serde_json::json!([area]) {
        let reason = format!("the only tag of an operation is its area, here `{area}`");
        checker.report(&format!("{pointer}/tags"), reason);
    }
}

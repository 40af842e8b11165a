//! The rules for parameters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::document::{OperationRef, flag, resolve, text};
use super::{Checker, schemas};

const KEYS: [&str; 7] = ["name", "in", "required", "description", "deprecated", "schema", "x-corrects"];

/// Checks the parameters of an operation against each other and against its path.
pub(super) fn check(checker: &mut Checker<'_>, operation: OperationRef<'_>) {
    let document = &checker.document.value;
    let list = format!("{}/parameters", operation.pointer());
    let own = document.pointer(&list);
    if own.is_some_and(|own| !own.is_array()) {
        checker.report(&list, "`parameters` is a list");
    }
    let own = own.and_then(Value::as_array);
    let mut seen = BTreeSet::new();
    for (i, parameter) in own.into_iter().flatten().enumerate() {
        let at = format!("{list}/{i}");
        if parameter.get("$ref").is_none() {
            check_parameter(checker, parameter, &at);
        } else if parameter.as_object().is_some_and(|keys| keys.len() > 1) {
            checker.report(&at, "nothing stands beside the `$ref` of a parameter");
        }
        let Some(parameter) = resolve(document, parameter) else {
            continue;
        };
        if !seen.insert((text(parameter, "in"), text(parameter, "name"))) {
            let reason = format!("parameter `{}` stands here twice", text(parameter, "name"));
            checker.report(&at, reason);
        }
    }
    let in_path: BTreeSet<&str> = seen.iter().filter(|(place, _)| *place == "path").map(|(_, name)| *name).collect();
    let in_template: BTreeSet<&str> = template(operation.path).collect();
    for name in in_template.difference(&in_path) {
        let reason = format!("path parameter `{name}` is not declared");
        checker.report(&operation.pointer(), reason);
    }
    for name in in_path.difference(&in_template) {
        let reason = format!("path parameter `{name}` is not in the path");
        checker.report(&operation.pointer(), reason);
    }
}

/// Checks one parameter, named or not.
pub(super) fn check_parameter(checker: &mut Checker<'_>, parameter: &Value, pointer: &str) {
    checker.keys(parameter, pointer, &KEYS);
    checker.text(parameter, pointer, "description");
    checker.one_line(parameter, pointer, "x-corrects");
    checker.boolean(parameter, pointer, "required");
    if text(parameter, "name").is_empty() {
        checker.report(pointer, "the parameter has no `name`");
    }
    match text(parameter, "in") {
        "query" => {}
        "path" if flag(parameter, "required") => {}
        "path" => checker.report(pointer, "a path parameter is `required: true`"),
        _ => checker.report(pointer, "a parameter is `in: path` or `in: query`"),
    }
    let at = format!("{pointer}/schema");
    match parameter.get("schema") {
        None => checker.report(pointer, "the parameter has no `schema`"),
        Some(schema) => {
            schemas::check(checker, schema, &at);
            check_sendable(checker, schema, &at, text(parameter, "in") == "query");
        }
    }
}

/// A parameter is a scalar or an enum; in the query it may be a list of those.
fn check_sendable(checker: &mut Checker<'_>, schema: &Value, pointer: &str, list: bool) {
    let Some(resolved) = resolve(&checker.document.value, schema) else {
        return;
    };
    match text(resolved, "type") {
        "string" | "integer" | "number" | "boolean" => {}
        "array" if list => check_sendable(checker, &resolved["items"], pointer, false),
        _ => checker.report(pointer, "a parameter is a scalar, an enum, or a list in the query"),
    }
    if flag(resolved, "x-secret") {
        checker.report(pointer, "a secret is never part of a URL");
    }
    if flag(schema, "nullable") {
        checker.report(pointer, "a parameter is not nullable");
    }
}

/// The names in the braces of a path.
fn template(path: &str) -> impl Iterator<Item = &str> {
    let parts = path.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

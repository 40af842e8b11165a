//! What stands at the top of every file.

use serde_json::{Map, Value};

use super::super::diagnostic::Diagnostic;
use super::super::document::{METHODS, escape, object};
use super::{COMMON, LEFT_OUT, Source};

/// What stands at the top of a file; the first only where areas share.
const KEYS: [&str; 5] = [LEFT_OUT, "openapi", "info", "paths", "components"];

/// Checks `openapi`, `info` and the keys beside them.
pub(super) fn check(sources: &[Source]) -> Vec<Diagnostic> {
    sources.iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut report = |pointer: &str, reason: String| {
        diagnostics.push(source.diagnostic(pointer, reason));
    };
    for pointer in not_mappings(&source.value) {
        report(&pointer, "a mapping is wanted here".to_owned());
    }
    let areas = source.name != COMMON;
    if areas && !is_snake_case(&source.name) {
        report("", "an area's name is lower snake case".to_owned());
    }
    for key in source.value.keys() {
        let known = if areas { &KEYS[1..] } else { &KEYS };
        if !known.contains(&key.as_str()) {
            report(&format!("/{key}"), format!("unknown key `{key}`"));
        }
    }
    if source.value.get("openapi") != Some(&Value::from("3.0.3")) {
        report("/openapi", "`openapi` is 3.0.3".to_owned());
    }
    if !areas && !section(&source.value, "paths").is_empty() {
        report("/paths", "operations stand in the files of areas".to_owned());
    }
    let components = section(&source.value, "components");
    for key in components.keys() {
        if !["schemas", "parameters"].contains(&key.as_str()) {
            let reason = format!("unknown key `{key}`: only schemas and parameters are named");
            report(&format!("/components/{key}"), reason);
        }
    }
    let info = section(&source.value, "info");
    for key in info.keys() {
        if !["title", "version", "description", "x-default", "x-corrects"].contains(&key.as_str()) {
            report(&format!("/info/{key}"), format!("unknown key `{key}`"));
        }
    }
    for key in ["title", "version", "description"] {
        if !info.get(key).is_some_and(Value::is_string) {
            report("/info", format!("`info.{key}` is missing, or not text"));
        }
    }
    if info.get("x-corrects").is_some_and(|line| !is_one_line(line)) {
        report("/info/x-corrects", "`x-corrects` is one line of text".to_owned());
    }
    for (operation, reason) in section(&source.value, LEFT_OUT) {
        let at = format!("/{LEFT_OUT}/{}", escape(operation));
        if !is_operation(operation) {
            report(&at, format!("`{operation}` is not `METHOD /path`"));
        }
        if !is_one_line(reason) {
            report(&at, "one line says why the operation is left out".to_owned());
        }
    }
    if !info.get("x-default").is_none_or(Value::is_boolean) {
        report("/info/x-default", "`x-default` is true or false".to_owned());
    }
    diagnostics
}

/// The pointers of sections that hold something else than named things; they may be empty.
fn not_mappings(value: &Map<String, Value>) -> Vec<String> {
    let components = section(value, "components");
    let paths = section(value, "paths");
    let top = [LEFT_OUT, "info", "paths", "components"].map(|key| (format!("/{key}"), value.get(key)));
    let named = ["schemas", "parameters"].map(|key| (format!("/components/{key}"), components.get(key)));
    let paths = paths.iter().map(|(path, item)| (format!("/paths/{}", escape(path)), Some(item)));
    let wrong = top
        .into_iter()
        .chain(named)
        .chain(paths)
        .filter(|(_, value)| value.is_some_and(|value| !value.is_object() && !value.is_null()));
    wrong.map(|(pointer, _)| pointer).collect()
}

fn section<'a>(value: &'a Map<String, Value>, key: &str) -> &'a Map<String, Value> {
    object(value.get(key).unwrap_or(&Value::Null))
}

/// Whether the text names an operation, as `GET /path`.
fn is_operation(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(method, path)| {
        METHODS.iter().any(|known| known.to_uppercase() == method) && path.starts_with('/')
    })
}

fn is_one_line(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && !text.trim_end().contains('\n'))
}

fn is_snake_case(name: &str) -> bool {
    use heck::ToSnakeCase as _;
    name.to_snake_case() == name
}

//! Documentation of generated code, from the sentences in our documents.

use serde_json::Value;

use super::super::document::{Document, OperationRef, flag, text};

/// The documentation of a method.
pub(super) fn of_operation(operation: OperationRef<'_>) -> String {
    let value = operation.value;
    let mut parts = vec![clean(text(value, "summary"))];
    if flag(value, "deprecated") {
        parts.push("Deprecated by the platform.".to_owned());
    }
    parts.push(clean(text(value, "description")));
    if let Some(seconds) = value.get("x-timeout").and_then(Value::as_u64) {
        parts.push(format!("The server answers when it is done: the default timeout of this call is {seconds} s."));
    }
    parts.push(format!(
        "`{} {}`, {}.",
        operation.method.to_uppercase(),
        operation.path,
        evidence(text(value, "x-evidence"))
    ));
    join(&parts)
}

/// The documentation of the optional parameters of an operation.
pub(super) fn of_params(document: &Document, id: &str) -> String {
    let operations = document.operations();
    let operation = operations.iter().find(|operation| operation.id() == id);
    let summary = operation.map_or("", |operation| text(operation.value, "summary"));
    join(&[format!("Optional parameters of `{id}`."), clean(summary)])
}

/// The documentation of a type.
pub(super) fn of_type(name: &str, schema: &Value) -> String {
    let description = of_field(schema);
    if description.is_empty() { format!("`{name}`, as the platform calls it.") } else { description }
}

/// The documentation of a field or an argument; it may be empty.
pub(super) fn of_field(property: &Value) -> String {
    let mut parts = Vec::new();
    if flag(property, "deprecated") {
        parts.push("Deprecated by the platform.".to_owned());
    }
    let description = text(property, "description");
    if description.is_empty() && text(property, "format") == "date-time" {
        parts.push("Date and time as in RFC 3339.".to_owned());
    } else {
        parts.push(clean(description));
    }
    join(&parts)
}

/// How well it is known that the server does so, as a half sentence.
fn evidence(evidence: &str) -> String {
    match evidence.split_once(' ') {
        Some(("observed", version)) => format!("as version {version} was observed to answer"),
        Some(("source", revision)) => format!("as read in the source, revision {revision}"),
        Some(("request", revision)) => {
            format!("which an official client sends without reading the answer, revision {revision}")
        }
        _ => "as the published document declares".to_owned(),
    }
}

fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// Text as rustdoc can take it: no accidental links, tags or bare addresses.
///
/// What stands between back quotes is code and stays as it is.
pub(super) fn clean(text: &str) -> String {
    let parts = text.trim().split('`').enumerate();
    let parts = parts.map(|(i, part)| match i % 2 {
        0 => escape(part),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

fn escape(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(found) = rest.find(['[', ']', '<', '>', '*', '_', 'h']) {
        clean.push_str(&rest[..found]);
        rest = &rest[found..];
        if let Some(end) = address(rest) {
            clean.push_str(&format!("<{}>", &rest[..end]));
            rest = &rest[end..];
        } else {
            let mark = &rest[..1];
            let is_plain = mark == "h" || (mark == "_" && !starts_emphasis(&clean));
            clean.push_str(if is_plain { "" } else { "\\" });
            clean.push_str(mark);
            rest = &rest[1..];
        }
    }
    clean + rest
}

/// Whether an underscore after this text would begin emphasis.
fn starts_emphasis(before: &str) -> bool {
    !before.ends_with(char::is_alphanumeric)
}

/// The length of the web address at the beginning of a text.
fn address(text: &str) -> Option<usize> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let end = text.find(|c: char| c.is_whitespace() || "<>()[],".contains(c));
    let end = end.unwrap_or(text.len());
    Some(text[..end].trim_end_matches(['.', ';', ':']).len())
}

//! The server's own words in the body of a refusal.

use anydeploy_mask::one_line;
use serde_json::Value;

/// The longest message that is shown, in characters.
const MAX_MESSAGE_LENGTH: usize = 500;

/// The most findings of a failed validation that are shown.
const MAX_FINDINGS: usize = 10;

/// The members that hold a message, the best first: Qovery's `detail`, and what Coolify and Dokploy send.
const MESSAGE_MEMBERS: [&str; 5] = ["detail", "message", "error", "error_description", "title"];

/// The server's words in a body: of JSON its message and the findings of a failed validation, of text the text.
pub(crate) fn read(body: &[u8]) -> Option<String> {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        // JSON that breaks off may hold anything.
        let text = std::str::from_utf8(body).ok()?.trim();
        return (!text.is_empty() && !text.starts_with(['<', '{', '[', '"'])).then(|| text.to_owned());
    };
    if let Some(text) = json.as_str() {
        return Some(text.to_owned());
    }
    let message = MESSAGE_MEMBERS.iter().find_map(|name| json.get(name)?.as_str());
    let mut findings = findings(&json);
    findings.retain(|finding| Some(&**finding) != message);
    findings.dedup();
    findings.truncate(MAX_FINDINGS);
    let findings = findings.join("; ");
    let parts: Vec<_> = message.into_iter().chain([&*findings]).filter(|part| !part.trim().is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A message as it is shown: masked, on one line, and not too long.
pub(crate) fn shown(message: &str) -> Option<String> {
    let mut line = one_line(message);
    if let Some((end, _)) = line.char_indices().nth(MAX_MESSAGE_LENGTH) {
        line.truncate(end);
        line.push('…');
    }
    (!line.is_empty()).then_some(line)
}

/// The findings of a failed validation: Coolify's `errors`, Dokploy's `issues` or, before them, its `zodError`.
fn findings(json: &Value) -> Vec<String> {
    let errors = ["errors", "issues"].iter().filter_map(|name| json.get(name));
    let mut findings: Vec<_> = errors.flat_map(|errors| findings_at("", errors)).collect();
    if findings.is_empty()
        && let Some(fields) = json.pointer("/data/zodError/fieldErrors")
    {
        findings = findings_at("", fields);
    }
    findings
}

/// The findings about a field: a text, a list of them, or an object of fields or with a message of its own.
fn findings_at(field: &str, value: &Value) -> Vec<String> {
    let name = |inner: &str| if field.is_empty() { inner.to_owned() } else { format!("{field}.{inner}") };
    match value {
        Value::String(text) if field.is_empty() => vec![text.clone()],
        Value::String(text) => vec![format!("{field}: {text}")],
        Value::Array(items) => items.iter().flat_map(|item| findings_at(field, item)).collect(),
        Value::Object(members) => {
            let own = ["message", "detail"].iter().find_map(|name| members.get(*name)?.as_str());
            match own {
                Some(text) => {
                    let place = path(members.get("path").or_else(|| members.get("field")));
                    let place = if place.is_empty() { field.to_owned() } else { name(&place) };
                    findings_at(&place, &Value::String(text.to_owned()))
                }
                None => members.iter().flat_map(|(inner, value)| findings_at(&name(inner), value)).collect(),
            }
        }
        _ => Vec::new(),
    }
}

/// The place of a finding: a name, or a list of names and indices.
fn path(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Number(index)) => index.to_string(),
        Some(Value::Array(steps)) => steps.iter().map(|step| path(Some(step))).collect::<Vec<_>>().join("."),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_validation_names_its_fields_and_findings() {
        let cases = [
            (
                r#"{"message":"Validation failed.","errors":{"is_build_time":["This field is not allowed."]}}"#,
                "Validation failed. is_build_time: This field is not allowed.",
            ),
            (
                r#"{"message":"Validation failed.","errors":{"a":"x","b":["y","z"]}}"#,
                "Validation failed. a: x; b: y; b: z",
            ),
            (
                r#"{"message":"The a field is required.","errors":["The a field is required."]}"#,
                "The a field is required.",
            ),
            (
                r#"{"message":"Input validation failed","code":"BAD_REQUEST","issues":[{"path":["env",0],"message":"Bad"}]}"#,
                "Input validation failed env.0: Bad",
            ),
            (
                r#"{"message":"Bad","data":{"zodError":{"formErrors":[],"fieldErrors":{"name":["Req"]}}}}"#,
                "Bad name: Req",
            ),
            (r#"{"status":422,"detail":"The key must not be empty"}"#, "The key must not be empty"),
            (r#"{"errors":{"a":["x"]}}"#, "a: x"),
            (r#""just text""#, "just text"),
            ("Invalid JSON", "Invalid JSON"),
        ];
        for (body, message) in cases {
            assert_eq!(read(body.as_bytes()).as_deref(), Some(message), "{body}");
        }
        for body in ["", "{}", "[]", "null", "<html>", r#"{"message":"#, r#"{"errors":[]}"#] {
            assert_eq!(read(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_message_is_masked_and_cut() {
        assert_eq!(shown("password=hunter2 is\nwrong").as_deref(), Some("password=[redacted] is wrong"));
        assert_eq!(shown(&"word ".repeat(400)).map(|line| line.chars().count()), Some(501));
        assert_eq!(shown(" \n"), None);
    }
}

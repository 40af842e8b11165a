//! One media type a body, JSON if there is a choice.

use serde_json::{Value, json};

use super::super::document::{Document, METHODS, escape, object};
use super::super::media::{FORM, JSON, is_raw};
use super::Diagnostics;

pub(super) fn choose(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (path, item) in document.paths_mut() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let Some(body) = operation.as_object_mut().and_then(|operation| operation.remove("requestBody")) else {
                continue;
            };
            let pointer = format!("/paths/{}/{method}/requestBody", escape(path));
            let (media, content) = preferred(&body["content"]);
            if media.is_empty() {
                continue;
            }
            if media != JSON && media != FORM && !is_raw(&media) {
                diagnostics.push((format!("{pointer}/content"), format!("no client sends `{media}`")));
            }
            let schema = content.get("schema").cloned().unwrap_or_else(|| json!({}));
            let content = if is_raw(&media) { json!({}) } else { json!({"schema": schema}) };
            operation["requestBody"] = json!({"required": true, "content": {media: content}});
        }
    }
    diagnostics
}

/// The media type that is used, without its parameters, and what stands there; empty if there is none.
pub(super) fn preferred(content: &Value) -> (String, &Value) {
    let rank = |media: &str| match media {
        JSON => 0,
        _ if media.ends_with("+json") || media == "text/json" => 1,
        "*/*" | "application/*" => 2,
        FORM => 3,
        "application/octet-stream" => 5,
        _ => 4,
    };
    let all = object(content).iter().map(|(media, content)| {
        let media = media.split(';').next().unwrap_or_default().trim().to_lowercase();
        (rank(&media), media, content)
    });
    match all.min_by_key(|(rank, ..)| *rank) {
        None => (String::new(), &Value::Null),
        Some((0..=2, _, content)) => (JSON.to_owned(), content),
        Some((_, media, content)) => (media, content),
    }
}

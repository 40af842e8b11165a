//! Parameters of a path become those of its operations; only names, places and schemas are kept.

use serde_json::{Value, json};

use super::super::document::{Document, METHODS, escape, flag, object, text};
use super::Diagnostics;

pub(super) fn tidy(document: &mut Document) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (path, item) in document.paths_mut() {
        let shared = item["parameters"].take().as_array().cloned().unwrap_or_default();
        let Some(item) = item.as_object_mut() else { continue };
        item.retain(|key, _| METHODS.contains(&key.as_str()));
        for (method, operation) in item {
            let mut all = operation["parameters"].take().as_array().cloned().unwrap_or_default();
            let own = all.len();
            for parameter in &shared {
                // An operation's own parameter replaces that of its path.
                let is_same =
                    |other: &&Value| ["name", "in"].iter().all(|key| text(parameter, key) == text(other, key));
                if all[..own].iter().find(is_same).is_none() {
                    all.push(parameter.clone());
                }
            }
            let pointer = format!("/paths/{}/{method}/parameters", escape(path));
            let mut kept = Vec::new();
            for (i, parameter) in all.iter().enumerate() {
                match taken(parameter) {
                    Ok(parameter) => kept.extend(parameter),
                    Err(reason) => diagnostics.push((format!("{pointer}/{i}"), reason)),
                }
            }
            operation["parameters"] = kept.into();
        }
    }
    diagnostics
}

/// The parameter by our rules; `None` if a caller can do without it.
fn taken(parameter: &Value) -> Result<Option<Value>, String> {
    let (name, place) = (text(parameter, "name"), text(parameter, "in"));
    if ["header", "cookie"].contains(&place) {
        // Headers about the content and the credentials are the client's own affair.
        let is_ours = ["accept", "authorization", "content-type", "cookie"].contains(&name.to_lowercase().as_str());
        if flag(parameter, "required") && !is_ours {
            return Err(format!("the {place} `{name}` is required, and only path and query are filled"));
        }
        return Ok(None);
    }
    if parameter.get("content").is_some() {
        return Err(format!("`{name}` is written as a media type of its own"));
    }
    let style = text(parameter, "style");
    let is_plain = ["", "form", "simple"].contains(&style);
    let is_joined =
        parameter.get("explode") == Some(&Value::Bool(false)) && text(&parameter["schema"], "type") == "array";
    if !is_plain || is_joined {
        let style = if is_plain { "explode: false" } else { style };
        return Err(format!("`{name}` is written in the style `{style}`"));
    }
    let mut taken = json!({
        "name": name,
        "in": place,
        "required": place == "path" || flag(parameter, "required"),
        "schema": parameter.get("schema").cloned().unwrap_or_else(|| json!({"type": "string"})),
    });
    for (key, value) in
        object(parameter).iter().filter(|(key, _)| ["description", "deprecated"].contains(&key.as_str()))
    {
        taken[key.as_str()] = value.clone();
    }
    Ok(Some(taken))
}

//! References between files, turned into references inside the one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::diagnostic::Diagnostic;
use super::super::document::{escape, object};
use super::{COMMON, Source};

/// Rewrites every reference to `#/components/…`; reports those that lead nowhere.
pub(super) fn resolve(sources: &mut [Source]) -> Vec<Diagnostic> {
    let named: BTreeMap<String, Vec<String>> =
        sources.iter().map(|source| (source.name.clone(), named(&source.value))).collect();
    let mut diagnostics = Vec::new();
    for source in sources {
        let mut value = Value::Object(std::mem::take(&mut source.value));
        let mut broken = Vec::new();
        rewrite(&mut value, "", &mut |reference, pointer| match target(reference, &source.name, &named) {
            Ok(target) => *reference = Value::String(target),
            Err(reason) => broken.push((pointer.to_owned(), reason)),
        });
        if let Value::Object(value) = value {
            source.value = value;
        }
        let broken = broken.into_iter();
        diagnostics.extend(broken.map(|(pointer, reason)| source.diagnostic(&pointer, reason)));
    }
    diagnostics
}

/// The pointers of a file's components.
fn named(value: &Map<String, Value>) -> Vec<String> {
    let sections = object(value.get("components").unwrap_or(&Value::Null));
    let names = sections.iter().flat_map(|(section, entries)| {
        let names = object(entries).keys();
        names.map(move |name| format!("#/components/{section}/{}", escape(name)))
    });
    names.collect()
}

fn target(reference: &Value, file: &str, named: &BTreeMap<String, Vec<String>>) -> Result<String, String> {
    let Some(reference) = reference.as_str() else {
        return Err(format!("`{reference}` is not `FILE#/components/…`"));
    };
    let Some((in_file, pointer)) = reference.split_once('#') else {
        return Err(format!("`{reference}` is not `FILE#/components/…`"));
    };
    let home = match in_file {
        "" => file,
        "common.yaml" => COMMON,
        _ => {
            let reason = "a reference leads into the same file or into common.yaml";
            return Err(format!("`{reference}`: {reason}"));
        }
    };
    let target = format!("#{pointer}");
    if named.get(home).is_some_and(|names| names.contains(&target)) {
        Ok(target)
    } else {
        Err(format!("`{reference}` leads nowhere"))
    }
}

/// Calls `change` on each `$ref` and each target of a discriminator.
fn rewrite(value: &mut Value, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let at = format!("{pointer}/{}", escape(key));
                match inner {
                    reference if key == "$ref" => change(reference, &at),
                    Value::Object(mapping) if key == "discriminator" => {
                        rewrite_mapping(mapping, &at, change);
                    }
                    inner => rewrite(inner, &at, change),
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                rewrite(item, &format!("{pointer}/{i}"), change);
            }
        }
        _ => {}
    }
}

fn rewrite_mapping(discriminator: &mut Map<String, Value>, pointer: &str, change: &mut impl FnMut(&mut Value, &str)) {
    let mapping = discriminator.get_mut("mapping");
    let mapping = mapping.and_then(Value::as_object_mut);
    for (tag, target) in mapping.into_iter().flatten() {
        change(target, &format!("{pointer}/mapping/{}", escape(tag)));
    }
}

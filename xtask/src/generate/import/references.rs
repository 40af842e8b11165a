//! A reference leads to a named schema; whatever else one leads to stands in its place.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::super::document::{Document, escape};
use super::Diagnostics;

/// How many references may lead from one to the next.
const MAX_DEPTH: usize = 24;

pub(super) fn expand(document: &mut Document) -> Diagnostics {
    let mut expander = Expander { whole: document.value.clone(), diagnostics: Diagnostics::new() };
    expander.expand(&mut document.value, "", 0);
    let schemas = document.value["components"]["schemas"].take();
    document.value["components"] = json!({"schemas": schemas, "parameters": {}});
    expander.diagnostics
}

struct Expander {
    whole: Value,
    diagnostics: Diagnostics,
}

impl Expander {
    fn expand(&mut self, value: &mut Value, pointer: &str, depth: usize) {
        match value {
            Value::Object(entries) => {
                if let Some(Value::String(reference)) = entries.get("$ref") {
                    let reference = reference.clone();
                    match self.target(&reference, pointer, depth) {
                        Some(Target::Named(target)) => {
                            entries.insert("$ref".to_owned(), target.into());
                        }
                        Some(Target::Inline(mut target)) => {
                            self.expand(&mut target, pointer, depth + 1);
                            *value = target;
                            return;
                        }
                        None => return,
                    }
                }
                for (key, inner) in entries {
                    if !["enum", "const", "default"].contains(&key.as_str()) {
                        self.expand(inner, &format!("{pointer}/{}", escape(key)), depth);
                    }
                }
            }
            Value::Array(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    self.expand(item, &format!("{pointer}/{i}"), depth);
                }
            }
            _ => {}
        }
    }

    fn target(&mut self, reference: &str, pointer: &str, depth: usize) -> Option<Target> {
        let found = reference.strip_prefix('#').map(|target| percent_decode_str(target).decode_utf8_lossy());
        let target = found.as_ref().and_then(|target| self.whole.pointer(target));
        let (Some(path), Some(target)) = (found, target) else {
            self.diagnostics.push((pointer.to_owned(), format!("`{reference}` leads nowhere in this document")));
            return None;
        };
        if path.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/')) {
            return Some(Target::Named(format!("#{path}")));
        }
        if depth == MAX_DEPTH {
            self.diagnostics.push((pointer.to_owned(), format!("`{reference}` leads into itself")));
            return None;
        }
        Some(Target::Inline(target.clone()))
    }
}

enum Target {
    Named(String),
    Inline(Value),
}

//! The files of a platform as one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::diagnostic::{Diagnostic, Place};
use super::super::document::{Area, Document, Places, escape, flag, object, text};
use super::{COMMON, LEFT_OUT, Source};

/// Merges the files; a name or an operation that stands twice is a diagnostic.
pub(super) fn merge(sources: Vec<Source>, diagnostics: &mut Vec<Diagnostic>) -> Document {
    let mut merger = Merger {
        document: Document {
            areas: Vec::new(),
            value: json!({
                "openapi": "3.0.3",
                "info": {"title": "", "version": ""},
                "paths": {},
                "components": {"schemas": {}, "parameters": {}},
            }),
            places: Places::default(),
            left_out: BTreeMap::new(),
            notes: Vec::new(),
        },
        diagnostics,
    };
    for source in sources {
        merger.add(source);
    }
    merger.document
}

struct Merger<'a> {
    document: Document,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Merger<'_> {
    fn add(&mut self, mut source: Source) {
        let info = source.value.remove("info").unwrap_or_default();
        if source.name != COMMON {
            self.document.areas.push(Area {
                name: source.name.clone(),
                title: text(&info, "description").to_owned(),
                by_default: flag(&info, "x-default"),
                corrects: info.get("x-corrects").and_then(Value::as_str).map(str::to_owned),
            });
        }
        let left_out = source.value.remove(LEFT_OUT).unwrap_or_default();
        for (operation, reason) in object(&left_out) {
            let reason = reason.as_str().unwrap_or_default().to_owned();
            self.document.left_out.insert(operation.clone(), reason);
        }
        let components = source.value.remove("components").unwrap_or_default();
        for section in ["schemas", "parameters"] {
            for (name, value) in object(&components[section]) {
                let at = format!("/components/{section}");
                self.insert(&source, &at, name, value.clone());
            }
        }
        let paths = source.value.remove("paths").unwrap_or_default();
        for (path, item) in object(&paths) {
            self.add_path(&source, path, object(item).clone());
        }
        for (pointer, line) in source.lines {
            let file = source.file.clone();
            self.document.places.insert(pointer, Place { file, line });
        }
    }

    /// Adds a path's operations; parameters of the path become parameters of each of them.
    fn add_path(&mut self, source: &Source, path: &str, mut item: Map<String, Value>) {
        let pointer = format!("/paths/{}", escape(path));
        let shared = item.remove("parameters").unwrap_or_else(|| json!([]));
        if !shared.is_array() {
            let at = format!("{pointer}/parameters");
            self.diagnostics.push(source.diagnostic(&at, "`parameters` is a list"));
        }
        let shared = shared.as_array().cloned().unwrap_or_default();
        let paths = self.document.paths_mut();
        paths.entry(path).or_insert_with(|| json!({}));
        for (method, mut operation) in item {
            if let Some(operation) = operation.as_object_mut()
                && !shared.is_empty()
            {
                let own = operation.entry("parameters").or_insert_with(|| json!([]));
                if let Some(own) = own.as_array_mut() {
                    own.extend(shared.iter().cloned());
                }
            }
            self.insert(source, &pointer, &method, operation);
        }
    }

    fn insert(&mut self, source: &Source, at: &str, name: &str, value: Value) {
        let pointer = format!("{at}/{}", escape(name));
        let home = self.document.value.pointer_mut(at);
        let home = home.and_then(Value::as_object_mut);
        let home = home.expect("the merger makes every section");
        if home.contains_key(name) {
            let first = self.document.places.of(&pointer);
            let reason = format!("`{name}` stands in {first} already");
            self.diagnostics.push(source.diagnostic(&pointer, reason));
        } else {
            home.insert(name.to_owned(), value);
        }
    }
}

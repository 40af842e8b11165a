//! YAML text to JSON values, with the line of each.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

use super::super::diagnostic::{Diagnostic, Place};
use super::super::document::escape;
use super::Source;

/// Reads one file; every diagnostic is about YAML, not yet about what it says.
pub(super) fn parse(file: &str, text: &str) -> Result<Source, Vec<Diagnostic>> {
    let mut reader = Reader { file, lines: BTreeMap::new(), diagnostics: Vec::new() };
    let value = reader.file(text);
    match value {
        Some(value) if reader.diagnostics.is_empty() => Ok(Source {
            name: Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            file: file.to_owned(),
            value,
            lines: reader.lines,
        }),
        _ => Err(reader.diagnostics),
    }
}

struct Reader<'a> {
    file: &'a str,
    lines: BTreeMap<String, usize>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn file(&mut self, text: &str) -> Option<Map<String, Value>> {
        let mut documents = match MarkedYaml::load_from_str(text) {
            Ok(documents) => documents,
            Err(error) => {
                self.report(error.marker().line(), format!("not YAML: {}", error.info()));
                return None;
            }
        };
        if documents.len() != 1 {
            self.report(1, "a file holds exactly one document");
            return None;
        }
        if let Value::Object(value) = self.value(&documents.remove(0), "") {
            return Some(value);
        }
        self.report(1, "a document is a mapping");
        None
    }

    fn value(&mut self, node: &MarkedYaml<'_>, pointer: &str) -> Value {
        let line = node.span.start.line();
        self.lines.entry(pointer.to_owned()).or_insert(line);
        match &node.data {
            YamlData::Value(scalar) => self.scalar(scalar, line),
            YamlData::Sequence(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(i, item)| self.value(item, &format!("{pointer}/{i}")));
                Value::Array(items.collect())
            }
            YamlData::Mapping(entries) => {
                let mut object = Map::new();
                for (key, value) in entries {
                    let key_line = key.span.start.line();
                    let Some(name) = self.key(key) else { continue };
                    let inner = format!("{pointer}/{}", escape(&name));
                    // A value's line is that of its key, which is where an author looks.
                    self.lines.insert(inner.clone(), key_line);
                    let value = self.value(value, &inner);
                    object.insert(name, value);
                }
                Value::Object(object)
            }
            _ => {
                self.report(line, "tags and aliases of YAML are not used here");
                Value::Null
            }
        }
    }

    /// A key; status codes may be written without quotes.
    fn key(&mut self, key: &MarkedYaml<'_>) -> Option<String> {
        match &key.data {
            YamlData::Value(Scalar::String(name)) => Some(name.to_string()),
            YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
            _ => {
                self.report(key.span.start.line(), "a key is text; quote it");
                None
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar<'_>, line: usize) -> Value {
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::Bool(*value),
            Scalar::Integer(value) => Value::Number((*value).into()),
            Scalar::FloatingPoint(value) => {
                if let Some(number) = Number::from_f64(value.into_inner()) {
                    Value::Number(number)
                } else {
                    self.report(line, "JSON has no such number");
                    Value::Null
                }
            }
            Scalar::String(value) => Value::String(value.to_string()),
        }
    }

    fn report(&mut self, line: usize, reason: impl Into<String>) {
        let place = Place { file: self.file.to_owned(), line: line.max(1) };
        self.diagnostics.push(Diagnostic { place, reason: reason.into() });
    }
}

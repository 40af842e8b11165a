//! One platform's `OpenAPI` document, and the file and line of each of its values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::diagnostic::{Diagnostic, Place};

/// The methods a path may have, in the order in which they are generated.
pub(crate) const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// All files of a platform as one document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) areas: Vec<Area>,
    pub(crate) value: Value,
    pub(crate) places: Places,
    /// Published operations that are left out, as `GET /path`, and why.
    pub(crate) left_out: BTreeMap<String, String>,
    /// What is taken otherwise than a foreign document says.
    pub(crate) notes: Vec<Diagnostic>,
}

/// One area: a file, a tag, a cargo feature, a module.
#[derive(Clone, Debug)]
pub(crate) struct Area {
    pub(crate) name: String,
    /// The first line of the area's documentation.
    pub(crate) title: String,
    /// Whether the area belongs to the default features.
    pub(crate) by_default: bool,
    /// What is wrong with the published answers of the whole area, as its `info` says.
    pub(crate) corrects: Option<String>,
}

/// Where a value stands in the files, by its JSON pointer in the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    ours: HashMap<String, Place>,
    theirs: Option<Theirs>,
}

/// A foreign document: where its values stood before passes moved them.
#[derive(Clone, Debug)]
struct Theirs {
    file: String,
    original: Rc<Value>,
    moved: HashMap<String, String>,
}

/// An operation, borrowed from the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OperationRef<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) value: &'a Value,
}

impl Places {
    pub(crate) fn insert(&mut self, pointer: String, place: Place) {
        self.ours.entry(pointer).or_insert(place);
    }

    /// The places of a foreign document.
    pub(crate) fn theirs(file: String, original: Rc<Value>) -> Self {
        Self { ours: HashMap::new(), theirs: Some(Theirs { file, original, moved: HashMap::new() }) }
    }

    /// Notes that a value of a foreign document was moved.
    pub(crate) fn moved(&mut self, from: &str, to: String) {
        if let Some(theirs) = &mut self.theirs {
            theirs.moved.insert(to, from.to_owned());
        }
    }

    /// The place of a value, or of the nearest value around it.
    pub(crate) fn of(&self, pointer: &str) -> Place {
        if let Some(theirs) = &self.theirs {
            return theirs.of(pointer);
        }
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.ours.get(pointer) {
                return place.clone();
            }
            let Some(end) = pointer.rfind('/') else {
                let file = "specs".to_owned();
                return Place { file, line: 1 };
            };
            pointer = &pointer[..end];
        }
    }

    pub(crate) fn diagnostic(&self, pointer: &str, reason: impl Into<String>) -> Diagnostic {
        Diagnostic { place: self.of(pointer), reason: reason.into() }
    }
}

impl Theirs {
    /// The original place of a value, or of the nearest value around it that the original has.
    fn of(&self, pointer: &str) -> Place {
        let mut pointer = pointer.to_owned();
        // What was moved twice was moved inwards once at most.
        for _ in 0..self.moved.len() {
            let ends = pointer.match_indices('/').map(|(at, _)| at).skip(1).chain([pointer.len()]);
            let found = ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| {
                let from = self.moved.get(&pointer[..end])?;
                Some(format!("{from}{}", &pointer[end..]))
            });
            match found {
                Some(before) if before != pointer => pointer = before,
                _ => break,
            }
        }
        while self.original.pointer(&pointer).is_none() {
            pointer.truncate(pointer.rfind('/').unwrap_or_default());
        }
        Place { file: format!("{}#{pointer}", self.file), line: 0 }
    }
}

impl Document {
    pub(crate) fn operations(&self) -> Vec<OperationRef<'_>> {
        operations(&self.value)
    }

    pub(crate) fn schemas(&self) -> &Map<String, Value> {
        object(&self.value["components"]["schemas"])
    }

    /// The named schemas, to be changed.
    pub(crate) fn schemas_mut(&mut self) -> &mut Map<String, Value> {
        self.section_mut("/components/schemas")
    }

    /// The paths, to be changed.
    pub(crate) fn paths_mut(&mut self) -> &mut Map<String, Value> {
        self.section_mut("/paths")
    }

    fn section_mut(&mut self, pointer: &str) -> &mut Map<String, Value> {
        self.value.pointer_mut(pointer).and_then(Value::as_object_mut).expect("the loader makes every section")
    }

    /// Every operation, to be changed.
    pub(crate) fn operations_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.paths_mut().values_mut().flat_map(|item| {
            let item = item.as_object_mut().into_iter().flatten();
            item.map(|(_, operation)| operation)
        })
    }

    /// Calls `change` on every schema of the document, the inner ones first.
    pub(crate) fn for_each_schema(&mut self, change: &mut impl FnMut(&mut Value)) {
        for schema in self.schemas_mut().values_mut() {
            walk(schema, change);
        }
        let parameters = self.section_mut("/components/parameters");
        for schema in parameters.values_mut().filter_map(|p| p.get_mut("schema")) {
            walk(schema, change);
        }
        for operation in self.operations_mut() {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                if let Some(schema) = parameter.get_mut("schema") {
                    walk(schema, change);
                }
            }
            if let Some(body) = operation.get_mut("requestBody") {
                walk_content(body, change);
            }
            let answers = operation.get_mut("responses").and_then(Value::as_object_mut);
            for (_, answer) in answers.into_iter().flatten() {
                walk_content(answer, change);
            }
        }
    }
}

/// The operations of a document, sorted by path and method.
pub(crate) fn operations(document: &Value) -> Vec<OperationRef<'_>> {
    let mut all = Vec::new();
    for (path, item) in object(&document["paths"]) {
        for method in METHODS {
            if let Some(value) = item.get(method) {
                all.push(OperationRef { path, method, value });
            }
        }
    }
    all
}

impl<'a> OperationRef<'a> {
    pub(crate) fn id(&self) -> &'a str {
        text(self.value, "operationId")
    }

    pub(crate) fn area(&self) -> &'a str {
        self.value["tags"][0].as_str().unwrap_or_default()
    }

    pub(crate) fn pointer(&self) -> String {
        format!("/paths/{}/{}", escape(self.path), self.method)
    }

    /// The parameters, references among them resolved.
    pub(crate) fn parameters<'d>(&self, document: &'d Value) -> Vec<&'d Value> {
        let own = document.pointer(&format!("{}/parameters", self.pointer()));
        let own = own.and_then(Value::as_array).into_iter().flatten();
        own.filter_map(|parameter| resolve(document, parameter)).collect()
    }
}

fn walk_content(holder: &mut Value, change: &mut impl FnMut(&mut Value)) {
    let content = holder.get_mut("content").and_then(Value::as_object_mut);
    for (_, media) in content.into_iter().flatten() {
        if let Some(schema) = media.get_mut("schema") {
            walk(schema, change);
        }
    }
}

/// Calls `change` on the schemas inside a schema, then on itself.
fn walk(schema: &mut Value, change: &mut impl FnMut(&mut Value)) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flatten() {
        walk(property, change);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
            walk(inner, change);
        }
    }
    let members = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    for member in members.into_iter().flatten() {
        walk(member, change);
    }
    change(schema);
}

/// A value, or what it refers to; `None` if the reference leads nowhere.
pub(crate) fn resolve<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.strip_prefix('#')?),
        None => Some(value),
    }
}

/// The names of the schemas that a value mentions, and of those that they mention in turn.
pub(crate) fn reached(value: &Value, schemas: &Map<String, Value>) -> BTreeSet<String> {
    let mut todo = Vec::new();
    mentions(value, &mut todo);
    let mut reached = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(schema) = schemas.get(&name)
            && reached.insert(name)
        {
            mentions(schema, &mut todo);
        }
    }
    reached
}

/// References and the mappings of tags.
fn mentions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => entries.values().for_each(|inner| mentions(inner, found)),
        Value::Array(items) => items.iter().for_each(|item| mentions(item, found)),
        Value::String(text) => {
            let name = text.strip_prefix("#/components/schemas/");
            found.extend(name.map(|name| name.replace("~1", "/").replace("~0", "~")));
        }
        _ => {}
    }
}

/// The name of the schema that a `$ref` leads to.
pub(crate) fn schema_name(value: &Value) -> Option<&str> {
    let reference = value.get("$ref")?.as_str()?;
    reference.strip_prefix("#/components/schemas/")
}

/// Whether the schema becomes a type of its own.
pub(crate) fn is_type(schema: &Value) -> bool {
    ["properties", "enum", "oneOf"].iter().any(|key| schema.get(key).is_some())
}

/// Whether the schema is that of a file.
pub(crate) fn is_file(schema: &Value) -> bool {
    text(schema, "type") == "string" && text(schema, "format") == "binary"
}

/// The string at a key, or nothing.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a key is there and `true`.
pub(crate) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The object a value is, or an empty one.
pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    static NOTHING: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    value.as_object().unwrap_or_else(|| NOTHING.get_or_init(Map::new))
}

/// A key as it is written in a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

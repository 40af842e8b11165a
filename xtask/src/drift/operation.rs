//! An operation as a caller meets it, on either side.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corrections::corrects;
use crate::generate::document::{flag, object, text};
use crate::published;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One operation of one side.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    pub(super) document: &'a Value,
    /// As `GET /apps/{id}`, spelt as this side spells it.
    pub(super) name: String,
    pub(super) value: &'a Value,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// One parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) home: Home,
    pub(super) required: bool,
    /// Nothing is said of it if it has no schema.
    pub(super) schema: Option<&'a Value>,
    pub(super) corrects: Option<&'a str>,
    /// The name under which several operations share it.
    pub(super) shared: Option<&'a str>,
}

/// Where a parameter stands; in a path its place counts, not its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Path(usize),
    Query,
    Header,
    Cookie,
}

/// What an operation is matched by: `GET /apps/{}`.
pub(super) type Key = String;

/// The operations of a document.
pub(super) fn operations(document: &Value) -> BTreeMap<Key, Operation<'_>> {
    let mut operations = BTreeMap::new();
    for (path, item) in object(&document["paths"]) {
        let item = resolve(document, item);
        for (method, value) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
            let method = method.to_uppercase();
            let operation = Operation {
                document,
                name: format!("{method} {path}"),
                value,
                parameters: parameters(document, path, [value, item]),
            };
            operations.insert(format!("{method} {}", without_names(path)), operation);
        }
    }
    operations
}

/// `GET /apps/{id}` as `GET /apps/{}`.
pub(super) fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    rest.fold(first, |path, rest| path + "{}" + rest)
}

/// The parameters of an operation, then those of its path that it does not say itself.
fn parameters<'a>(document: &'a Value, path: &str, holders: [&'a Value; 2]) -> Vec<Parameter<'a>> {
    let mut found: Vec<Parameter<'_>> = Vec::new();
    let all = holders.into_iter().filter_map(|holder| holder.get("parameters")?.as_array());
    for said in all.flatten() {
        let value = resolve(document, said);
        let name = text(value, "name");
        let home = match text(value, "in") {
            "query" => Home::Query,
            "header" => Home::Header,
            "cookie" => Home::Cookie,
            // A path that does not name the parameter says nothing about it.
            _ => match path.split('{').skip(1).position(|part| part.split('}').next() == Some(name)) {
                Some(place) => Home::Path(place),
                None => continue,
            },
        };
        if found.iter().any(|parameter| parameter.home == home && parameter.name == name) {
            continue;
        }
        let content = object(&value["content"]).values().find_map(|media| media.get("schema"));
        found.push(Parameter {
            name,
            home,
            required: flag(value, "required"),
            schema: value.get("schema").or(content),
            corrects: corrects(value),
            shared: said.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next()),
        });
    }
    found
}

impl<'a> Operation<'a> {
    /// The request body, if there is one.
    pub(super) fn body(&self) -> Option<&'a Value> {
        self.value.get("requestBody").map(|body| resolve(self.document, body))
    }

    /// The answers of success; where a document has none, the one it calls `default`.
    pub(super) fn answers(&self) -> Vec<&'a Value> {
        let all = || object(&self.value["responses"]).iter();
        let good: Vec<_> = all().filter(|(status, _)| status.starts_with('2')).collect();
        let good = if good.is_empty() { all().filter(|(status, _)| *status == "default").collect() } else { good };
        good.into_iter().map(|(_, answer)| resolve(self.document, answer)).collect()
    }

    /// The line that explains what differs in the whole operation.
    pub(super) fn corrects(&self) -> Option<&'a str> {
        corrects(self.value)
    }
}

/// A value, or what its reference leads to.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    reference.and_then(|reference| published::follow(document, reference)).unwrap_or(value)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_matched_without_its_names() {
        assert_eq!(without_names("/apps/{id}/envs/{name}:copy"), "/apps/{}/envs/{}:copy");
        assert_eq!(without_names("/apps"), "/apps");
    }
}

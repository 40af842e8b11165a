//! A platform's documents in `specs`, as the tests of its client read them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};

/// All files of a platform; names are unique in them.
pub(crate) struct Documents {
    pub(crate) operations: Vec<Operation>,
    schemas: BTreeMap<String, Value>,
    parameters: BTreeMap<String, Value>,
    /// The schemas that are reached from each schema.
    reached: BTreeMap<String, BTreeSet<String>>,
}

pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) value: Value,
    pub(crate) parameters: Vec<Value>,
}

impl Documents {
    pub(crate) fn read(platform: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(platform);
        let mut all = Self {
            operations: Vec::new(),
            schemas: BTreeMap::new(),
            parameters: BTreeMap::new(),
            reached: BTreeMap::new(),
        };
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            all.add(&json(&Yaml::load_from_str(&text).unwrap()[0]));
        }
        for operation in &mut all.operations {
            for parameter in &mut operation.parameters {
                if let Some(name) = name(parameter) {
                    *parameter = all.parameters[name].clone();
                }
            }
        }
        all.reached = all.schemas.iter().map(|(name, schema)| (name.clone(), all.closure(schema))).collect();
        all
    }

    fn add(&mut self, file: &Value) {
        for (section, home) in [("schemas", &mut self.schemas), ("parameters", &mut self.parameters)] {
            home.extend(entries(&file["components"][section]).map(|(name, value)| (name.clone(), value.clone())));
        }
        for (path, item) in entries(&file["paths"]) {
            for (method, value) in entries(item).filter(|(key, _)| *key != "parameters") {
                let lists = [&item["parameters"], &value["parameters"]];
                self.operations.push(Operation {
                    id: value["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    value: value.clone(),
                    parameters: lists.into_iter().filter_map(Value::as_array).flatten().cloned().collect(),
                });
            }
        }
    }

    /// The schema that a reference leads to, and its name; or the schema itself.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        match name(schema) {
            Some(name) => (Some(name), &self.schemas[name]),
            None => (None, schema),
        }
    }

    /// Whether a value of the schema would hold one of the schema `owner`.
    pub(crate) fn leads_to(&self, schema: &Value, owner: &str) -> bool {
        let mut names = Vec::new();
        mentions(schema, &mut names);
        names.iter().any(|name| name == owner || self.reached[name].contains(owner))
    }

    fn closure(&self, schema: &Value) -> BTreeSet<String> {
        let mut todo = Vec::new();
        mentions(schema, &mut todo);
        let mut reached = BTreeSet::new();
        while let Some(name) = todo.pop() {
            if reached.insert(name.clone()) {
                mentions(&self.schemas[&name], &mut todo);
            }
        }
        reached
    }
}

/// The name that a reference ends in.
pub(crate) fn name(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.rsplit('/').next()
}

pub(crate) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn mentions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(all) => {
            found.extend(name(value).map(str::to_owned));
            // The mapping of tags repeats the members.
            all.iter().filter(|(key, _)| *key != "discriminator").for_each(|(_, inner)| mentions(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|item| mentions(item, found)),
        _ => {}
    }
}

fn json(value: &Yaml<'_>) -> Value {
    match value {
        Yaml::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::Number((*value).into()),
        Yaml::Value(Scalar::FloatingPoint(value)) => value.into_inner().into(),
        Yaml::Value(Scalar::String(value)) => Value::String(value.to_string()),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(entries) => {
            let text = |key: &Yaml<'_>| match key {
                Yaml::Value(Scalar::Integer(number)) => number.to_string(),
                key => key.as_str().unwrap().to_owned(),
            };
            Value::Object(entries.iter().map(|(key, value)| (text(key), json(value))).collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

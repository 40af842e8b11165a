//! Objects, enums and unions that stand inside something else get a name and a place of their own.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::document::{Document, METHODS, escape, is_type, object, text};
use super::names::{camel, free, reserved};
use super::{Diagnostics, walk};

pub(super) fn name(document: &mut Document) -> Diagnostics {
    let mut taken = reserved(document);
    taken.extend(document.schemas().keys().cloned());
    let mut hoister = Hoister { taken, hoisted: Map::new(), moved: Vec::new() };
    for (name, schema) in document.schemas_mut() {
        hoister.inside(schema, name, &format!("/components/schemas/{name}"));
    }
    for (path, item) in document.paths_mut() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                hoister.operation(operation, &format!("/paths/{}/{method}", escape(path)));
            }
        }
    }
    document.schemas_mut().append(&mut hoister.hoisted);
    for (from, to) in hoister.moved {
        document.places.moved(&from, to);
    }
    Diagnostics::new()
}

struct Hoister {
    taken: BTreeSet<String>,
    hoisted: Map<String, Value>,
    moved: Vec<(String, String)>,
}

impl Hoister {
    fn operation(&mut self, operation: &mut Value, pointer: &str) {
        let id = camel(text(operation, "operationId"));
        let names = operation["parameters"].as_array().into_iter().flatten();
        let names: Vec<String> = names.map(|parameter| word(text(parameter, "name"))).collect();
        let mut whole = json!({"paths": {"/": {"get": operation.take()}}});
        walk::roots(&mut whole, &mut |schema, at| {
            let at = at.trim_start_matches("/paths/~1/get");
            let mut parts = at.split('/').skip(1);
            let kind = match (parts.next(), parts.next().map(str::parse::<usize>)) {
                (Some("parameters"), Some(Ok(number))) => &names[number],
                (Some("requestBody"), _) => "Request",
                _ => "Response",
            };
            self.place(schema, &format!("{id}{kind}"), &format!("{pointer}{at}"));
        });
        *operation = whole["paths"]["/"]["get"].take();
    }

    /// Takes the schema out if it is a type, and visits the schemas inside it in any case.
    fn place(&mut self, schema: &mut Value, name: &str, pointer: &str) {
        if !is_type(schema) {
            self.inside(schema, name, pointer);
            return;
        }
        let mut own = schema.take();
        let name = free(name, &mut self.taken);
        let to = format!("/components/schemas/{name}");
        self.moved.push((pointer.to_owned(), to.clone()));
        let mut reference = json!({"$ref": format!("#{to}")});
        for key in ["nullable", "deprecated", "description"] {
            if let Some(value) = own.get(key) {
                reference[key] = value.clone();
            }
        }
        if let Some(own) = own.as_object_mut() {
            own.remove("nullable");
            own.remove("deprecated");
        }
        self.inside(&mut own, &name, &to);
        self.hoisted.insert(name, own);
        *schema = reference;
    }

    fn inside(&mut self, schema: &mut Value, name: &str, pointer: &str) {
        let mut number = 0;
        walk::parts(schema, pointer, &mut |part, at| {
            let rest = at[pointer.len()..].trim_start_matches('/');
            let own = match rest.split_once('/') {
                Some(("properties", property)) => word(property),
                Some((_, _)) => {
                    number += 1;
                    member(part).unwrap_or_else(|| format!("Option{number}"))
                }
                None if rest == "items" => "Item".to_owned(),
                None => "Value".to_owned(),
            };
            self.place(part, &camel(&format!("{name}{own}")), at);
        });
    }
}

/// A property or parameter as the end of a name.
fn word(name: &str) -> String {
    // A name does not begin with a digit, but may go on with one.
    let word = camel(&format!("p {}", name.replace("~1", "/").replace("~0", "~")))[1..].to_owned();
    if word.is_empty() { "Field".to_owned() } else { word }
}

/// What distinguishes a member of a union from the others.
fn member(schema: &Value) -> Option<String> {
    let name = [text(schema, "x-name"), text(schema, "title")].into_iter().find(|name| !name.is_empty());
    let words = object(&schema["properties"]).values().filter_map(|property| property["enum"].as_array());
    let word = words.filter(|words| words.len() == 1).find_map(|words| words[0].as_str());
    name.or(word).map(camel).filter(|name| name != "T")
}

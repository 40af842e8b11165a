//! Names that are different in a document but the same in Rust.

use std::collections::BTreeMap;

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

use super::super::document::{escape, flag, object, text};
use super::Checker;

/// Checks methods, the types made from them, arguments and fields for clashes.
pub(super) fn check(checker: &mut Checker<'_>) {
    let document = checker.document;
    let mut methods = Names::default();
    let mut types = Names::default();
    for name in document.schemas().keys() {
        types.add(name.clone(), format!("/components/schemas/{}", escape(name)));
    }
    for operation in document.operations() {
        let pointer = operation.pointer();
        methods.add(operation.id().to_snake_case(), pointer.clone());
        let mut arguments = Names::default();
        let parameters = operation.parameters(&document.value);
        for parameter in &parameters {
            let name = text(parameter, "name").to_snake_case();
            if ["body", "params", "self"].contains(&name.as_str()) {
                let reason = format!("`{name}` is the name of another argument");
                checker.report(&pointer, reason);
            }
            arguments.add(name, pointer.clone());
        }
        if parameters.iter().any(|parameter| !flag(parameter, "required")) {
            let name = format!("{}Params", operation.id().to_upper_camel_case());
            types.add(name, pointer);
        }
        arguments.report(checker, "parameter");
    }
    methods.report(checker, "method");
    types.report(checker, "type");
    for (name, schema) in document.schemas() {
        let mut fields = Names::default();
        for property in object(&schema["properties"]).keys() {
            let name = escape(name);
            let pointer = format!("/components/schemas/{name}/properties/{}", escape(property));
            fields.add(field(property), pointer);
        }
        fields.report(checker, "field");
    }
}

/// The name of a field, as progenitor gives it.
fn field(property: &str) -> String {
    match property {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        property => property.to_snake_case(),
    }
}

/// The pointers of what comes to have a name.
#[derive(Default)]
struct Names(BTreeMap<String, Vec<String>>);

impl Names {
    fn add(&mut self, name: String, pointer: String) {
        self.0.entry(name).or_default().push(pointer);
    }

    fn report(self, checker: &mut Checker<'_>, what: &str) {
        for (name, pointers) in self.0 {
            for pointer in pointers.iter().skip(1) {
                let first = checker.document.places.of(&pointers[0]);
                let reason = format!("the {what} `{name}` would exist twice, see {first}");
                checker.report(pointer, reason);
            }
        }
    }
}

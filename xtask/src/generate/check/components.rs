//! The rules for what has a name: schemas and parameters of `components`.

use heck::ToUpperCamelCase as _;

use super::super::document::{escape, flag, is_type, object};
use super::{Checker, parameters, schemas};

/// Names that generated code uses for other things.
pub(crate) const TAKEN: [&str; 12] = [
    "Client",
    "Self",
    "String",
    "Option",
    "Vec",
    "Box",
    "Result",
    "BTreeMap",
    "Value",
    "Secret",
    "SecretJson",
    "UploadedFile",
];

/// Checks the named schemas and parameters.
pub(super) fn check(checker: &mut Checker<'_>) {
    let components = &checker.document.value["components"];
    for (name, schema) in object(&components["schemas"]) {
        let pointer = format!("/components/schemas/{}", escape(name));
        let camel = name.to_upper_camel_case();
        if camel != *name {
            checker.report(&pointer, format!("a type is upper camel case: `{camel}`"));
        }
        if TAKEN.contains(&name.as_str()) {
            checker.report(&pointer, format!("`{name}` means something else in Rust"));
        }
        if is_type(schema) && flag(schema, "nullable") {
            let reason = "`nullable` stands where a type is used, not on the type";
            checker.report(&format!("{pointer}/nullable"), reason);
        }
        if schema.get("$ref").is_some() {
            checker.report(&pointer, "a named schema is not another name for a schema");
            continue;
        }
        schemas::check_keys(checker, schema, &pointer);
        schemas::check_parts(checker, schema, &pointer);
    }
    for (name, parameter) in object(&components["parameters"]) {
        let pointer = format!("/components/parameters/{}", escape(name));
        parameters::check_parameter(checker, parameter, &pointer);
    }
}

//! Every operation has an id, and no two ids are the same in Rust.

use std::collections::BTreeSet;

use heck::{ToKebabCase as _, ToSnakeCase as _};

use super::super::document::{Document, text};
use super::Diagnostics;

pub(super) fn give(document: &mut Document) -> Diagnostics {
    let mut taken = BTreeSet::new();
    for (path, item) in document.paths_mut() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let id = match text(operation, "operationId").trim() {
                "" => format!("{method} {path}"),
                id => id.to_owned(),
            };
            let is_plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            let mut id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            if !is_plain {
                id = id.to_kebab_case();
            }
            if id.to_snake_case().is_empty() || id.starts_with(|c: char| c.is_ascii_digit()) {
                id = format!("{method}-{id}");
            }
            let first = id.clone();
            let mut number = 2;
            // `http` is how generated methods reach the connection, `new` makes the client.
            while ["http", "new", "from_http"].contains(&id.to_snake_case().as_str())
                || !taken.insert(id.to_snake_case())
            {
                id = format!("{first}-{number}");
                number += 1;
            }
            operation["operationId"] = id.trim_matches('-').into();
        }
    }
    Diagnostics::new()
}

//! A file of types, and what it imports.

use std::fmt::Write as _;

use super::super::model::Model;
use super::types;

/// The types of these names, which the areas share.
pub(super) fn file(model: &Model, areas: &[&String], names: &[&str]) -> String {
    let types = names.iter().filter_map(|name| {
        let kind = model.types.get(*name)?;
        Some(types::render(name, kind))
    });
    let body = types.collect::<Vec<_>>().join("\n");
    let areas: Vec<String> = areas.iter().map(|area| format!("`{area}`")).collect();
    let uses = uses(&body, "");
    let uses = if uses.is_empty() { uses } else { uses + "\n" };
    format!("//! Types of {}.\n\n{uses}{body}", areas.join(", "))
}

/// The imports that a file needs, after those it has in any case.
pub(super) fn uses(body: &str, first: &str) -> String {
    let mut uses = first.to_owned();
    for name in ["types", "wire"] {
        if body.contains(&format!("{name}::")) {
            // Writing to a string does not fail.
            let _ = writeln!(uses, "use crate::{name};");
        }
    }
    uses
}

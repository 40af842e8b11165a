//! How a received type is read: the macros of the wire crate that say it.

use proc_macro2::Ident;

use super::super::model::{Field, Presence};
use super::item::outer;

/// A line may not be longer.
const MAX_LINE_WIDTH: usize = 100;

/// `wire::object!` for a struct.
pub(super) fn object(name: &str, fields: &[Field]) -> String {
    let (absent, required): (Vec<_>, Vec<_>) = fields.iter().partition(|field| may_be_absent(field));
    let (nullable, optional): (Vec<_>, Vec<_>) = absent.into_iter().partition(|field| outer(&field.kind) == "Option");
    let groups = [("required", required), ("nullable", nullable), ("optional", optional)];
    let groups: String = groups.iter().map(|(which, fields)| members(which, fields)).collect();
    format!("wire::object! {{\n    {name}:\n{groups}}}\n")
}

/// `wire::choice!` for an enum.
pub(super) fn choice(name: &str, variants: &[(Ident, syn::Type)]) -> String {
    let variants: Vec<String> = variants.iter().map(|(variant, _)| variant.to_string()).collect();
    format!("wire::choice!({name}: {});\n", variants.join(", "))
}

/// Whether a field has something to stand for what is not there: servers leave out what is null.
fn may_be_absent(field: &Field) -> bool {
    match outer(&field.kind).as_str() {
        "Option" | "Patch" => true,
        "Vec" | "BTreeMap" | "Map" => field.presence != Presence::Required,
        _ => false,
    }
}

/// The fields with their members, in one line if they fit.
fn members(which: &str, fields: &[&Field]) -> String {
    let members: Vec<String> = fields.iter().map(|field| format!("{} = {:?}", field.name, field.wire)).collect();
    let line = format!("    {which} {{ {} }}\n", members.join(", "));
    if members.is_empty() {
        String::new()
    } else if line.len() <= MAX_LINE_WIDTH {
        line
    } else {
        format!("    {which} {{\n        {},\n    }}\n", members.join(",\n        "))
    }
}

//! The types of the client: structs and choices from typify, enums and unions from us.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::format_ident;
use serde_json::Value;
use syn::{Fields, Item};

use super::super::diagnostic::{Error, Result};
use super::super::document::{Document, flag, text};
use super::super::model::{Field, Member, Presence, Shape, Type, Way};
use super::super::normalise::{Context, SECRET_JSON, Union};
use super::{docs, first_argument, module, numbered, variants};

/// Reads every type, whether something uses it or not.
pub(super) fn read(file: &syn::File, document: &Document, context: &Context) -> Result<BTreeMap<String, Type>> {
    let mut types = BTreeMap::new();
    let mut add = |name: &str, shape: Shape| {
        let schema = document.schemas().get(name).unwrap_or(&Value::Null);
        let kind = Type { docs: docs::of_type(name, schema), shape, way: Way::default() };
        types.insert(name.to_owned(), kind);
    };
    for item in module(file, "types") {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let schema = document.schemas().get(&name).unwrap_or(&Value::Null);
                let fields = fields(item, schema).map_err(|reason| diagnostic(document, &name, reason))?;
                let is_params = context.params.values().any(|params| *params == name);
                let shape = match context.forms.contains(&name) {
                    true => Shape::Form,
                    false if is_params => Shape::Params,
                    false => Shape::Struct,
                };
                add(&name, shape(fields));
            }
            Item::Enum(item) => {
                let name = item.ident.to_string();
                let choice = choice(item).map_err(|reason| diagnostic(document, &name, reason))?;
                add(&name, Shape::Choice(choice));
            }
            _ => {}
        }
    }
    for (name, words) in &context.enums {
        add(name, Shape::Words(variants(words.iter())));
    }
    for (name, union) in &context.unions {
        add(name, shape_of_union(union));
    }
    let secret = Type {
        docs: "JSON that holds secrets and prints as `[redacted]`.".to_owned(),
        shape: Shape::SecretJson,
        way: Way::default(),
    };
    types.insert(SECRET_JSON.to_owned(), secret);
    for (id, name) in &context.params {
        if let Some(params) = types.get_mut(name) {
            params.docs = docs::of_params(document, id);
            describe_params(params, document, id);
        }
    }
    Ok(types)
}

fn diagnostic(document: &Document, name: &str, reason: String) -> Error {
    Error::at(document.places.of(&format!("/components/schemas/{name}")), reason)
}

fn fields(item: &syn::ItemStruct, schema: &Value) -> Result<Vec<Field>, String> {
    let name = &item.ident;
    let Fields::Named(fields) = &item.fields else {
        // Lists and maps with a name were written out where they are used.
        return Err(format!("progenitor made a newtype of `{name}`"));
    };
    let required = schema["required"].as_array();
    let fields = fields.named.iter().filter_map(|field| {
        let ident = field.ident.clone()?;
        let wire = renamed(&field.attrs).unwrap_or_else(|| unraw(&ident));
        let property = &schema["properties"][&wire];
        let is_required = required.is_some_and(|names| names.contains(&Value::from(wire.as_str())));
        let presence = match (is_required, flag(property, "nullable")) {
            (true, _) => Presence::Required,
            (false, false) => Presence::Optional,
            (false, true) => Presence::OptionalNullable,
        };
        Some(Field {
            docs: docs::of_field(property),
            wire,
            name: ident,
            kind: field.ty.clone(),
            presence,
            tells_absence: flag(property, "x-tells-absence"),
        })
    });
    Ok(fields.collect())
}

fn choice(item: &syn::ItemEnum) -> Result<Vec<(Ident, syn::Type)>, String> {
    let mut choice: Vec<(Ident, syn::Type)> = Vec::new();
    for variant in &item.variants {
        let mut fields = variant.fields.iter();
        let (Some(field), None) = (fields.next(), fields.next()) else {
            let name = format!("{}::{}", item.ident, variant.ident);
            return Err(format!("`{name}` does not hold one type"));
        };
        // A second variant of one type would never be read.
        if choice.iter().all(|(_, kind)| *kind != field.ty) {
            choice.push((name_of_choice(&variant.ident, &field.ty), field.ty.clone()));
        }
    }
    let names = numbered(choice.iter().map(|(name, _)| name.clone()));
    Ok(names.into_iter().zip(choice.into_iter().map(|(_, kind)| kind)).collect())
}

/// Members that are schemas come as `Variant0`; the schema's name says more.
fn name_of_choice(ident: &Ident, kind: &syn::Type) -> Ident {
    let syn::Type::Path(path) = kind else { return ident.clone() };
    let Some(last) = path.path.segments.last().filter(|_| ident.to_string().starts_with("Variant")) else {
        return ident.clone();
    };
    match (last.ident.to_string().as_str(), first_argument(kind)) {
        ("Option" | "Box", Some(inner)) => name_of_choice(ident, &inner),
        // As progenitor calls them where it names them.
        ("f64", _) => format_ident!("Number"),
        ("i64", _) => format_ident!("Integer"),
        ("bool", _) => format_ident!("Boolean"),
        _ => last.ident.clone(),
    }
}

fn shape_of_union(union: &Union) -> Shape {
    let names = variants(union.members.iter().map(|(_, tags)| &tags[0]));
    let members = names.into_iter().zip(&union.members);
    let members = members.map(|((variant, _), (schema, tags))| {
        let schema = format_ident!("{schema}");
        Member { variant, tags: tags.clone(), kind: syn::parse_quote!(types::#schema) }
    });
    Shape::Union { tag: union.tag.clone(), members: members.collect() }
}

/// Takes the documentation of the fields from the parameters they were.
fn describe_params(params: &mut Type, document: &Document, id: &str) {
    let Shape::Params(fields) = &mut params.shape else {
        return;
    };
    let operations = document.operations();
    let Some(operation) = operations.iter().find(|operation| operation.id() == id) else {
        return;
    };
    let parameters = operation.parameters(&document.value);
    for field in fields {
        let mut parameters = parameters.iter();
        if let Some(parameter) = parameters.find(|p| text(p, "name") == field.wire) {
            field.docs = docs::of_field(parameter);
        }
    }
}

/// The name in `#[serde(rename = "…")]`.
fn renamed(attributes: &[syn::Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
        // What is no `rename` is parsed and passed over.
        let _ = attribute.parse_nested_meta(|meta| {
            let value = meta.value().and_then(syn::parse::ParseBuffer::parse::<syn::LitStr>);
            if let (true, Ok(value)) = (meta.path.is_ident("rename"), value) {
                found = Some(value.value());
            }
            Ok(())
        });
    }
    found
}

fn unraw(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

//! Pass 5: progenitor's tokens become the model of the client we want.
//!
//! Taken over are the names and types of arguments, answers and fields; the rest of what
//! progenitor writes (bodies, conversions, its own client) is left behind.

mod direction;
mod docs;
mod fields;
mod operations;
mod paths;
mod types;

use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::Item;

use super::diagnostic::{Error, Result};
use super::document::Document;
use super::model::Model;
use super::normalise::Context;

pub(crate) use direction::{reached, reached_from};
pub(crate) use operations::first_argument;

/// Reads what progenitor generated for `normalised`; `document` is the same before the
/// normalising passes, and still knows what they dropped.
pub(crate) fn rewrite(tokens: TokenStream, document: &Document, context: &Context) -> Result<Model> {
    let file: syn::File = syn::parse2(tokens).map_err(|e| Error::generator(format!("progenitor's output: {e}")))?;
    let mut model = Model { types: types::read(&file, document, context)?, operations: Vec::new() };
    let paths = paths::Shortener::new(model.types.keys());
    model.operations = operations::read(&file, document, context, &paths)?;
    for kind in model.types.values_mut() {
        paths.shorten_type(kind);
    }
    direction::follow(&mut model);
    fields::fit(&mut model);
    Ok(model)
}

/// The items of a module of the file.
fn module<'a>(file: &'a syn::File, name: &str) -> &'a [Item] {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    modules.map(|(_, items)| items.as_slice()).next().unwrap_or_default()
}

/// A word as the name of a variant.
fn variant(word: &str) -> Ident {
    use heck::ToUpperCamelCase as _;
    let name: String = word.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let name = name.to_upper_camel_case();
    match name.as_str() {
        "" => format_ident!("Empty"),
        // `Other` holds the words that are not known.
        "Other" | "Self" => format_ident!("{name}_"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format_ident!("V{name}"),
        _ => format_ident!("{name}"),
    }
}

/// Variants for words; words that would have the same one are numbered.
fn variants<'a>(words: impl Iterator<Item = &'a String>) -> Vec<(Ident, String)> {
    let words: Vec<&String> = words.collect();
    let names = numbered(words.iter().map(|word| variant(word)));
    names.into_iter().zip(words.into_iter().cloned()).collect()
}

/// The names, those that are taken already with a number.
fn numbered(names: impl Iterator<Item = Ident>) -> Vec<Ident> {
    let mut taken: Vec<Ident> = Vec::new();
    for first in names {
        let mut name = first.clone();
        let mut number = 2;
        while taken.contains(&name) {
            name = format_ident!("{first}{number}");
            number += 1;
        }
        taken.push(name);
    }
    taken
}

#[cfg(test)]
mod tests;

//! Type paths as a person would write them, the same in every generated file.

use std::collections::BTreeSet;

use syn::visit_mut::{VisitMut, visit_path_mut, visit_type_mut};
use syn::{Path, parse_quote};

use super::super::model::{Shape, Type};

/// Rewrites `::std::option::Option<Port>` to `Option<types::Port>`.
pub(super) struct Shortener {
    ours: BTreeSet<String>,
}

impl Shortener {
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let ours = names.cloned().collect();
        Self { ours }
    }

    pub(super) fn shorten(&self, kind: &mut syn::Type) {
        Visitor(self).visit_type_mut(kind);
    }

    /// Shortens every type inside a type of ours.
    pub(super) fn shorten_type(&self, kind: &mut Type) {
        match &mut kind.shape {
            Shape::Struct(fields) | Shape::Params(fields) | Shape::Form(fields) => {
                for field in fields {
                    self.shorten(&mut field.kind);
                }
            }
            Shape::Choice(variants) => {
                for (_, kind) in variants {
                    self.shorten(kind);
                }
            }
            // Made by us, and short already.
            Shape::Words(_) | Shape::SecretJson | Shape::Union { .. } => {}
        }
    }
}

struct Visitor<'a>(&'a Shortener);

impl VisitMut for Visitor<'_> {
    /// References are for the method to choose; inside an `Option` progenitor names a lifetime of its own.
    fn visit_type_mut(&mut self, kind: &mut syn::Type) {
        while let syn::Type::Reference(reference) = kind {
            *kind = syn::Type::clone(&reference.elem);
        }
        visit_type_mut(self, kind);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names[..] {
            ["std", "option" | "string" | "vec" | "boxed", _] => {
                let last = path.segments.last().cloned();
                path.segments = last.into_iter().collect();
                path.leading_colon = None;
            }
            ["std" | "serde_json", ..] => path.leading_colon = None,
            [name] if self.0.ours.contains(name) => *path = parse_quote!(types::#path),
            _ => {}
        }
    }
}

//! How a caller builds what is sent: `new` with the required fields, `with_*` for the others.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::model::{Field, Presence};
use super::super::rewrite::first_argument;
use super::item::outer;

/// The methods that build a struct.
pub(super) fn render(name: &Ident, fields: &[Field]) -> TokenStream {
    let optional = fields.iter().filter(|field| field.presence != Presence::Required);
    let setters: Vec<TokenStream> = optional.map(setter).collect();
    let new = new(fields);
    quote! {
        impl #name {
            #new
            #(#setters)*
        }
    }
}

/// A struct without required fields has `Default` instead.
fn new(fields: &[Field]) -> Option<TokenStream> {
    let required = fields.iter().filter(|field| field.presence == Presence::Required);
    let arguments: Vec<TokenStream> = required
        .map(|field| {
            let (name, kind) = (&field.name, &field.kind);
            if takes_text(kind) { quote!(#name: impl Into<#kind>) } else { quote!(#name: #kind) }
        })
        .collect();
    if arguments.is_empty() {
        return None;
    }
    let values = fields.iter().map(|field| {
        let (name, kind) = (&field.name, &field.kind);
        match (field.presence, outer(kind).as_str()) {
            (Presence::Required, _) if takes_text(kind) => quote!(#name: #name.into()),
            (Presence::Required, _) => quote!(#name),
            (_, "Patch") => quote!(#name: wire::Patch::Absent),
            (_, "Vec") => quote!(#name: Vec::new()),
            _ => quote!(#name: None),
        }
    });
    Some(quote! {
        /// With what has to be there; everything else is absent.
        #[must_use]
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#values),* }
        }
    })
}

fn setter(field: &Field) -> TokenStream {
    let (name, kind) = (&field.name, &field.kind);
    let method = format_ident!("with_{}", super::item::unraw(name).trim_end_matches('_'));
    let docs = format!(" Sets `{}`.", field.wire);
    let (argument, value) = match (outer(kind).as_str(), first_argument(kind)) {
        ("Option", Some(inner)) if takes_text(&inner) => (quote!(impl Into<#inner>), quote!(Some(#name.into()))),
        ("Option", Some(inner)) => (quote!(#inner), quote!(Some(#name))),
        // A value, or `Patch::Null`.
        ("Patch", _) => (quote!(impl Into<#kind>), quote!(#name.into())),
        _ => (quote!(#kind), quote!(#name)),
    };
    quote! {
        #[doc = #docs]
        #[must_use]
        pub fn #method(mut self, #name: #argument) -> Self {
            self.#name = #value;
            self
        }
    }
}

fn takes_text(kind: &syn::Type) -> bool {
    matches!(outer(kind).as_str(), "String" | "Secret")
}

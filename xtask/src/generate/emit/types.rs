//! The definition of a type.

use std::fmt::Write as _;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::model::{Field, Member, Presence, Shape, Type, Way};
use super::{constructors, item};

/// The text of a type and of what belongs to it.
pub(super) fn render(name: &str, kind: &Type) -> String {
    match &kind.shape {
        Shape::Words(words) => render_words(name, kind, words),
        Shape::Union { tag, members } => render_union(name, kind, tag, members),
        Shape::Struct(fields) => render_struct(name, kind, fields),
        Shape::Params(fields) | Shape::Form(fields) => {
            let (name, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
            let constructors = constructors::render(&name, fields);
            let members = fields.iter().map(|field| {
                let (docs, name, kind) = (item::docs(&field.docs), &field.name, &field.kind);
                quote!(#docs pub #name: #kind)
            });
            let all_optional = fields.iter().all(|field| field.presence != Presence::Required);
            let default = all_optional.then(|| quote!(, Default));
            item::items(quote! {
                #docs
                #[derive(Clone, Debug #default)]
                pub struct #name { #(#members),* }

                #constructors
            })
        }
        Shape::Choice(variants) => {
            let (name, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
            let serde = serde(kind.way);
            let variants = variants.iter().map(|(variant, kind)| {
                let docs = format!(" It is a `{}`.", quote!(#kind).to_string().replace(' ', ""));
                quote!(#[doc = #docs] #variant(#kind))
            });
            item::items(quote! {
                #docs
                #[derive(Clone, Debug, #(#serde),*)]
                #[serde(untagged)]
                #[non_exhaustive]
                pub enum #name { #(#variants),* }
            })
        }
        Shape::SecretJson => render_secret_json(name, kind),
    }
}

/// The traits of serde for the ways a type travels.
fn serde(way: Way) -> Vec<TokenStream> {
    let mut derives = Vec::new();
    if way.received {
        derives.push(quote!(serde::Deserialize));
    }
    if way.sent {
        derives.push(quote!(serde::Serialize));
    }
    derives
}

fn render_struct(name: &str, kind: &Type, fields: &[Field]) -> String {
    let (name, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
    let serde = serde(kind.way);
    let rename_all = fields.iter().any(|field| field.wire != item::unraw(&field.name))
        && fields.iter().all(|field| field.wire == camel_case(&field.name));
    let attribute = rename_all.then(|| quote!(#[serde(rename_all = "camelCase")]));
    let all_optional = fields.iter().all(|field| field.presence != Presence::Required);
    let default = (kind.way.sent && all_optional).then(|| quote!(, Default));
    // What is only received may grow a field; what is sent is built by the caller.
    let non_exhaustive = (!kind.way.sent).then(|| quote!(#[non_exhaustive]));
    let members = fields.iter().map(|field| {
        let (docs, name, ty) = (item::docs(&field.docs), &field.name, &field.kind);
        let attribute = field_attribute(field, kind.way, rename_all);
        quote!(#docs #attribute pub #name: #ty)
    });
    let constructor = kind.way.sent.then(|| constructors::render(&name, fields));
    item::items(quote! {
        #docs
        #[derive(Clone, Debug #default, #(#serde),*)]
        #attribute
        #non_exhaustive
        pub struct #name { #(#members),* }

        #constructor
    })
}

fn field_attribute(field: &Field, way: Way, rename_all: bool) -> Option<TokenStream> {
    let mut parts = Vec::new();
    if !rename_all && field.wire != item::unraw(&field.name) {
        let wire = &field.wire;
        parts.push(quote!(rename = #wire));
    }
    let is_optional = field.presence != Presence::Required;
    let container = outer(&field.kind);
    match container.as_str() {
        "Option" if is_optional && way.sent => {
            parts.push(quote!(skip_serializing_if = "Option::is_none"));
        }
        "Patch" => {
            if way.received {
                parts.push(quote!(default));
            }
            if way.sent {
                parts.push(quote!(skip_serializing_if = "wire::Patch::is_absent"));
            }
        }
        // Absent and null are read as an empty list or map.
        "Vec" | "BTreeMap" | "Map" if is_optional => parts.push(quote!(default)),
        _ => {}
    }
    (!parts.is_empty()).then(|| quote!(#[serde(#(#parts),*)]))
}

/// The last name of a type, before its arguments.
pub(super) fn outer(kind: &syn::Type) -> String {
    let syn::Type::Path(path) = kind else {
        return String::new();
    };
    let last = path.path.segments.last();
    last.map(|last| last.ident.to_string()).unwrap_or_default()
}

fn render_words(name: &str, kind: &Type, words: &[(Ident, String)]) -> String {
    let docs = item::doc_lines(&kind.docs, "    ");
    let mut text = format!("wire::open_enum! {{\n{docs}    pub enum {name} {{\n");
    for (variant, word) in words {
        // Writing to a string does not fail.
        let _ = writeln!(text, "        {variant} = {word:?},");
    }
    text + "    }\n}\n"
}

fn render_union(name: &str, kind: &Type, tag: &str, members: &[Member]) -> String {
    let docs = item::doc_lines(&kind.docs, "    ");
    let way = match (kind.way.sent, kind.way.received) {
        (true, true) => "",
        (true, false) => ", Serialize",
        _ => ", Deserialize",
    };
    let mut text = format!("wire::open_union! {{\n{docs}    pub enum {name} by {tag:?}{way} {{\n");
    for member in members {
        let Member { variant, kind, .. } = member;
        let kind = quote!(#kind).to_string().replace(' ', "");
        let tags: Vec<String> = member.tags.iter().map(|tag| format!("{tag:?}")).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "        {variant}({kind}) = {},", tags.join(" | "));
    }
    text + "    }\n}\n"
}

fn render_secret_json(name: &str, kind: &Type) -> String {
    let (name, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
    item::items(quote! {
        #docs
        #[derive(Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(transparent)]
        pub struct #name(serde_json::Value);

        impl #name {
            /// Wraps a value.
            #[must_use]
            pub fn new(value: serde_json::Value) -> Self {
                Self(value)
            }

            /// The value itself.
            #[must_use]
            pub fn expose(&self) -> &serde_json::Value {
                &self.0
            }
        }

        impl std::fmt::Debug for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("[redacted]")
            }
        }
    })
}

/// The name as serde's `rename_all = "camelCase"` writes it.
fn camel_case(name: &Ident) -> String {
    let mut camel = String::new();
    let mut upper = false;
    for c in item::unraw(name).chars() {
        if c == '_' {
            upper = true;
        } else if upper {
            camel.extend(c.to_uppercase());
            upper = false;
        } else {
            camel.push(c);
        }
    }
    camel
}

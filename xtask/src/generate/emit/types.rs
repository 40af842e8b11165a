//! The definition of a type.

use std::fmt::Write as _;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::model::{Field, Member, Presence, Shape, Type, Way};
use super::{constructors, item, read};

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
        Shape::Choice(variants) => render_choice(name, kind, variants),
        Shape::SecretJson => format!("pub use wire::{name};\n"),
    }
}

fn render_struct(name: &str, kind: &Type, fields: &[Field]) -> String {
    let (ident, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
    let Way { sent, received } = kind.way;
    let rename_all = sent
        && fields.iter().any(|field| field.wire != item::unraw(&field.name))
        && fields.iter().all(|field| field.wire == camel_case(&field.name));
    let all_optional = fields.iter().all(|field| field.presence != Presence::Required);
    let default = (sent && all_optional).then(|| quote!(, Default));
    let serialize = sent.then(|| quote!(, serde::Serialize));
    let attribute = rename_all.then(|| quote!(#[serde(rename_all = "camelCase")]));
    // What is only received may grow a field; what is sent is built by the caller.
    let non_exhaustive = (!sent).then(|| quote!(#[non_exhaustive]));
    let members = fields.iter().map(|field| {
        let (docs, name, ty) = (item::docs(&field.docs), &field.name, &field.kind);
        let attribute = sent.then(|| field_attribute(field, rename_all));
        quote!(#docs #attribute pub #name: #ty)
    });
    let constructor = sent.then(|| constructors::render(&ident, fields));
    let mut text = item::items(quote! {
        #docs
        #[derive(Clone, Debug #default #serialize)]
        #attribute
        #non_exhaustive
        pub struct #ident { #(#members),* }

        #constructor
    });
    if received {
        text = format!("{text}\n{}", read::object(name, fields));
    }
    text
}

/// How serde writes a field.
fn field_attribute(field: &Field, rename_all: bool) -> Option<TokenStream> {
    let mut parts = Vec::new();
    if !rename_all && field.wire != item::unraw(&field.name) {
        let wire = &field.wire;
        parts.push(quote!(rename = #wire));
    }
    match item::outer(&field.kind).as_str() {
        "Option" if field.presence != Presence::Required => {
            parts.push(quote!(skip_serializing_if = "Option::is_none"));
        }
        "Patch" => parts.push(quote!(skip_serializing_if = "wire::Patch::is_absent")),
        _ => {}
    }
    (!parts.is_empty()).then(|| quote!(#[serde(#(#parts),*)]))
}

fn render_choice(name: &str, kind: &Type, variants: &[(Ident, syn::Type)]) -> String {
    let (ident, docs) = (format_ident!("{name}"), item::docs(&kind.docs));
    let serialize = kind.way.sent.then(|| quote!(, serde::Serialize));
    let untagged = kind.way.sent.then(|| quote!(#[serde(untagged)]));
    let members = variants.iter().map(|(variant, kind)| {
        let docs = format!(" It is a `{}`.", quote!(#kind).to_string().replace(' ', ""));
        quote!(#[doc = #docs] #variant(#kind))
    });
    let mut text = item::items(quote! {
        #docs
        #[derive(Clone, Debug #serialize)]
        #untagged
        #[non_exhaustive]
        pub enum #ident { #(#members),* }
    });
    if kind.way.received {
        text = format!("{text}\n{}", read::choice(name, variants));
    }
    text
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
        _ => ", Read",
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

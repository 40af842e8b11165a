//! Which types travel to the server, which from it, and which no operation reaches.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;

use super::super::model::{Answer, Body, Model, Operation, Shape, Type};

/// Marks each type with its ways, and drops what no operation reaches.
pub(super) fn follow(model: &mut Model) {
    let sent = closure(model, model.operations.iter().flat_map(sent));
    let received = closure(model, model.operations.iter().flat_map(received));
    let in_url = closure(model, model.operations.iter().flat_map(in_url));
    model.types.retain(|name, kind| {
        kind.way.sent = sent.contains(name);
        kind.way.received = received.contains(name);
        kind.way.sent || kind.way.received || in_url.contains(name)
    });
}

/// The types that are reached from each type, itself only if it holds itself.
pub(crate) fn reached_from(model: &Model) -> BTreeMap<String, BTreeSet<String>> {
    let reached = model.types.iter().map(|(name, kind)| (name.clone(), closure(model, mentions(kind))));
    reached.collect()
}

/// Every type an operation reaches.
pub(crate) fn reached(model: &Model, operation: &Operation) -> BTreeSet<String> {
    let mut seeds = sent(operation);
    seeds.extend(received(operation));
    seeds.extend(in_url(operation));
    closure(model, seeds)
}

fn sent(operation: &Operation) -> Vec<String> {
    match &operation.body {
        Some(Body::Json(kind)) => names(kind),
        Some(Body::Form(name)) => vec![name.clone()],
        _ => Vec::new(),
    }
}

fn received(operation: &Operation) -> Vec<String> {
    match &operation.answer {
        Answer::Json(kind) => names(kind),
        _ => Vec::new(),
    }
}

fn in_url(operation: &Operation) -> Vec<String> {
    let arguments = operation.path_parameters.iter();
    let arguments = arguments.chain(&operation.query_parameters);
    let names = arguments.flat_map(|argument| names(&argument.kind));
    names.chain(operation.params.clone()).collect()
}

/// The types that are reached from some, themselves included.
fn closure(model: &Model, seeds: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut todo: Vec<String> = seeds.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(kind) = model.types.get(&name)
            && reached.insert(name)
        {
            todo.extend(mentions(kind));
        }
    }
    reached
}

fn mentions(kind: &Type) -> Vec<String> {
    match &kind.shape {
        Shape::Struct(fields) | Shape::Params(fields) | Shape::Form(fields) => {
            fields.iter().flat_map(|field| names(&field.kind)).collect()
        }
        Shape::Choice(variants) => variants.iter().flat_map(|(_, kind)| names(kind)).collect(),
        Shape::Union { members, .. } => members.iter().flat_map(|m| names(&m.kind)).collect(),
        Shape::Words(_) | Shape::SecretJson => Vec::new(),
    }
}

/// `X` wherever `types::X` stands in a type.
fn names(kind: &syn::Type) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'a> syn::visit::Visit<'a> for Names {
        fn visit_path(&mut self, path: &'a syn::Path) {
            if path.segments.first().is_some_and(|first| first.ident == "types") {
                let last = path.segments.last().into_token_stream().to_string();
                self.0.push(last);
            }
            syn::visit::visit_path(self, path);
        }
    }
    let mut names = Names(Vec::new());
    syn::visit::Visit::visit_type(&mut names, kind);
    names.0
}

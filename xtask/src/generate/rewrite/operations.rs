//! The operations of the client, from the document and from progenitor's signatures.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde_json::Value;
use syn::{FnArg, ImplItem, Item, Pat, ReturnType, Signature};

use super::super::complaint::{Error, Result};
use super::super::document::{Document, OperationRef, flag, object, text};
use super::super::model::{Answer, Argument, Body, Operation};
use super::super::normalise::Context;
use super::docs;
use super::paths::Shortener;

/// Reads the operations, by path and method.
pub(super) fn read(
    file: &syn::File,
    document: &Document,
    context: &Context,
    paths: &Shortener,
) -> Result<Vec<Operation>> {
    let signatures = signatures(file);
    let operations = document.operations().into_iter().map(|operation| {
        let name = operation.id().to_snake_case();
        let signature = signatures.get(&name).or_else(|| signatures.get(&format!("{name}_")));
        let signature = signature.ok_or_else(|| Error::generator(format!("progenitor made no method `{name}`")))?;
        read_operation(operation, signature, document, context, paths)
    });
    operations.collect()
}

/// The asynchronous methods of progenitor's client, by name.
fn signatures(file: &syn::File) -> BTreeMap<String, &Signature> {
    let items = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() => Some(&item.items),
        _ => None,
    });
    let methods = items.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(&method.sig),
        _ => None,
    });
    methods.map(|method| (method.ident.to_string(), method)).collect()
}

fn read_operation(
    operation: OperationRef<'_>,
    signature: &Signature,
    document: &Document,
    context: &Context,
    paths: &Shortener,
) -> Result<Operation> {
    let mut arguments = arguments(signature, paths);
    let mut path_parameters = Vec::new();
    let mut query_parameters = Vec::new();
    let mut parameters = operation.parameters(&document.value);
    parameters.sort_by_key(|parameter| position(operation.path, parameter));
    for parameter in parameters.into_iter().filter(|p| flag(p, "required")) {
        let argument = argument(parameter, &mut arguments).ok_or_else(|| {
            let (id, name) = (operation.id(), text(parameter, "name"));
            Error::generator(format!("`{id}`: progenitor has no argument `{name}`"))
        })?;
        match text(parameter, "in") {
            "path" => path_parameters.push(argument),
            _ => query_parameters.push(argument),
        }
    }
    let is_empty = flag(&operation.value["requestBody"], "x-empty");
    let body = arguments.remove("body");
    let body = body.map(|(_, kind)| if is_empty { Body::Empty } else { Body::Json(Box::new(kind)) });
    if let Some(name) = arguments.keys().next() {
        let id = operation.id();
        return Err(Error::generator(format!("`{id}`: what is the argument `{name}`?")));
    }
    Ok(Operation {
        area: operation.area().to_owned(),
        id: operation.id().to_owned(),
        name: signature.ident.clone(),
        method: operation.method.to_owned(),
        path: operation.path.to_owned(),
        docs: docs::of_operation(operation),
        path_parameters,
        query_parameters,
        params: context.params.get(operation.id()).cloned(),
        body,
        answer: answer(operation, signature, paths)?,
    })
}

/// Parameters of the path in its order, then those of the query by name.
fn position<'a>(path: &str, parameter: &'a Value) -> (usize, &'a str) {
    let name = text(parameter, "name");
    let in_path = path.find(&format!("{{{name}}}"));
    (in_path.unwrap_or(usize::MAX), name)
}

type Arguments = BTreeMap<String, (syn::Ident, syn::Type)>;

/// The arguments by name, references and lifetimes taken off.
fn arguments(signature: &Signature, paths: &Shortener) -> Arguments {
    let arguments = signature.inputs.iter().filter_map(|argument| {
        let FnArg::Typed(argument) = argument else {
            return None;
        };
        let Pat::Ident(name) = &*argument.pat else {
            return None;
        };
        let mut kind = match &*argument.ty {
            syn::Type::Reference(reference) => (*reference.elem).clone(),
            kind => kind.clone(),
        };
        paths.shorten(&mut kind);
        Some((name.ident.to_string(), (name.ident.clone(), kind)))
    });
    arguments.collect()
}

fn argument(parameter: &Value, arguments: &mut Arguments) -> Option<Argument> {
    let wire = text(parameter, "name");
    let name = wire.to_snake_case();
    let found = arguments.remove(&name);
    let (name, kind) = found.or_else(|| arguments.remove(&format!("{name}_")))?;
    Some(Argument { wire: wire.to_owned(), name, kind, docs: docs::of_field(parameter) })
}

fn answer(operation: OperationRef<'_>, signature: &Signature, paths: &Shortener) -> Result<Answer> {
    // The check pass made sure that all answers have the same content, of one media type.
    let answers = object(&operation.value["responses"]);
    let content = answers.values().next().map(|answer| object(&answer["content"]));
    match content.and_then(|content| content.keys().next()) {
        None => Ok(Answer::Empty),
        Some(media) if media == "application/json" => {
            let mut kind = inner_answer(signature).ok_or_else(|| {
                let id = operation.id();
                Error::generator(format!("`{id}`: progenitor has no type for the answer"))
            })?;
            paths.shorten(&mut kind);
            Ok(Answer::Json(Box::new(kind)))
        }
        Some(media) if media.starts_with("text/") => Ok(Answer::Text(media.clone())),
        Some(media) => Ok(Answer::Bytes(media.clone())),
    }
}

/// `T` in `Result<ResponseValue<T>, Error<()>>`.
fn inner_answer(signature: &Signature) -> Option<syn::Type> {
    let ReturnType::Type(_, kind) = &signature.output else {
        return None;
    };
    first_argument(&first_argument(kind)?)
}

/// `T` in `Name<T, …>`.
pub(crate) fn first_argument(kind: &syn::Type) -> Option<syn::Type> {
    let syn::Type::Path(path) = kind else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    })
}

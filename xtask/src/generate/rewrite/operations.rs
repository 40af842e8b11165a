//! The operations of the client, from the document and from progenitor's signatures.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde_json::Value;
use syn::{FnArg, ImplItem, Item, Pat, ReturnType, Signature};

use super::super::diagnostic::{Error, Result};
use super::super::document::{Document, OperationRef, flag, object, schema_name, text};
use super::super::media::{FORM, JSON, is_text};
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
        let signature =
            signature.ok_or_else(|| diagnostic(document, operation, format!("progenitor made no method `{name}`")))?;
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
            let name = text(parameter, "name");
            diagnostic(document, operation, format!("progenitor has no argument `{name}`"))
        })?;
        match text(parameter, "in") {
            "path" => path_parameters.push(argument),
            _ => query_parameters.push(argument),
        }
    }
    let body = body(operation, arguments.remove("body").map(|(_, kind)| kind));
    if let Some(name) = arguments.keys().next() {
        return Err(diagnostic(document, operation, format!("what is the argument `{name}`?")));
    }
    Ok(Operation {
        area: operation.area().to_owned(),
        id: operation.id().to_owned(),
        name: signature.ident.clone(),
        method: operation.method.to_owned(),
        path: operation.path.to_owned(),
        docs: docs::of_operation(operation),
        timeout: operation.value.get("x-timeout").and_then(Value::as_u64),
        path_parameters,
        query_parameters,
        params: context.params.get(operation.id()).cloned(),
        body,
        answer: answer(operation, signature, paths)
            .ok_or_else(|| diagnostic(document, operation, "progenitor has no type for the answer".to_owned()))?,
    })
}

fn diagnostic(document: &Document, operation: OperationRef<'_>, reason: String) -> Error {
    Error::at(document.places.of(&operation.pointer()), reason)
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

/// What is sent; progenitor knows only the type of what it took for JSON.
fn body(operation: OperationRef<'_>, kind: Option<syn::Type>) -> Option<Body> {
    let body = &operation.value["requestBody"];
    let (media, content) = object(&body["content"]).iter().next()?;
    Some(match (media.as_str(), kind) {
        (FORM, _) => Body::Form(schema_name(&content["schema"])?.to_owned()),
        (JSON, _) if flag(body, "x-empty") => Body::Empty,
        (JSON, kind) => Body::Json(Box::new(kind?)),
        (media, _) if is_text(media) => Body::Text { media: media.to_owned(), is_secret: is_secret(content) },
        (media, _) => Body::Bytes(media.to_owned()),
    })
}

fn is_secret(content: &Value) -> bool {
    flag(&content["schema"], "x-secret")
}

fn answer(operation: OperationRef<'_>, signature: &Signature, paths: &Shortener) -> Option<Answer> {
    // The check pass made sure that all answers have the same content, of one media type.
    let answers = object(&operation.value["responses"]);
    let content = answers.values().next().map(|answer| object(&answer["content"]));
    match content.and_then(|content| content.iter().next()) {
        None => Some(Answer::Empty),
        Some((media, _)) if media == JSON => {
            let mut kind = inner_answer(signature)?;
            paths.shorten(&mut kind);
            Some(Answer::Json(Box::new(kind)))
        }
        Some((media, content)) if is_text(media) => {
            Some(Answer::Text { media: media.clone(), is_secret: is_secret(content) })
        }
        Some((media, _)) => Some(Answer::Bytes(media.clone())),
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

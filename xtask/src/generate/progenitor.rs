//! Pass 4: progenitor makes tokens of the document, in memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde_json::{Value, json};

use super::diagnostic::{Diagnostic, Error, Result};
use super::document::{Document, OperationRef, reached};
use super::normalise::{Context, FILE, SECRET, SECRET_JSON};

/// Generates the whole client as progenitor sees it.
///
/// # Errors
///
/// What progenitor refuses. It panics on much of that and says nowhere in what, so the
/// operations are then tried one by one.
pub(crate) fn generate(document: &Document, context: &Context) -> Result<TokenStream> {
    attempt(&document.value, context).map_err(|reason| {
        let culprits: Vec<Diagnostic> = document
            .operations()
            .iter()
            .filter_map(|operation| {
                let reason = attempt(&alone(document, *operation), context).err()?;
                Some(document.places.diagnostic(&operation.pointer(), format!("progenitor: {reason}")))
            })
            .collect();
        if culprits.is_empty() { Error::generator(format!("progenitor: {reason}")) } else { Error::Document(culprits) }
    })
}

/// The document of one operation and of the schemas that it reaches.
fn alone(document: &Document, operation: OperationRef<'_>) -> Value {
    let mut alone = json!({
        "openapi": document.value["openapi"],
        "info": document.value["info"],
        "paths": {operation.path: {operation.method: operation.value}},
        "components": {"schemas": {}, "parameters": document.value["components"]["parameters"]},
    });
    let reached = reached(&alone, document.schemas());
    let schemas = document.schemas().iter().filter(|(name, _)| reached.contains(*name));
    alone["components"]["schemas"] = schemas.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    alone
}

fn attempt(document: &Value, context: &Context) -> Result<TokenStream, String> {
    let api: OpenAPI = serde_json::from_value(document.clone()).map_err(|e| e.to_string())?;
    quietly(|| generator(context).generate_tokens(&api))?.map_err(|e| e.to_string())
}

fn generator(context: &Context) -> Generator {
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional);
    settings.with_tag(TagStyle::Merged);
    settings.with_map_type("::std::collections::BTreeMap");
    let ours = context.enums.keys().chain(context.unions.keys());
    for name in ours {
        settings.with_replacement(name, format!("types::{name}"), std::iter::empty());
    }
    settings.with_replacement(SECRET, "wire::Secret", std::iter::empty());
    settings.with_replacement(FILE, "wire::File", std::iter::empty());
    settings.with_replacement(SECRET_JSON, format!("types::{SECRET_JSON}"), std::iter::empty());
    Generator::new(&settings)
}

/// Runs `work`; a panic becomes an error with its message and place, and is not printed.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // The hook belongs to the whole process, and tests run side by side.
    static HOOK: Mutex<()> = Mutex::new(());
    let guard = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let message = std::sync::Arc::new(Mutex::new(String::new()));
    let heard = message.clone();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = panic.to_string();
    }));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    drop(guard);
    outcome.map_err(|_| {
        let message = message.lock().unwrap_or_else(PoisonError::into_inner);
        message.replace('\n', " ")
    })
}

//! The methods of an area.

use heck::{ToShoutySnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::model::{Answer, Argument, Body, Model, Operation, Shape};
use super::item;

/// The methods under a heading of their own in the documentation, and the constants they are made of.
pub(super) fn render(model: &Model, heading: &str, operations: &[&Operation], visibility: &str) -> String {
    let heading = item::docs(heading);
    let visibility: TokenStream = visibility.parse().expect("a visibility");
    let methods = operations.iter().map(|operation| method(model, operation));
    let constants = operations.iter().map(|operation| constant(operation, &visibility));
    item::items(quote! {
        #heading
        impl Client {
            #(#methods)*
        }

        #(#constants)*
    })
}

/// The list of an area's operations, each with the module it stands in.
pub(super) fn list<'a>(operations: impl Iterator<Item = (Option<&'a str>, &'a Operation)>) -> String {
    let names = operations.map(|(module, operation)| {
        let name = name(operation);
        let module = module.map(|module| format_ident!("{module}")).into_iter();
        quote!(#(#module::)* #name)
    });
    item::items(quote! {
        /// The operations of this area.
        pub const OPERATIONS: &[wire::Operation] = &[#(#names),*];
    })
}

fn name(operation: &Operation) -> Ident {
    format_ident!("{}", operation.id.to_shouty_snake_case())
}

fn constant(operation: &Operation, visibility: &TokenStream) -> TokenStream {
    let name = name(operation);
    let Operation { id, path, .. } = operation;
    let method = format_ident!("{}", operation.method.to_upper_camel_case());
    let accepting = match &operation.answer {
        Answer::Text { media, .. } | Answer::Bytes(media) => quote!(.accepting(#media)),
        Answer::Json(_) | Answer::Empty => TokenStream::new(),
    };
    let timeout = operation.timeout.map(|seconds| {
        let seconds = proc_macro2::Literal::u64_unsuffixed(seconds);
        quote!(.with_timeout(std::time::Duration::from_secs(#seconds)))
    });
    let sends_content = ["post", "put", "patch"].contains(&operation.method.as_str());
    let without_body = (sends_content && operation.body.is_none()).then(|| quote!(.without_body()));
    quote! {
        #visibility const #name: wire::Operation =
            wire::Operation::new(wire::Method::#method, #id, #path) #accepting #without_body #timeout;
    }
}

fn method(model: &Model, operation: &Operation) -> TokenStream {
    let docs = item::docs(&docs(operation));
    let Operation { name: method, path_parameters: in_path, query_parameters: in_query, .. } = operation;
    let constant = name(operation);
    let arguments = in_path.iter().chain(in_query).map(|argument| {
        let (name, kind) = (&argument.name, borrowed(&argument.kind));
        quote!(#name: #kind)
    });
    let set_path = in_path.iter().map(|Argument { name, wire, .. }| quote!(.path(#wire, #name)));
    let set_query = in_query.iter().map(|argument| {
        let Argument { name, wire, .. } = argument;
        let is_borrowed = matches!(borrowed(&argument.kind), syn::Type::Reference(_));
        let value = if is_borrowed { quote!(#name) } else { quote!(&#name) };
        quote!(.query(#wire, #value))
    });
    let params = operation.params.as_ref().map(|name| {
        let name = format_ident!("{name}");
        quote!(params: &types::#name)
    });
    let set_params = optional(model, operation);
    let (body, set_body) = match &operation.body {
        Some(Body::Json(kind)) => {
            let kind = borrowed(kind);
            (Some(quote!(body: #kind)), Some(quote!(.body(body))))
        }
        Some(Body::Empty) => (None, Some(quote!(.body(&serde_json::Map::new())))),
        Some(Body::Form(name)) => {
            let set = form(model, name);
            let name = format_ident!("{name}");
            (Some(quote!(body: &types::#name)), Some(set))
        }
        Some(Body::Text { media, is_secret: true }) => {
            (Some(quote!(body: &wire::Secret)), Some(quote!(.content(#media, body.expose().to_owned()))))
        }
        Some(Body::Text { media, .. }) => (Some(quote!(body: &str)), Some(quote!(.content(#media, body.to_owned())))),
        Some(Body::Bytes(media)) => (Some(quote!(body: wire::Bytes)), Some(quote!(.content(#media, body)))),
        None => (None, None),
    };
    let arguments = arguments.chain(params).chain(body);
    let (answer, read) = match &operation.answer {
        Answer::Json(kind) => (quote!(#kind), quote!(json)),
        Answer::Text { is_secret: true, .. } => (quote!(wire::Secret), quote!(secret)),
        Answer::Text { .. } => (quote!(String), quote!(text)),
        Answer::Bytes(_) => (quote!(wire::Bytes), quote!(bytes)),
        Answer::Empty => (quote!(()), quote!(empty)),
    };
    // Compiled where it is called: a program pays for the operations it uses, not for all of them.
    quote! {
        #docs
        #[inline]
        pub fn #method(&self, #(#arguments),*) -> wire::ResponseFuture<'_, #answer> {
            self.http().request(&#constant)
                #(#set_path)* #(#set_query)* #(#set_params)* #set_body
                .#read()
        }
    }
}

/// The calls that put the optional parameters into the query.
fn optional(model: &Model, operation: &Operation) -> Vec<TokenStream> {
    let params = operation.params.as_ref().and_then(|name| model.types.get(name));
    let Some(Shape::Params(fields)) = params.map(|params| &params.shape) else {
        return Vec::new();
    };
    let calls = fields.iter().map(|field| {
        let (name, wire) = (&field.name, &field.wire);
        quote!(.query(#wire, &params.#name))
    });
    calls.collect()
}

/// The calls that put a form together.
fn form(model: &Model, name: &str) -> TokenStream {
    let Some(Shape::Form(fields)) = model.types.get(name).map(|form| &form.shape) else {
        return TokenStream::new();
    };
    let calls = fields.iter().map(|field| {
        let (name, wire, kind) = (&field.name, &field.wire, &field.kind);
        match (item::outer(kind).as_str(), quote!(#kind).to_string().contains("wire :: File")) {
            (_, false) => quote!(.field(#wire, &body.#name)),
            ("Option", true) => quote!(.files(#wire, &body.#name)),
            (_, true) => quote!(.files(#wire, [&body.#name])),
        }
    });
    quote!(.form() #(#calls)*)
}

/// How a type is taken as an argument.
pub(super) fn borrowed(kind: &syn::Type) -> syn::Type {
    let syn::Type::Path(path) = kind else {
        return kind.clone();
    };
    let last = path.path.segments.last();
    let name = last.map(|last| last.ident.to_string()).unwrap_or_default();
    let arguments = last.map(|last| &last.arguments);
    match (name.as_str(), arguments) {
        ("i64" | "f64" | "bool", _) => kind.clone(),
        ("String", _) => syn::parse_quote!(&str),
        ("Vec", Some(syn::PathArguments::AngleBracketed(inner))) => {
            let inner = inner.args.first();
            syn::parse_quote!(&[#inner])
        }
        _ => syn::parse_quote!(&#kind),
    }
}

fn docs(operation: &Operation) -> String {
    let arguments = operation.path_parameters.iter().chain(&operation.query_parameters);
    let described = arguments.filter(|argument| !argument.docs.is_empty());
    let described = described.map(|argument| {
        let docs = argument.docs.replace("\n\n", "\n").replace('\n', "\n  ");
        format!("* `{}`: {docs}\n", argument.name)
    });
    let described: String = described.collect();
    let mut docs = operation.docs.clone();
    if !described.is_empty() {
        docs.push_str("\n\n");
        docs.push_str(described.trim_end());
    }
    docs
}

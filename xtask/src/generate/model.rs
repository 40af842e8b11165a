//! What a client consists of, between progenitor's tokens and the files we write.

use std::collections::BTreeMap;

use proc_macro2::Ident;

/// The operations and types of one client.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) operations: Vec<Operation>,
    pub(crate) types: BTreeMap<String, Type>,
}

/// A method of the client.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) area: String,
    pub(crate) id: String,
    pub(crate) name: Ident,
    /// `get`, as in the document.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) docs: String,
    /// The time for a whole call, in seconds, where the server needs more than the default.
    pub(crate) timeout: Option<u64>,
    pub(crate) path_parameters: Vec<Argument>,
    pub(crate) query_parameters: Vec<Argument>,
    /// The type that holds the optional parameters.
    pub(crate) params: Option<String>,
    pub(crate) body: Option<Body>,
    pub(crate) answer: Answer,
}

/// A parameter that a method takes by itself.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) wire: String,
    pub(crate) name: Ident,
    pub(crate) kind: syn::Type,
    pub(crate) docs: String,
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Body {
    /// A value that the caller gives.
    Json(Box<syn::Type>),
    /// Always `{}`.
    Empty,
    /// A form, by the name of its type.
    Form(String),
    /// Text, with its media type.
    Text { media: String, is_secret: bool },
    /// Anything else, with its media type.
    Bytes(String),
}

/// How the answer is read.
#[derive(Debug)]
pub(crate) enum Answer {
    Json(Box<syn::Type>),
    /// Text, with its media type.
    Text {
        media: String,
        is_secret: bool,
    },
    /// Anything else, with its media type.
    Bytes(String),
    Empty,
}

/// A type of the client.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) docs: String,
    pub(crate) shape: Shape,
    pub(crate) way: Way,
}

/// The directions a type travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// In a body, to the server.
    pub(crate) sent: bool,
    /// In an answer, from the server.
    pub(crate) received: bool,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    /// The optional parameters of an operation; they travel in the URL.
    Params(Vec<Field>),
    /// What is uploaded, part by part.
    Form(Vec<Field>),
    /// One of several types that no tag distinguishes.
    Choice(Vec<(Ident, syn::Type)>),
    /// Free-form JSON that holds secrets.
    SecretJson,
    /// An open enum: variant and word.
    Words(Vec<(Ident, String)>),
    /// An open union.
    Union {
        /// The property that holds the tag.
        tag: String,
        members: Vec<Member>,
    },
}

/// A member of an open union.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) variant: Ident,
    /// Usually one word.
    pub(crate) tags: Vec<String>,
    pub(crate) kind: syn::Type,
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) wire: String,
    pub(crate) name: Ident,
    pub(crate) kind: syn::Type,
    pub(crate) docs: String,
    pub(crate) presence: Presence,
    /// In an answer too, absent and null mean different things.
    pub(crate) tells_absence: bool,
}

/// Whether a field has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Optional, and `null` means something else than absent.
    OptionalNullable,
}

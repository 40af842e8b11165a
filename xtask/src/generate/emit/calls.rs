//! A test's way to call every operation with everything set, and the values it sends.
//!
//! What is to arrive is worked out by the test from the documents alone: a text is the name of the
//! field it stands in, and every other scalar has one value.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase as _;
use quote::ToTokens as _;
use syn::Type as Kind;

use super::super::model::{Body, Model, Operation, Shape, Type};
use super::super::rewrite::{first_argument, reached_from};
use super::item::outer;
use super::operations;

/// About how long a line of values becomes.
const LINE_WIDTH: usize = 110;

/// The files below `tests/it/generated`.
pub(super) fn files(model: &Model, crate_name: &str) -> BTreeMap<String, String> {
    let writer = Writer { model, reached: reached_from(model) };
    let mut areas: BTreeMap<&str, String> = BTreeMap::new();
    for operation in &model.operations {
        areas.entry(&operation.area).or_default().push_str(&writer.call(operation));
    }
    let mut files = BTreeMap::new();
    let (mut modules, mut all) = (String::new(), String::new());
    for (area, calls) in &areas {
        modules.push_str(&format!("mod {area};\n"));
        all.push_str(&format!("    {area}::CALLS,\n"));
        let head = uses(crate_name, calls, &["Calls", "sent"]);
        let text = format!("//! Calls of `{area}`.\n\n{head}\npub(crate) const CALLS: Calls = &[\n{calls}];\n");
        files.insert(format!("calls/{area}.rs"), text);
    }
    let used = writer.used(&areas);
    for (letter, values) in writer.values(&used) {
        modules.push_str(&format!("mod values_{letter};\n"));
        let head = uses(crate_name, &values, &[]);
        let text = format!("//! Values that are sent, of types that begin with `{letter}`.\n\n{head}\n{values}");
        files.insert(format!("calls/values_{letter}.rs"), text);
    }
    let letters: BTreeSet<char> = used.iter().map(|name| letter(name)).collect();
    let letters: String =
        letters.iter().map(|letter| format!("    pub(crate) use super::values_{letter}::*;\n")).collect();
    files.insert(
        "calls.rs".to_owned(),
        format!(
            "\
//! Every operation, called with everything set.

use {crate_name}::{{Client, wire}};

/// A request whose response is dropped.
pub(crate) type Sent<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), wire::Error>> + 'a>>;

/// The requests of operations, by the operation's id.
pub(crate) type Calls = &'static [(&'static str, fn(&Client) -> Sent<'_>)];

/// The calls of every area.
pub(crate) const ALL: &[Calls] = &[
{all}];

fn sent<'a, T: 'a>(response: wire::ResponseFuture<'a, T>) -> Sent<'a> {{
    Box::pin(async {{ response.await.map(drop) }})
}}

mod values {{
{letters}}}

{modules}"
        ),
    );
    files
}

/// What a file needs of what it mentions.
fn uses(crate_name: &str, body: &str, own: &[&str]) -> String {
    let has = |name: &&str| body.contains(&format!("{name}::"));
    let ours: Vec<&str> = ["types", "wire"].into_iter().filter(has).collect();
    let mut uses = String::new();
    match ours.as_slice() {
        [] => {}
        [one] => uses.push_str(&format!("use {crate_name}::{one};\n")),
        more => uses.push_str(&format!("use {crate_name}::{{{}}};\n", more.join(", "))),
    }
    if body.contains("json!(") {
        uses.push_str("use serde_json::json;\n");
    }
    let own: Vec<&str> = own.iter().copied().chain(Some("values").filter(has)).collect();
    match own.as_slice() {
        [] => {}
        [one] => uses.push_str(&format!("\nuse super::{one};\n")),
        more => uses.push_str(&format!("\nuse super::{{{}}};\n", more.join(", "))),
    }
    uses
}

struct Writer<'a> {
    model: &'a Model,
    /// The types that are reached from each type.
    reached: BTreeMap<String, BTreeSet<String>>,
}

impl Writer<'_> {
    fn call(&self, operation: &Operation) -> String {
        let mut arguments = Vec::new();
        for argument in operation.path_parameters.iter().chain(&operation.query_parameters) {
            let kind = operations::borrowed(&argument.kind);
            let value = self.value(&argument.kind, &argument.wire, "");
            arguments.push(match (outer(&argument.kind).as_str(), kind) {
                ("str" | "String", _) => format!("{:?}", argument.wire),
                (_, Kind::Reference(_)) => format!("&{value}"),
                _ => value,
            });
        }
        if let Some(params) = &operation.params {
            arguments.push(format!("&values::{}()", function(params)));
        }
        match &operation.body {
            Some(Body::Json(kind)) => {
                let value = self.value(kind, "text", "");
                let is_borrowed = matches!(operations::borrowed(kind), Kind::Reference(_));
                arguments.push(if is_borrowed { format!("&{value}") } else { value });
            }
            Some(Body::Form(name)) => arguments.push(format!("&values::{}()", function(name))),
            Some(Body::Text { is_secret: true, .. }) => arguments.push("&wire::Secret::from(\"text\")".to_owned()),
            Some(Body::Text { .. }) => arguments.push("\"text\"".to_owned()),
            Some(Body::Bytes(_)) => arguments.push("\"text\".into()".to_owned()),
            Some(Body::Empty) | None => {}
        }
        format!("    ({:?}, |client| sent(client.{}({}))),\n", operation.id, operation.name, arguments.join(", "))
    }

    /// The types that are built by functions, those in the URL and in forms included.
    fn built(&self) -> impl Iterator<Item = (&String, &Type)> {
        self.model.types.iter().filter(|(_, kind)| match &kind.shape {
            Shape::Params(_) | Shape::Form(_) => true,
            Shape::SecretJson | Shape::Words(_) => false,
            Shape::Struct(_) | Shape::Choice(_) | Shape::Union { .. } => kind.way.sent,
        })
    }

    /// The types whose functions the calls use, and those that these use in turn.
    fn used(&self, areas: &BTreeMap<&str, String>) -> BTreeSet<String> {
        let names: BTreeMap<String, &String> = self.built().map(|(name, _)| (function(name), name)).collect();
        let mut todo: Vec<String> = areas.values().cloned().collect();
        let mut used = BTreeSet::new();
        while let Some(text) = todo.pop() {
            let found = text.split("values::").skip(1).filter_map(|rest| rest.split_once('('));
            for name in found.filter_map(|(function, _)| names.get(function)) {
                if used.insert((*name).clone()) {
                    todo.push(self.body(name, &self.model.types[*name]));
                }
            }
        }
        used
    }

    /// A function for each type, by the first letter of the types' names.
    fn values(&self, used: &BTreeSet<String>) -> BTreeMap<char, String> {
        let mut values: BTreeMap<char, String> = BTreeMap::new();
        for (name, kind) in self.built().filter(|(name, _)| used.contains(*name)) {
            let text = values.entry(letter(name)).or_default();
            let body = self.body(name, kind);
            text.push_str(&format!("pub(crate) fn {}() -> types::{name} {{\n{body}\n}}\n", function(name)));
        }
        values
    }

    fn body(&self, name: &str, kind: &Type) -> String {
        match &kind.shape {
            Shape::Struct(fields) | Shape::Params(fields) | Shape::Form(fields) => {
                let fields = fields.iter().map(|field| {
                    let value = self.value(&field.kind, &field.wire, name);
                    format!("{}: {value},", field.name)
                });
                format!("    types::{name} {{\n{}    }}", wrapped(fields))
            }
            Shape::Choice(variants) => {
                let first = variants.iter().find(|(_, kind)| !self.leads_to(kind, name)).unwrap_or(&variants[0]);
                format!("    types::{name}::{}({})", first.0, self.value(&first.1, "text", name))
            }
            Shape::Union { tag, members } => {
                // By its first tag, as in the mapping of the document.
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by_key(|member| member.tags.iter().min());
                let first = sorted.iter().find(|member| !self.leads_to(&member.kind, name)).unwrap_or(&sorted[0]);
                let set = self.tagged(&first.kind, tag, first.tags.iter().min());
                let value = self.value(&first.kind, "text", name);
                if set.is_empty() {
                    return format!("    types::{name}::{}(Box::new({value}))", first.variant);
                }
                format!("    let mut value = {value};\n{set}    types::{name}::{}(Box::new(value))", first.variant)
            }
            Shape::SecretJson | Shape::Words(_) => String::new(),
        }
    }

    /// Sets the tag of a member; the field that holds it is the caller's to fill.
    fn tagged(&self, member: &Kind, tag: &str, word: Option<&String>) -> String {
        let shape = self.model.types.get(&outer(member)).map(|kind| &kind.shape);
        let (Some(Shape::Struct(fields)), Some(word)) = (shape, word) else {
            return String::new();
        };
        let Some(field) = fields.iter().find(|field| field.wire == tag) else {
            return String::new();
        };
        let is_optional = outer(&field.kind) == "Option";
        let value = if is_optional { format!("Some({word:?}.into())") } else { format!("{word:?}.into()") };
        format!("    value.{} = {value};\n", field.name)
    }

    /// An expression for a value; `hint` is the name of the field, `owner` the type that has it.
    fn value(&self, kind: &Kind, hint: &str, owner: &str) -> String {
        let inner = first_argument(kind);
        let inner = || inner.as_ref().map(|inner| self.value(inner, hint, owner)).unwrap_or_default();
        let is_cut = self.leads_to(kind, owner);
        let name = outer(kind);
        match name.as_str() {
            "Option" | "Vec" | "BTreeMap" | "Patch" if is_cut => "Default::default()".to_owned(),
            "String" => format!("{hint:?}.to_owned()"),
            "i64" => "7".to_owned(),
            "f64" => "1.5".to_owned(),
            "bool" => "true".to_owned(),
            "Option" => format!("Some({})", inner()),
            "Patch" => format!("wire::Patch::Value({})", inner()),
            "Box" => format!("Box::new({})", inner()),
            "Vec" => format!("vec![{}]", inner()),
            "BTreeMap" => {
                let values = second_argument(kind).map(|kind| self.value(&kind, hint, owner)).unwrap_or_default();
                format!("[(\"key\".to_owned(), {values})].into()")
            }
            "Map" => format!("[(\"key\".to_owned(), {})].into_iter().collect()", any(hint)),
            "Value" => any(hint),
            "Secret" => format!("wire::Secret::from({hint:?})"),
            "File" => format!("wire::File::new(\"name\", {hint:?})"),
            name => match self.model.types.get(name).map(|kind| &kind.shape) {
                Some(Shape::Words(words)) => {
                    words.first().map(|(variant, _)| format!("types::{name}::{variant}")).unwrap_or_default()
                }
                Some(Shape::SecretJson) => format!("types::{name}::new({})", any(hint)),
                _ => format!("values::{}()", function(name)),
            },
        }
    }

    /// Whether a value of the type would hold one of its owner.
    fn leads_to(&self, kind: &Kind, owner: &str) -> bool {
        let text = kind.to_token_stream().to_string();
        let mut names = text.split("types :: ").skip(1).filter_map(|rest| rest.split([' ', '>', ',']).next());
        names.any(|name| name == owner || self.reached.get(name).is_some_and(|reached| reached.contains(owner)))
    }
}

fn any(hint: &str) -> String {
    format!("json!({{\"any\": {hint:?}}})")
}

fn function(name: &str) -> String {
    format!("{}_value", name.to_snake_case())
}

fn letter(name: &str) -> char {
    name.chars().next().unwrap_or('x').to_ascii_lowercase()
}

fn second_argument(kind: &Kind) -> Option<Kind> {
    let Kind::Path(path) = kind else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            syn::GenericArgument::Type(kind) => Some(kind.clone()),
            _ => None,
        })
        .nth(1)
}

/// Several short texts on a line.
fn wrapped(texts: impl Iterator<Item = String>) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for text in texts {
        if !line.is_empty() && line.len() + text.len() > LINE_WIDTH {
            lines.push_str(&format!("        {}\n", line.trim_end()));
            line.clear();
        }
        line.push_str(&text);
        line.push(' ');
    }
    if line.is_empty() { lines } else { lines + &format!("        {}\n", line.trim_end()) }
}

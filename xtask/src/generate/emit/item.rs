//! Pass 8: items become text, formatted the same on every toolchain.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Items, formatted, with a blank line between them and between the methods in them.
pub(super) fn items(tokens: TokenStream) -> String {
    let file: syn::File = syn::parse2(tokens).expect("the emitter writes Rust");
    let texts = file.items.into_iter().map(|item| {
        let file = syn::File { shebang: None, attrs: Vec::new(), items: vec![item] };
        space_out(&prettyplease::unparse(&file))
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The lines of a documentation, as attributes.
pub(super) fn docs(text: &str) -> TokenStream {
    if text.is_empty() {
        return TokenStream::new();
    }
    let lines = text.lines().map(|line| match line.trim_end() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

/// The lines of a documentation, as text that stands before an item.
pub(super) fn doc_lines(text: &str, indent: &str) -> String {
    let lines = text.lines().map(|line| match line.trim_end() {
        "" => format!("{indent}///\n"),
        line => format!("{indent}/// {line}\n"),
    });
    lines.collect()
}

/// A name without the mark of a raw identifier.
pub(super) fn unraw(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// prettyplease leaves no blank line between methods.
fn space_out(text: &str) -> String {
    let mut spaced = String::new();
    let mut before = "";
    for line in text.lines() {
        if before == "    }" && line != "}" {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

/// The last name of a type, before its arguments.
pub(super) fn outer(kind: &syn::Type) -> String {
    let syn::Type::Path(path) = kind else {
        return String::new();
    };
    let last = path.path.segments.last();
    last.map(|last| last.ident.to_string()).unwrap_or_default()
}

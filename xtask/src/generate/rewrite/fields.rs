//! The types of fields, by the direction in which their struct travels.

use syn::parse_quote;

use super::super::model::{Field, Model, Presence, Shape};
use super::operations::first_argument;

/// Gives the optional fields of what is sent a type that can say everything a server hears,
/// and those of what is received that `x-tells-absence` marks.
///
/// typify makes an optional list a plain list and leaves it out if it is empty; but an empty
/// list that is sent clears what the server holds. It also makes no difference between a field
/// that is absent and one that is null.
pub(super) fn fit(model: &mut Model) {
    for kind in model.types.values_mut() {
        let sent = kind.way.sent;
        if let Shape::Struct(fields) = &mut kind.shape {
            fields.iter_mut().filter(|field| sent || field.tells_absence).for_each(fit_field);
        }
    }
}

fn fit_field(field: &mut Field) {
    let kind = &field.kind;
    let inner = optional(kind);
    match field.presence {
        Presence::Required => {}
        Presence::Optional => {
            if inner.is_none() {
                field.kind = parse_quote!(Option<#kind>);
            }
        }
        Presence::OptionalNullable => {
            let inner = inner.unwrap_or_else(|| kind.clone());
            field.kind = parse_quote!(wire::Patch<#inner>);
        }
    }
}

/// `T` in `Option<T>`.
fn optional(kind: &syn::Type) -> Option<syn::Type> {
    match kind {
        syn::Type::Path(path) if path.path.segments.last()?.ident == "Option" => first_argument(kind),
        _ => None,
    }
}

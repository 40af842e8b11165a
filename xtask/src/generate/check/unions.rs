//! The rules for unions.

use serde_json::Value;

use super::super::document::{escape, object, text};
use super::Checker;

/// Checks `oneOf` and `discriminator`; its members are schemas like others.
pub(super) fn check(checker: &mut Checker<'_>, schema: &Value, pointer: &str) {
    let members = schema.get("oneOf").and_then(Value::as_array);
    if schema.get("oneOf").is_some() {
        if members.is_none_or(|members| members.len() < 2) {
            checker.report(&format!("{pointer}/oneOf"), "a union has two members or more");
        }
        if schema.get("type").is_some() {
            checker.report(&format!("{pointer}/type"), "a union has no `type`");
        }
    }
    let Some(discriminator) = schema.get("discriminator") else {
        return;
    };
    let at = format!("{pointer}/discriminator");
    checker.keys(discriminator, &at, &["propertyName", "mapping"]);
    if text(discriminator, "propertyName").is_empty() {
        checker.report(&at, "a discriminator has a `propertyName`");
    }
    let mapping = object(&discriminator["mapping"]);
    if mapping.is_empty() {
        checker.report(&at, "a discriminator has a `mapping`");
    }
    let members: Vec<&str> = members.into_iter().flatten().map(|member| text(member, "$ref")).collect();
    for (tag, target) in mapping {
        if !target.as_str().is_some_and(|target| members.contains(&target)) {
            let at = format!("{at}/mapping/{}", escape(tag));
            checker.report(&at, format!("tag `{tag}` leads to no member of the union"));
        }
    }
    for (i, member) in members.iter().enumerate() {
        if !mapping.values().any(|target| target == member) {
            let at = format!("{pointer}/oneOf/{i}");
            checker.report(&at, "no tag in the `mapping` leads to this member");
        }
    }
}

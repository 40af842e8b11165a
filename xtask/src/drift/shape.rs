//! What a schema says about the JSON it stands for, however it is spelt.

mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// One of the types that JSON has, and whole numbers beside any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    Boolean,
    Integer,
    Number,
    String,
    List,
    Object,
}

/// Everything that a value may be: the sum of a union, the product of an `allOf`.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape<'a> {
    /// Whether any JSON fits; then the rest says nothing.
    pub(super) any: bool,
    pub(super) types: BTreeSet<Type>,
    pub(super) nullable: bool,
    /// How many kinds of objects it may be.
    pub(super) objects: usize,
    /// The format of a text.
    pub(super) format: Option<&'a str>,
    /// The only words that a text may be.
    pub(super) words: Option<BTreeSet<&'a str>>,
    pub(super) fields: BTreeMap<&'a str, Field<'a>>,
    pub(super) required: BTreeSet<&'a str>,
    /// What the items of a list are, each schema one that they may fit.
    pub(super) items: Vec<&'a Value>,
    /// What the values of a map are.
    pub(super) values: Vec<&'a Value>,
    /// Whether an object has no other fields than these.
    pub(super) closed: bool,
}

/// A field of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Field<'a> {
    /// What the field may be; more than one schema where the members of a union differ.
    pub(super) schemas: Vec<&'a Value>,
    /// The `x-corrects` of the schema that the field belongs to.
    pub(super) corrects: Option<&'a str>,
}

impl<'a> Shape<'a> {
    /// What fits one of the schemas; of none, nothing is said.
    pub(super) fn of(document: &'a Value, schemas: &[&'a Value]) -> Self {
        let shapes = schemas.iter().map(|schema| read::shape(document, schema, &mut Vec::new()));
        shapes.reduce(Self::or).unwrap_or(Self { any: true, ..Self::default() })
    }

    /// Whether it is a union of several objects.
    pub(super) fn is_union(&self) -> bool {
        self.objects > 1
    }

    /// Whether it is an object of which nothing is said.
    pub(super) fn is_free(&self) -> bool {
        self.types.iter().eq([&Type::Object]) && self.fields.is_empty() && self.values.is_empty() && !self.closed
    }

    /// Whether it is the object without any field.
    pub(super) fn is_empty_object(&self) -> bool {
        self.closed && self.fields.is_empty() && self.types.iter().eq([&Type::Object])
    }

    /// What fits one or the other.
    pub(super) fn or(mut self, other: Self) -> Self {
        let objects = [&self, &other].map(|shape| shape.types.contains(&Type::Object));
        let texts = [&self, &other].map(|shape| shape.types.contains(&Type::String));
        self.required = match objects {
            [true, true] => self.required.intersection(&other.required).copied().collect(),
            [_, false] => self.required,
            [false, true] => other.required,
        };
        self.closed = match objects {
            [true, true] => self.closed && other.closed,
            _ => self.closed || other.closed,
        };
        self.words = match (texts, self.words, other.words) {
            ([true, true], Some(mine), Some(others)) => Some(&mine | &others),
            ([true, false], words, _) | ([false, _], _, words) => words,
            _ => None,
        };
        for (name, field) in other.fields {
            let mine = self.fields.entry(name).or_default();
            mine.schemas.extend(field.schemas);
            mine.corrects = mine.corrects.or(field.corrects);
        }
        self.objects += other.objects;
        self.format = self.format.or(other.format);
        self.items.extend(other.items);
        self.values.extend(other.values);
        self.any |= other.any;
        self.nullable |= other.nullable;
        self.types.extend(other.types);
        if self.types.contains(&Type::Number) {
            self.types.remove(&Type::Integer);
        }
        self
    }

    /// What fits both; where they say it twice, the other's word counts.
    pub(super) fn and(mut self, other: Self) -> Self {
        if self.any {
            self.any = other.any;
            self.types = other.types;
        } else if !other.any {
            let both: BTreeSet<Type> = self.types.intersection(&other.types).copied().collect();
            self.types = if both.is_empty() { other.types } else { both };
        }
        self.words = match (self.words, other.words) {
            (Some(mine), Some(others)) => Some(&mine & &others),
            (mine, others) => others.or(mine),
        };
        self.fields.extend(other.fields);
        self.required.extend(other.required);
        self.items = if other.items.is_empty() { self.items } else { other.items };
        self.values = if other.values.is_empty() { self.values } else { other.values };
        // `allOf: [T], nullable: true` is how 3.0 says that a named type may be null.
        self.nullable |= other.nullable;
        self.closed |= other.closed;
        self.objects = self.objects.max(other.objects);
        self.format = other.format.or(self.format);
        self
    }
}

/// The types; in the alternate form an object with the names of its fields.
impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.any {
            return f.write_str("any JSON");
        }
        if self.types.is_empty() {
            return f.write_str("null");
        }
        for (i, kind) in self.types.iter().enumerate() {
            let word = match kind {
                Type::Boolean => "boolean",
                Type::Integer => "integer",
                Type::Number => "number",
                Type::String => "text",
                Type::List => "list",
                Type::Object if self.is_empty_object() => "empty object",
                Type::Object if self.is_free() => "free-form object",
                Type::Object if self.fields.is_empty() => "map",
                Type::Object => "object",
            };
            write!(f, "{}{word}", if i == 0 { "" } else { " or " })?;
            if f.alternate() && *kind == Type::Object && !self.fields.is_empty() {
                let names: Vec<&str> = self.fields.keys().copied().collect();
                write!(f, " of `{}`", names.join("`, `"))?;
            }
        }
        Ok(())
    }
}

//! What stands in one place: whether it may be null, its type, its words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::finding::{Direction, Kind, Subject, Weight};
use super::super::shape::{Shape, Type};
use super::{ANOTHER_TYPE, Comparison, Spot, listed};
use crate::corrections::corrects;
use crate::generate::document::schema_name;
use crate::published;

impl<'a> Comparison<'a> {
    /// Compares what stands in one place: first whether it may be null, then what it is.
    pub(super) fn compare(&mut self, spot: &Spot<'a>, theirs: &[&'a Value], ours: &[&'a Value], optional: bool) {
        let spot = spot.nearer(ours);
        let there = Shape::of(self.theirs, theirs).nullable;
        let here = Shape::of(self.ours, ours);
        if !here.any && there != here.nullable {
            let weight = match spot.direction {
                Direction::Request => Weight::Differs,
                // A client takes null for an optional field of an answer.
                Direction::Answer if there && !optional => Weight::Differs,
                Direction::Answer => Weight::Finer,
            };
            let text = if there { "may be null there, not here" } else { "may be null here, not there" };
            self.found(&spot, spot.direction, weight, text, String::new());
        }
        self.compare_types(&spot, theirs, ours);
    }

    /// Compares what stands in one place, null aside; a schema that has a name gets its own frame.
    pub(super) fn compare_types(&mut self, spot: &Spot<'a>, theirs: &[&'a Value], ours: &[&'a Value]) {
        let name = match ours {
            [schema] => schema_name(schema),
            _ => None,
        };
        if name.is_none() && ours.len() == 1 {
            return self.compare_inside(spot, theirs, ours);
        }
        // The line of a schema is about its own fields, not about those of the schemas that they name.
        let line = if name.is_some() { spot.passed } else { spot.corrects };
        let key = (addresses(self.theirs, theirs), addresses(self.ours, ours), spot.direction);
        if let Some(&frame) = self.known.get(&key) {
            return self.frames[spot.frame].links.push((frame, line));
        }
        let subject =
            name.map_or_else(|| self.frames[spot.frame].subject.clone(), |name| Subject::Schema(name, spot.direction));
        let frame = self.frame(subject);
        self.known.insert(key, frame);
        self.frames[spot.frame].links.push((frame, line));
        let target = name.and_then(|name| self.ours["components"]["schemas"].get(name));
        let place = if name.is_some() { String::new() } else { spot.place.clone() };
        let below = Spot { frame, place, direction: spot.direction, corrects: target.and_then(corrects), passed: None };
        self.compare_inside(&below, theirs, ours);
    }

    fn compare_inside(&mut self, spot: &Spot<'a>, theirs: &[&'a Value], ours: &[&'a Value]) {
        if !self.compare_tagged(spot, theirs, ours) {
            let shapes = [Shape::of(self.theirs, theirs), Shape::of(self.ours, ours)];
            self.compare_shapes(spot, &shapes[0], &shapes[1]);
        }
    }

    fn compare_shapes(&mut self, spot: &Spot<'a>, there: &Shape<'a>, here: &Shape<'a>) {
        let types = || format!("{there:#} there, {here} here");
        if there.any || here.any {
            if there.any != here.any {
                // An object of which nothing is said, and any JSON, are one to a caller.
                let weight = if there.any || there.is_free() { Weight::Finer } else { Weight::Differs };
                self.found(spot, spot.direction, weight, ANOTHER_TYPE, types());
            }
            return;
        }
        if there.types != here.types {
            self.found(spot, spot.direction, Weight::Differs, ANOTHER_TYPE, types());
        }
        let both = |kind| there.types.contains(&kind) && here.types.contains(&kind);
        if both(Type::String) {
            self.compare_words(spot, there, here);
            if there.format.is_some() && there.format != here.format {
                // A client of ours reads every text as a text.
                self.found(spot, spot.direction, Weight::Finer, "of another format", String::new());
            }
        }
        if both(Type::List) && !there.items.is_empty() {
            self.compare(&spot.at("[]"), &there.items, &here.items, false);
        }
        if both(Type::Object) {
            self.compare_objects(spot, there, here);
        }
    }

    fn compare_words(&mut self, spot: &Spot<'a>, there: &Shape<'a>, here: &Shape<'a>) {
        let constant = |words: &BTreeSet<&str>| words.len() == 1;
        match (&there.words, &here.words) {
            (None, None) => {}
            (None, Some(words)) => self.found(spot, Kind::Words, Weight::Finer, "any text there", listed(words)),
            // One word distinguishes a member of a union, or comes in answers anyway.
            (Some(words), None) if constant(words) && spot.direction == Direction::Answer => {
                self.found(spot, Kind::Words, Weight::Finer, "any text here", listed(words));
            }
            (Some(there), Some(here)) if constant(there) && there.is_subset(here) => {
                self.found(spot, Kind::Words, Weight::Finer, "more words here", listed(here));
            }
            (Some(words), None) => {
                self.found(spot, Kind::Words, Weight::Differs, "any text here, words there", listed(words));
            }
            (Some(there), Some(here)) => {
                for (words, text) in [(there - here, "words only there"), (here - there, "words only here")] {
                    if !words.is_empty() {
                        self.found(spot, Kind::Words, Weight::Differs, text, listed(&words));
                    }
                }
            }
        }
    }
}

/// What identifies a list of schemas: their addresses in memory, references followed.
fn addresses(document: &Value, schemas: &[&Value]) -> Vec<usize> {
    let followed = schemas.iter().map(|schema| match schema["$ref"].as_str() {
        // What stands beside a reference of theirs may say more about the type.
        Some(reference) if schema.get("properties").is_none() => published::follow(document, reference),
        _ => None,
    });
    let mut addresses: Vec<usize> =
        followed.zip(schemas).map(|(followed, schema)| std::ptr::from_ref(followed.unwrap_or(schema)).addr()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

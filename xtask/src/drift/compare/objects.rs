//! Objects: their fields, or what is said of a map.

use serde_json::Value;

use super::super::finding::{Direction, Weight};
use super::super::shape::Shape;
use super::{ANOTHER_TYPE, Comparison, ONLY_HERE, ONLY_THERE, REQUIRED_HERE, REQUIRED_THERE, Spot, listed};
use crate::generate::document::flag;

impl<'a> Comparison<'a> {
    pub(super) fn compare_objects(&mut self, spot: &Spot<'a>, there: &Shape<'a>, here: &Shape<'a>) {
        if there.is_union() != here.is_union() {
            // The same JSON fits a union and one object with the fields of all its members.
            self.found(spot, spot.direction, Weight::Finer, "a union on one side", String::new());
        }
        let (text, detail) = match (there.fields.is_empty(), here.fields.is_empty()) {
            (false, false) => return self.compare_fields(spot, there, here),
            (false, true) => ("fields only there", listed(there.fields.keys())),
            (true, true) if !there.values.is_empty() && !here.values.is_empty() => {
                return self.compare(&spot.at(".*"), &there.values, &here.values, false);
            }
            (true, _) if there.to_string() == here.to_string() => return,
            (true, _) => (ANOTHER_TYPE, format!("{there} there, {here} here")),
        };
        // A document that says nothing about an object contradicts none; nor does a request for nothing.
        let silent = there.is_free() || (there.is_empty_object() && spot.direction == Direction::Request);
        let weight = if silent { Weight::Finer } else { Weight::Differs };
        self.found(spot, spot.direction, weight, text, detail);
    }

    fn compare_fields(&mut self, spot: &Spot<'a>, there: &Shape<'a>, here: &Shape<'a>) {
        for (name, field) in &there.fields {
            if !here.fields.contains_key(name) && travels(&field.schemas, spot.direction) {
                let mut kind = Shape::of(self.theirs, &field.schemas).to_string();
                if spot.direction == Direction::Request && there.required.contains(name) {
                    kind += ", required";
                }
                self.found(&spot.field(name), spot.direction, Weight::Differs, ONLY_THERE, kind);
            }
        }
        for (name, field) in &here.fields {
            let spot = Spot { corrects: field.corrects.or(spot.corrects), ..spot.field(name) };
            let Some(theirs) = there.fields.get(name) else {
                let kind = Shape::of(self.ours, &field.schemas).to_string();
                self.found(&spot.nearer(&field.schemas), spot.direction, Weight::Differs, ONLY_HERE, kind);
                continue;
            };
            let [required, asked] = [there, here].map(|side| side.required.contains(name));
            if required != asked {
                let weight = match spot.direction {
                    Direction::Request => Weight::Differs,
                    // Whether an answer may lack a field is a guess on both sides, and ours is the kinder one.
                    Direction::Answer => Weight::Finer,
                };
                let text = if required { REQUIRED_THERE } else { REQUIRED_HERE };
                self.found(&spot.nearer(&field.schemas), spot.direction, weight, text, String::new());
            }
            self.compare(&spot, &theirs.schemas, &field.schemas, !asked);
        }
    }
}

impl Spot<'_> {
    fn field(&self, name: &str) -> Self {
        let dot = if self.place.is_empty() { "" } else { "." };
        self.at(&format!("{dot}{name}"))
    }
}

/// Whether a published field is sent, or received, at all.
fn travels(schemas: &[&Value], direction: Direction) -> bool {
    let other_way = match direction {
        Direction::Request => "readOnly",
        Direction::Answer => "writeOnly",
    };
    !schemas.iter().any(|schema| flag(schema, other_way))
}

//! Two documents, compared from their operations down to the words of their enums.

mod bodies;
mod objects;
mod parameters;
mod unions;
mod values;

use std::collections::HashMap;

use serde_json::Value;

use super::finding::{Direction, Finding, Kind, Subject, Weight};
use super::operation::Operation;
use crate::corrections::corrects;

const ONLY_THERE: &str = "only there";
const ONLY_HERE: &str = "only here";
const ANOTHER_TYPE: &str = "of another type";
const REQUIRED_THERE: &str = "required there, optional here";
const REQUIRED_HERE: &str = "required here, optional there";

/// Everything that was compared; what operations share is compared once.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    theirs: &'a Value,
    ours: &'a Value,
    pub(super) frames: Vec<Frame<'a>>,
    known: HashMap<(Vec<usize>, Vec<usize>, Direction), usize>,
}

/// What was found inside one subject, and which frames it leads to.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) findings: Vec<Finding<'a>>,
    /// The frames below, each with the `x-corrects` that stands on the way, if one does.
    pub(super) links: Vec<(usize, Option<&'a str>)>,
}

/// Where the comparison stands.
#[derive(Clone, Debug)]
struct Spot<'a> {
    frame: usize,
    place: String,
    direction: Direction,
    /// The nearest `x-corrects` in this frame.
    corrects: Option<&'a str>,
    /// The one that stands at the field, parameter, body or answer by which this place was reached.
    passed: Option<&'a str>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(theirs: &'a Value, ours: &'a Value) -> Self {
        Self { theirs, ours, frames: Vec::new(), known: HashMap::new() }
    }

    /// Compares an operation that both have, and returns its frame.
    pub(super) fn operation(&mut self, theirs: &Operation<'a>, ours: &Operation<'a>, name: &'a str) -> usize {
        let frame = self.frame(Subject::Operation(name));
        self.parameters(frame, theirs, ours);
        self.body(frame, theirs, ours);
        self.answers(frame, theirs, ours);
        frame
    }

    fn frame(&mut self, subject: Subject<'a>) -> usize {
        self.frames.push(Frame { subject, findings: Vec::new(), links: Vec::new() });
        self.frames.len() - 1
    }

    fn found(&mut self, spot: &Spot<'a>, kind: impl Into<Kind>, weight: Weight, text: &'static str, detail: String) {
        let Spot { frame, place, corrects, .. } = spot.clone();
        self.frames[frame].findings.push(Finding { kind: kind.into(), weight, place, text, detail, corrects });
    }
}

impl<'a> Spot<'a> {
    /// The same spot, below what stands at the schema itself.
    fn nearer(&self, schemas: &[&'a Value]) -> Self {
        let own = schemas.iter().find_map(|schema| corrects(schema));
        Self { corrects: own.or(self.corrects), passed: own.or(self.passed), ..self.clone() }
    }

    /// The spot one step below: `[]`, `.*` or a field.
    fn at(&self, step: &str) -> Self {
        Self { place: format!("{}{step}", self.place), ..self.clone() }
    }
}

/// Words as they are printed, `a`, `b`.
fn listed<'w>(words: impl IntoIterator<Item = &'w &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

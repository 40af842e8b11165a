//! Which differences our documents explain, and which of their explanations explain nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::compare::Frame;
use super::finding::{Finding, Kind, Subject, Weight};

/// An operation that both sides have, and the places that may explain what differs in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root<'a> {
    pub(super) name: &'a str,
    pub(super) frame: usize,
    /// The `x-corrects` of the operation.
    pub(super) corrects: Option<&'a str>,
    /// That of its area, which is about answers of which nothing is published.
    pub(super) area: Option<&'a str>,
}

/// A difference as it is printed: once, for all operations that it concerns in the same way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) place: String,
    pub(super) kind: Kind,
    pub(super) text: &'static str,
    pub(super) detail: String,
    /// The line that explains it.
    pub(super) line: Option<&'a str>,
}

/// The entries and their operations.
#[derive(Debug, Default)]
pub(super) struct Explained<'a> {
    pub(super) entries: BTreeMap<Entry<'a>, BTreeSet<&'a str>>,
    /// The operations in which a subject occurs at all.
    pub(super) operations: BTreeMap<Subject<'a>, BTreeSet<&'a str>>,
    /// The lines that explain something, by their place in memory.
    used: HashSet<*const u8>,
}

impl<'a> Explained<'a> {
    /// Walks from every operation to what it uses, and takes the nearest explanation along.
    pub(super) fn new(frames: &[Frame<'a>], roots: &[Root<'a>]) -> Self {
        let mut explained = Self::default();
        for root in roots {
            let mut seen = HashSet::new();
            let mut waiting = vec![(root.frame, root.corrects)];
            while let Some((frame, line)) = waiting.pop() {
                if !seen.insert((frame, line.map(str::as_ptr))) {
                    continue;
                }
                let Frame { subject, findings, links } = &frames[frame];
                explained.operations.entry(subject.clone()).or_default().insert(root.name);
                for finding in findings {
                    explained.add(subject, finding, line, root);
                }
                waiting.extend(links.iter().map(|(below, nearer)| (*below, nearer.or(line))));
            }
        }
        explained
    }

    fn add(&mut self, subject: &Subject<'a>, finding: &Finding<'a>, above: Option<&'a str>, root: &Root<'a>) {
        let line = match finding.weight {
            // An area's line is about nothing but such answers, so it is nearer than that of an operation.
            Weight::Nothing => finding.corrects.or(root.area).or(above),
            Weight::Differs | Weight::Finer => finding.corrects.or(above),
        };
        // A line above the nearest one says the same in other words; it is not stale.
        for line in [line, above, root.corrects] {
            self.uses(line);
        }
        if finding.weight == Weight::Finer {
            return;
        }
        let Finding { kind, place, text, detail, .. } = finding.clone();
        self.insert(Entry { subject: subject.clone(), place, kind, text, detail, line }, root.name);
    }

    /// Adds an operation that only one side has.
    pub(super) fn one_sided(&mut self, name: &'a str, kind: Kind, line: Option<&'a str>) {
        self.uses(line);
        let subject = Subject::Operation(name);
        self.operations.entry(subject.clone()).or_default().insert(name);
        self.insert(Entry { subject, place: String::new(), kind, text: "", detail: String::new(), line }, name);
    }

    /// Whether a line explains something.
    pub(super) fn is_used(&self, line: &str) -> bool {
        self.used.contains(&line.as_ptr())
    }

    fn uses(&mut self, line: Option<&'a str>) {
        self.used.extend(line.map(str::as_ptr));
    }

    fn insert(&mut self, entry: Entry<'a>, operation: &'a str) {
        self.entries.entry(entry).or_default().insert(operation);
    }
}

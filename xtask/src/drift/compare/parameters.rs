//! Parameters, by their place in the path or by their name elsewhere.

use super::super::finding::{Direction, Kind, Subject, Weight};
use super::super::operation::{Home, Operation, Parameter};
use super::{Comparison, ONLY_HERE, ONLY_THERE, REQUIRED_HERE, REQUIRED_THERE, Spot};

/// Headers that a document may not describe as parameters; other parts of it do.
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'a> Comparison<'a> {
    pub(super) fn parameters(&mut self, frame: usize, theirs: &Operation<'a>, ours: &Operation<'a>) {
        for parameter in &theirs.parameters {
            let ignored = parameter.home == Home::Header
                && NOT_PARAMETERS.iter().any(|name| parameter.name.eq_ignore_ascii_case(name));
            if !ignored && !ours.parameters.iter().any(|other| other.is(parameter)) {
                let place = parameter.place();
                let spot = Spot { frame, place, direction: Direction::Request, corrects: None, passed: None };
                self.found(&spot, Kind::Parameter, Weight::Differs, ONLY_THERE, String::new());
            }
        }
        for parameter in &ours.parameters {
            let counterpart = theirs.parameters.iter().find(|other| other.is(parameter));
            self.parameter(frame, counterpart, parameter);
        }
    }

    fn parameter(&mut self, operation: usize, theirs: Option<&Parameter<'a>>, ours: &Parameter<'a>) {
        let subject = match ours.shared {
            Some(name) => Subject::Parameter(name),
            None => self.frames[operation].subject.clone(),
        };
        let place = if ours.shared.is_some() { String::new() } else { ours.place() };
        let frame = self.frame(subject);
        self.frames[operation].links.push((frame, None));
        let corrects = ours.corrects;
        let spot = Spot { frame, place, direction: Direction::Request, corrects, passed: corrects };
        let Some(theirs) = theirs else {
            return self.found(&spot, Kind::Parameter, Weight::Differs, ONLY_HERE, String::new());
        };
        // A path without one of its parts is another path.
        if theirs.required != ours.required && !matches!(ours.home, Home::Path(_)) {
            let text = if ours.required { REQUIRED_HERE } else { REQUIRED_THERE };
            self.found(&spot, Kind::Parameter, Weight::Differs, text, String::new());
        }
        if let (Some(there), Some(here)) = (theirs.schema, ours.schema) {
            // A query has no null, whatever is said about it.
            self.compare_types(&spot.nearer(&[here]), &[there], &[here]);
            for finding in self.frames[frame].findings.iter_mut().filter(|finding| finding.kind == Kind::Request) {
                finding.kind = Kind::Parameter;
            }
        }
    }
}

impl Parameter<'_> {
    /// Whether both are the same parameter, seen from two sides.
    fn is(&self, other: &Self) -> bool {
        self.home == other.home
            && match self.home {
                Home::Path(_) => true,
                Home::Header => self.name.eq_ignore_ascii_case(other.name),
                Home::Query | Home::Cookie => self.name == other.name,
            }
    }

    fn place(&self) -> String {
        let home = match self.home {
            Home::Path(_) => "path",
            Home::Query => "query",
            Home::Header => "header",
            Home::Cookie => "cookie",
        };
        format!("{home} {}", self.name)
    }
}

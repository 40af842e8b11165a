//! Faults that are to happen on the next calls.

use crate::{Error, Method};

/// What goes wrong with one call.
#[derive(Debug)]
pub(super) enum Fault {
    /// It fails before anything is acted on.
    Refused(Error),
    /// It is acted on, and the answer does not arrive.
    AnswerLost,
}

/// The faults to come, in the order they were ordered.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Method, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, method: Method, fault: Fault) {
        self.0.push((method, fault));
    }

    pub(super) fn take(&mut self, method: Method) -> Option<Fault> {
        let index = self.0.iter().position(|(of, _)| *of == method)?;
        Some(self.0.remove(index).1)
    }
}

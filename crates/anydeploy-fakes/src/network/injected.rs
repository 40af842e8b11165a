//! The record of what a network injected.

use super::fault::Fault;
use super::kind::RequestKind;
use super::plan::FaultPlan;
use super::sequence::{FaultSequence, NextFault};

/// One fault that was injected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Injected {
    /// What the request was for.
    pub kind: RequestKind,
    /// The number of the exchange among those of its kind under the plan of that time, from 1.
    pub number: u64,
    /// The method of the request.
    pub method: String,
    /// Its path, with the query.
    pub path: String,
    /// What went wrong.
    pub fault: Fault,
    /// How often the server got the request and answered it so far: never, once or twice.
    pub deliveries: u32,
}

/// What a network has decided and done so far.
pub(super) struct Ledger {
    pub(super) injected: Vec<Injected>,
    pub(super) exchanges: u64,
    sequence: FaultSequence,
}

impl Ledger {
    pub(super) fn new(plan: FaultPlan) -> Self {
        Self { injected: Vec::new(), exchanges: 0, sequence: FaultSequence::new(plan) }
    }

    pub(super) fn follow(&mut self, plan: FaultPlan) {
        self.sequence = FaultSequence::new(plan);
    }

    /// Counts an exchange and decides what goes wrong with it.
    pub(super) fn next_fault(&mut self, kind: RequestKind, path: &str) -> NextFault {
        self.exchanges += 1;
        self.sequence.next_fault(kind, path)
    }

    /// Puts a fault on record, and returns its place there.
    pub(super) fn record(&mut self, injected: Injected) -> usize {
        self.injected.push(injected);
        self.injected.len() - 1
    }

    /// Records that the server received one more delivery of the request that this fault hit.
    pub(super) fn delivered(&mut self, record: usize) {
        if let Some(injected) = self.injected.get_mut(record) {
            injected.deliveries += 1;
        }
    }
}

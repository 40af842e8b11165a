//! The table of all deployments, with the indexes that keep ten thousand of them quick.

use std::collections::{BTreeSet, HashMap};

use super::deployment::{Deployment, End};
use super::script::CoolifyScript;
use crate::clock::Clock;
use crate::sender::Sender;

/// Every deployment ever stored, oldest first.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) clock: Clock,
    rows: Vec<Deployment>,
    by_uuid: HashMap<String, usize>,
    by_application: HashMap<u64, Vec<usize>>,
    active: BTreeSet<usize>,
}

impl Ledger {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    pub(super) fn next_id(&self) -> u64 {
        self.rows.len() as u64 + 1
    }

    pub(super) fn push(&mut self, deployment: Deployment) -> usize {
        let row = self.rows.len();
        self.by_uuid.insert(deployment.uuid.clone(), row);
        self.by_application.entry(deployment.application_id).or_default().push(row);
        self.active.insert(row);
        self.rows.push(deployment);
        row
    }

    pub(super) fn find(&self, uuid: &str) -> Option<usize> {
        self.by_uuid.get(uuid).copied()
    }

    /// Lets a deployment never end by itself.
    pub(super) fn hang(&mut self, uuid: &str) {
        if let Some(row) = self.find(uuid) {
            self.rows[row].script = CoolifyScript::hangs();
        }
    }

    pub(super) fn row(&self, row: usize) -> &Deployment {
        &self.rows[row]
    }

    pub(super) fn all(&self) -> &[Deployment] {
        &self.rows
    }

    /// Queued and in progress, oldest first.
    pub(super) fn active(&self) -> impl Iterator<Item = (usize, &Deployment)> {
        self.active.iter().map(|row| (*row, &self.rows[*row]))
    }

    /// Of one application, newest first.
    pub(super) fn of(&self, application_id: u64) -> impl ExactSizeIterator<Item = &Deployment> {
        let rows = self.by_application.get(&application_id).map(Vec::as_slice).unwrap_or_default();
        rows.iter().rev().map(|row| &self.rows[*row])
    }

    pub(super) fn start(&mut self, row: usize, now: u64) -> &mut Deployment {
        let row = &mut self.rows[row];
        row.start(now, self.clock.now());
        row
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut Deployment {
        &mut self.rows[row]
    }

    /// Records that a request was merged into this row.
    pub(super) fn join(&mut self, row: usize, sender: Sender) -> &Deployment {
        let row = &mut self.rows[row];
        row.joined.push(sender);
        row
    }

    pub(super) fn end(&mut self, row: usize, now: u64, end: End) {
        self.active.remove(&row);
        self.rows[row].end(now, self.clock.now(), end);
    }
}

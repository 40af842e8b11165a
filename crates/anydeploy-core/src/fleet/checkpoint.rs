//! What is known of each member, in a place that outlives the process.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt, ready};
use serde::{Deserialize, Serialize};

use super::{FleetPlan, MemberStage};
use crate::json::VersionOne;
use crate::{Error, ErrorKind, Result};

/// A plan, and how far each of its members has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checkpoint {
    #[serde(default)]
    v: VersionOne,
    /// The plan.
    pub plan: FleetPlan,
    /// The members by their names; one that is missing is waiting.
    pub members: BTreeMap<String, MemberStage>,
}

impl Checkpoint {
    /// A plan of which nothing was begun.
    #[must_use]
    pub fn new(plan: FleetPlan) -> Self {
        Self { v: VersionOne, plan, members: BTreeMap::new() }
    }
}

/// Keeps the [`Checkpoint`] of one fleet.
///
/// A run calls [`load`](Self::load) once, then [`begin`](Self::begin) if there was none, and then
/// [`record`](Self::record) after each step of a member.
/// It does not send a trigger before the record of its intent has returned.
///
/// # For implementers
/// * What `record` has stored when it returns must be found by `load` in any process, also after the machine has lost its
///   power.
/// * Records of one member come one after another; those of several members may come at once.
/// * Only one run may use a checkpoint at a time, or members are deployed twice.
///   A store that several processes reach refuses the second one in `load`, with [`ErrorKind::Conflict`].
pub trait CheckpointStore: Debug + Send + Sync + 'static {
    /// Reads the checkpoint, if there is one.
    ///
    /// # Errors
    /// If it cannot be read, or another run uses it.
    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>>;

    /// Stores the plan of a fleet that begins.
    ///
    /// # Errors
    /// If it cannot be stored; nothing is deployed then.
    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>>;

    /// Stores how far a member has come.
    ///
    /// # Errors
    /// If it cannot be stored; the run ends then, and can be resumed.
    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>>;
}

impl<T: CheckpointStore + ?Sized> CheckpointStore for Arc<T> {
    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        (**self).load()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        (**self).begin(plan)
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        (**self).record(member, stage)
    }
}

/// A checkpoint in memory: for tests, and for fleets that need not outlive their process.
///
/// Clones are the same checkpoint.
/// It refuses no second run: start the next one when the one before has ended or was dropped.
#[derive(Clone, Debug, Default)]
pub struct MemoryCheckpoint(Arc<Mutex<Option<Checkpoint>>>);

impl MemoryCheckpoint {
    /// Nothing was begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What it holds.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.with(|checkpoint| checkpoint.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<Checkpoint>) -> T) -> T {
        // Nothing is left half done while the lock is held.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Checkpoint> for MemoryCheckpoint {
    fn from(checkpoint: Checkpoint) -> Self {
        Self(Arc::new(Mutex::new(Some(checkpoint))))
    }
}

impl CheckpointStore for MemoryCheckpoint {
    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        ready(Ok(self.checkpoint())).boxed()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        self.with(|checkpoint| *checkpoint = Some(Checkpoint::new(plan.clone())));
        ready(Ok(())).boxed()
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        let recorded = self.with(|checkpoint| match checkpoint {
            Some(checkpoint) => {
                checkpoint.members.insert(member.to_owned(), stage.clone());
                Ok(())
            }
            None => Err(Error::new(ErrorKind::InvalidInput, "a member was recorded before its fleet had begun")),
        });
        ready(recorded).boxed()
    }
}

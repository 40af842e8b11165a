//! What is known of each member, in a place that outlives the process.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt, ready};
use serde::{Deserialize, Serialize};

use super::{Directive, FleetPlan, Lease, MemberStage};
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
    /// The directive that came into force; in JSON it is `order`.
    #[serde(default, rename = "order", skip_serializing_if = "Directive::is_go")]
    pub directive: Directive,
    /// The members by their names; one that is missing is waiting.
    pub members: BTreeMap<String, MemberStage>,
}

impl Checkpoint {
    /// A plan of which nothing was begun.
    #[must_use]
    pub fn new(plan: FleetPlan) -> Self {
        Self { v: VersionOne, plan, directive: Directive::Go, members: BTreeMap::new() }
    }
}

/// Keeps the [`Checkpoint`] of one fleet.
///
/// A run takes the [`lease`](Self::lease) and holds it until it has ended or is dropped.
/// Under it the run calls [`load`](Self::load) once, then [`begin`](Self::begin) if there was none, then
/// [`record`](Self::record) after each step of a member, and [`record_directive`](Self::record_directive) when the fleet stops.
/// It does not send a trigger before the record of its intent has returned, nor a cancellation before that of its directive.
///
/// # For implementers
/// * What `record` and `record_directive` have stored when they return must be found by `load` in any process, also after the
///   machine has lost its power.
/// * Records of one member come one after another; those of several members may come at once.
/// * No method but `lease` has a second run to fear.
///   None has a default: a store that grants every lease, or keeps no directive, deploys what must not be deployed.
pub trait CheckpointStore: Debug + Send + Sync + 'static {
    /// Gives the checkpoint to one run alone, until the [`Lease`] is dropped.
    ///
    /// The lease must end with its process too, however that ends, or the fleet cannot be resumed: a lock of the operating
    /// system and an advisory lock of a database's session do.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another run has it; nothing is read or sent then.
    fn lease(&self) -> BoxFuture<'_, Result<Lease>>;

    /// Reads the checkpoint, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
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

    /// Stores the directive that comes into force, in place of the one before.
    ///
    /// # Errors
    /// As of [`record`](Self::record).
    fn record_directive(&self, directive: Directive) -> BoxFuture<'_, Result<()>>;
}

impl<T: CheckpointStore + ?Sized> CheckpointStore for Arc<T> {
    fn lease(&self) -> BoxFuture<'_, Result<Lease>> {
        (**self).lease()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        (**self).load()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        (**self).begin(plan)
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        (**self).record(member, stage)
    }

    fn record_directive(&self, directive: Directive) -> BoxFuture<'_, Result<()>> {
        (**self).record_directive(directive)
    }
}

/// A checkpoint in memory: for tests, and for fleets that need not outlive their process.
///
/// Clones are the same checkpoint, which one run at a time uses.
#[derive(Clone, Debug, Default)]
pub struct MemoryCheckpoint {
    checkpoint: Arc<Mutex<Option<Checkpoint>>>,
    /// Locked while a run uses it.
    leased: Arc<tokio::sync::Mutex<()>>,
}

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
        act(&mut self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what was begun.
    fn change(&self, act: impl FnOnce(&mut Checkpoint)) -> BoxFuture<'_, Result<()>> {
        let before = || Error::new(ErrorKind::InvalidInput, "a step was recorded before its fleet had begun");
        ready(self.with(|checkpoint| checkpoint.as_mut().map(act).ok_or_else(before))).boxed()
    }
}

impl From<Checkpoint> for MemoryCheckpoint {
    fn from(checkpoint: Checkpoint) -> Self {
        Self { checkpoint: Arc::new(Mutex::new(Some(checkpoint))), leased: Arc::default() }
    }
}

impl CheckpointStore for MemoryCheckpoint {
    fn lease(&self) -> BoxFuture<'_, Result<Lease>> {
        let lease = Arc::clone(&self.leased).try_lock_owned();
        ready(lease.map(Lease::new).map_err(|_| Lease::refused("in memory"))).boxed()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        ready(Ok(self.checkpoint())).boxed()
    }

    fn begin<'a>(&'a self, plan: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        self.with(|checkpoint| *checkpoint = Some(Checkpoint::new(plan.clone())));
        ready(Ok(())).boxed()
    }

    fn record<'a>(&'a self, member: &'a str, stage: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        self.change(|checkpoint| drop(checkpoint.members.insert(member.to_owned(), stage.clone())))
    }

    fn record_directive(&self, directive: Directive) -> BoxFuture<'_, Result<()>> {
        self.change(|checkpoint| checkpoint.directive = directive)
    }
}

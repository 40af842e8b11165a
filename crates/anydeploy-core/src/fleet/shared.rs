//! What the parts of one run share: where each member stands, and the directive that is in force.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, watch};

use super::{
    CheckpointStore, Directive, FleetEvent, FleetPlan, FleetReport, MemberResult, MemberStage, NotBegun, Standing,
};
use crate::{Deployer, Result};

/// The deployers of a fleet by the names of their profiles.
pub(super) type Deployers = BTreeMap<String, Arc<dyn Deployer>>;

/// What the parts of one run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) plan: Arc<FleetPlan>,
    pub(super) deployers: Deployers,
    pub(super) store: Arc<dyn CheckpointStore>,
    places: Mutex<Places>,
    /// The directive that was given: no member begins against it.
    pub(super) directive: watch::Sender<Directive>,
    /// The directive that is in the checkpoint too, so that a run that resumes this one knows it.
    pub(super) in_force: watch::Sender<Directive>,
    /// How many waves the caller has let go.
    pub(super) let_go: watch::Sender<usize>,
    /// Wakes the run when something changed that it has to decide on.
    pub(super) changed: Notify,
    events: UnboundedSender<FleetEvent>,
}

/// Where the members stand, by their places in the plan.
#[derive(Debug)]
struct Places {
    stages: Vec<MemberStage>,
    /// What the stages say, and which of the waiting members have begun.
    standings: Vec<Standing>,
}

impl Shared {
    pub(super) fn new(
        plan: Arc<FleetPlan>,
        deployers: Deployers,
        store: Arc<dyn CheckpointStore>,
        events: UnboundedSender<FleetEvent>,
    ) -> Self {
        let members = plan.members.len();
        let places =
            Places { stages: vec![MemberStage::Waiting; members], standings: vec![Standing::Waiting; members] };
        Self {
            plan,
            deployers,
            store,
            places: Mutex::new(places),
            directive: watch::Sender::new(Directive::Go),
            in_force: watch::Sender::new(Directive::Go),
            let_go: watch::Sender::new(1),
            changed: Notify::new(),
            events,
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // A stage and its standing are set together.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn emit(&self, event: FleetEvent) {
        // A run that nobody reads any more is dropped with its events.
        let _ = self.events.send(event);
    }

    pub(super) fn stage(&self, index: usize) -> MemberStage {
        self.places().stages[index].clone()
    }

    pub(super) fn standings(&self) -> Vec<Standing> {
        self.places().standings.clone()
    }

    /// Takes over what a checkpoint says of a member.
    pub(super) fn restore(&self, index: usize, stage: MemberStage) {
        let mut places = self.places();
        places.standings[index] = stage.standing();
        places.stages[index] = stage;
    }

    /// Counts a member as begun.
    pub(super) fn begins(&self, index: usize) {
        self.places().standings[index] = Standing::Deploying;
    }

    /// Lets a member that has begun wait again, as its trigger was provably not acted on.
    ///
    /// The checkpoint keeps its intent, from which the same is found out after a crash.
    pub(super) fn not_triggered(&self, index: usize) {
        self.places().stages[index] = MemberStage::Waiting;
    }

    /// Stores how far a member has come, and then counts it.
    pub(super) async fn record(&self, index: usize, stage: MemberStage) -> Result<()> {
        let member = &self.plan.members[index].name;
        self.store.record(member, &stage).await?;
        let done = match &stage {
            MemberStage::Done { result } => Some(FleetEvent::Done { member: member.clone(), result: result.clone() }),
            _ => None,
        };
        self.restore(index, stage);
        if let Some(done) = done {
            self.emit(done);
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Stores that a member is not begun.
    pub(super) async fn not_begun(&self, index: usize, why: NotBegun) -> Result<()> {
        self.record(index, MemberStage::Done { result: MemberResult::NotBegun(why) }).await
    }

    /// Stores the directive that was given, and then acts on it, unless it is in force already.
    pub(super) async fn put_in_force(&self) -> Result<()> {
        let directive = *self.directive.borrow();
        if directive.strength() <= self.in_force.borrow().strength() {
            return Ok(());
        }
        self.store.record_directive(directive).await?;
        self.in_force.send_replace(directive);
        if let Some(why) = directive.why() {
            self.emit(FleetEvent::Stopped { why, cancels: matches!(directive, Directive::Cancel(_)) });
        }
        Ok(())
    }

    /// Gives a directive, unless a stronger one was given.
    pub(super) fn obey(&self, directive: Directive) {
        self.directive.send_if_modified(|current| {
            let is_stronger = directive.strength() > current.strength();
            if is_stronger {
                *current = directive;
            }
            is_stronger
        });
        self.changed.notify_one();
    }

    /// How all members stand.
    pub(super) fn report(&self) -> FleetReport {
        let places = self.places();
        let of_standing = |standing: &Standing| match standing {
            Standing::NotBegun(why) => Some(*why),
            _ => None,
        };
        // A fleet that an earlier run stopped is over before a directive is in force.
        let stopped = self.directive.borrow().why().or_else(|| places.standings.iter().find_map(of_standing));
        FleetReport::of(&self.plan, places.stages.iter().cloned(), stopped)
    }
}

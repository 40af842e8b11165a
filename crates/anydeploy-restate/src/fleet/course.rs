//! The course of one run: it does what was decided, and decides again when a member has come further.
//!
//! Whatever steers it comes from the journal, in the order in which the engine stored it: the plan, and the answers of
//! calls, promises and timers.

use anydeploy_core::fleet::{
    Decision, Directive, FleetPlan, FleetReport, MemberResult, MemberStage, NotBegun, Until, WaveRange, decide,
};
use anydeploy_core::{DeploymentId, Error, ErrorKind};
use restate_sdk::context::DurableFuture;
use restate_sdk::prelude::*;

use super::member::{Call, Step, lost, not_sent, over, send, settle, watch, watch_client, watch_order};
use super::{CANCEL, PROGRESS, STOP};
use crate::verdict::terminal;
use crate::{FleetProgress, MemberProgress, MemberState};

/// Into how many parts the members are divided, each of which stores the progress when it is done: an entry of the journal.
const PARTS: usize = 20;

/// The promise that a wave waits for, where the plan has a gate.
pub(super) fn gate(wave: usize) -> String {
    format!("go-{wave}")
}

/// Something that the course waits for.
enum Turn {
    /// A step of a member was answered.
    Member(usize, Box<Step>),
    /// The pause before a wave is over.
    Paused(usize),
    /// A wave may begin.
    Open(usize),
    /// A directive came from outside.
    Obey(Directive),
}

/// One run of a fleet.
pub(super) struct Course<'ctx> {
    ctx: &'ctx WorkflowContext<'ctx>,
    plan: &'ctx FleetPlan,
    waves: Vec<WaveRange>,
    gates: &'ctx [String],
    members: Vec<MemberState>,
    /// How each member ended that is done.
    results: Vec<Option<MemberResult>>,
    turns: DurableFuturesUnordered<Call<'ctx, Turn>>,
    in_force: Directive,
    /// How many waves may begin.
    open: usize,
    /// A pause or a gate is waited for.
    opens: bool,
    /// The wave that waits at its gate.
    waits_at: Option<usize>,
    /// How many members were done when the progress was stored last.
    stored_at: usize,
}

impl<'ctx> Course<'ctx> {
    pub(super) fn new(ctx: &'ctx WorkflowContext<'ctx>, plan: &'ctx FleetPlan, gates: &'ctx [String]) -> Self {
        Self {
            ctx,
            plan,
            waves: plan.wave_ranges(),
            gates,
            members: vec![MemberState::Waiting; plan.members.len()],
            results: vec![None; plan.members.len()],
            turns: DurableFuturesUnordered::new(),
            in_force: Directive::Go,
            open: 1,
            opens: false,
            waits_at: None,
            stored_at: 0,
        }
    }

    pub(super) async fn run(mut self) -> Result<FleetReport, TerminalError> {
        let (stop, cancel) = (self.ctx.promise::<()>(STOP), self.ctx.promise::<()>(CANCEL));
        self.turns.push(Box::pin(stop.map_ok(|()| Turn::Obey(Directive::Stop(NotBegun::Stopped)))));
        self.turns.push(Box::pin(cancel.map_ok(|()| Turn::Obey(Directive::Cancel(NotBegun::Cancelled)))));
        self.store_progress();
        loop {
            let standings: Vec<_> = self.members.iter().map(MemberState::standing).collect();
            match decide(self.plan, &self.waves, &standings, self.open, self.in_force) {
                Decision::End => break,
                Decision::Begin(members) => members.into_iter().for_each(|index| self.begin(index)),
                Decision::Obey(directive) => self.obey(directive),
                Decision::BeforeWave(wave) if !self.opens => self.before(wave),
                Decision::BeforeWave(_) | Decision::Wait => self.take_turn().await?,
                _ => {
                    let message = "this worker does not know what the fleet does next";
                    return Err(terminal(&Error::new(ErrorKind::Unsupported, message)));
                }
            }
        }
        self.store_progress();
        // At the end every member is done.
        let stage =
            |result: Option<MemberResult>| result.map(|result| MemberStage::Done { result }).unwrap_or_default();
        let stages = self.results.into_iter().map(stage);
        Ok(FleetReport::of(self.plan, stages, self.in_force.why()))
    }

    /// Waits for the next answer; there is always one to wait for, as both orders from outside are.
    async fn take_turn(&mut self) -> Result<(), TerminalError> {
        let Some((_, turn)) = self.turns.next().await? else { return Ok(()) };
        match turn? {
            Turn::Member(index, step) => self.goes_on(index, *step).await?,
            Turn::Paused(wave) if self.in_force == Directive::Go => self.at_gate(wave),
            // No wave begins any more.
            Turn::Paused(_) => {}
            Turn::Open(wave) => self.opened(wave),
            Turn::Obey(directive) => self.obey(directive),
        }
        if self.done() >= self.stored_at + self.members.len().div_ceil(PARTS) {
            self.store_progress();
        }
        Ok(())
    }

    fn done(&self) -> usize {
        self.members.iter().filter(|member| member.is_done()).count()
    }

    fn store_progress(&mut self) {
        let members = self.plan.members.iter().zip(&self.members);
        let members = members.map(|(member, state)| MemberProgress { name: member.name.clone(), state: state.clone() });
        let progress =
            FleetProgress { members: members.collect(), waits_at: self.waits_at, stopped: self.in_force.why() };
        self.ctx.set(PROGRESS, Json(progress));
        self.stored_at = self.done();
    }

    fn push(&mut self, index: usize, call: Call<'ctx, Step>) {
        self.turns.push(Box::pin(call.map_ok(move |step| Turn::Member(index, Box::new(step)))));
    }

    fn begin(&mut self, index: usize) {
        self.members[index] = MemberState::Ordered;
        self.push(index, send(self.ctx, &self.plan.members[index]));
    }

    fn finish(&mut self, index: usize, result: MemberResult) {
        self.members[index] = MemberState::from(&result);
        self.results[index] = Some(result);
    }

    /// Takes the answer to a step of a member.
    async fn goes_on(&mut self, index: usize, step: Step) -> Result<(), TerminalError> {
        let (plan, member) = (self.plan, &self.plan.members[index]);
        match step {
            Step::Sent(Ok(receipt)) => {
                let id = receipt.id.clone();
                let outcome = watch(self.ctx, plan, member, receipt).await?;
                self.push(index, outcome);
                if matches!(self.in_force, Directive::Cancel(_)) {
                    self.cancel(index, id.clone());
                }
                self.members[index] = MemberState::Deploying { id };
            }
            Step::Sent(Err(error)) => self.finish(index, not_sent(error)),
            Step::Over { id, before, ended: Ok(outcome) } => {
                let id = outcome.deployment().map_or(id, |deployment| deployment.id.clone());
                if outcome.is_success() && member.until == Until::Healthy {
                    self.push(index, settle(self.ctx, plan, member, before, id.clone(), outcome));
                    self.members[index] = MemberState::Settling { id };
                } else {
                    self.finish(index, over(id, *outcome, None));
                }
            }
            Step::Settled { id, outcome, ended: Ok(verdict) } => self.finish(index, over(id, *outcome, Some(verdict))),
            Step::Over { id, ended: Err(error), .. } | Step::Settled { id, ended: Err(error), .. } => {
                self.finish(index, lost(id, error));
            }
        }
        Ok(())
    }

    /// The pause before a wave, and then its gate.
    fn before(&mut self, wave: usize) {
        self.opens = true;
        if self.plan.pause.is_zero() {
            return self.at_gate(wave);
        }
        let pause = self.ctx.sleep(self.plan.pause);
        self.turns.push(Box::pin(pause.map_ok(move |()| Turn::Paused(wave))));
    }

    fn at_gate(&mut self, wave: usize) {
        if !self.plan.gate {
            return self.opened(wave);
        }
        self.waits_at = Some(wave);
        self.store_progress();
        let go = self.ctx.promise::<()>(&self.gates[wave]);
        self.turns.push(Box::pin(go.map_ok(move |()| Turn::Open(wave))));
    }

    fn opened(&mut self, wave: usize) {
        (self.open, self.opens, self.waits_at) = (wave + 1, false, None);
    }

    /// Puts a directive in force, unless a stronger one is: no member that waits is begun, and those under way are cancelled
    /// if it says so.
    fn obey(&mut self, directive: Directive) {
        let is_stronger =
            matches!((self.in_force, directive), (Directive::Go, _) | (Directive::Stop(_), Directive::Cancel(_)));
        if is_stronger {
            self.in_force = directive;
        }
        let Some(why) = self.in_force.why() else { return };
        for index in 0..self.members.len() {
            if matches!(self.members[index], MemberState::Waiting) {
                self.finish(index, MemberResult::NotBegun(why));
            }
        }
        self.waits_at = None;
        if is_stronger && matches!(directive, Directive::Cancel(_)) {
            let watched = self.members.iter().enumerate().filter_map(|(index, member)| match member {
                MemberState::Deploying { id } => Some((index, id.clone())),
                _ => None,
            });
            for (index, id) in watched.collect::<Vec<_>>() {
                self.cancel(index, id);
            }
        }
        self.store_progress();
    }

    /// Has the platform asked to stop a deployment; whether it does is seen by the watch.
    fn cancel(&self, index: usize, id: DeploymentId) {
        let member = &self.plan.members[index];
        let order = watch_order(self.plan, member, id);
        // Nobody waits for the answer: a platform that cannot cancel lets the deployment go on, which is watched to its end.
        watch_client(self.ctx, member, &order).cancel(Json(order)).send();
    }
}

//! The loop of a run: it does what was decided, and decides again when a member has come further.

use std::collections::HashMap;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use tokio::time::sleep;

use super::shared::Shared;
use super::step::advance;
use super::{Decision, Directive, FleetEvent, FleetReport, Standing, decide};
use crate::{Error, ErrorKind, Result};

/// Something that the loop waits for.
enum Turn {
    /// A member is done.
    Member,
    /// A wave may begin.
    Open(usize),
    /// Something changed that is to be decided on.
    Changed,
}

type Turns = FuturesUnordered<BoxFuture<'static, Result<Turn>>>;

/// Runs the plan until every member is done.
pub(super) async fn drive(shared: Arc<Shared>) -> Result<FleetReport> {
    // It is given back when this future ends or is dropped.
    let _lease = shared.store.lease().await?;
    let mut turns = Turns::new();
    for index in resume(&shared).await? {
        turns.push(member(Arc::clone(&shared), index, true));
    }
    turns.push(changed(Arc::clone(&shared)));
    let waves = shared.plan.wave_ranges();
    let (mut open, mut opens, mut announced) = (1, false, 0);
    loop {
        let directive = *shared.directive.borrow();
        let decision = match decide(&shared.plan, &waves, &shared.standings(), open, directive) {
            // A directive comes into force also if no member waits.
            Decision::Wait if directive.strength() > shared.in_force.borrow().strength() => Decision::Obey(directive),
            decision => decision,
        };
        match decision {
            Decision::End => return Ok(shared.report()),
            Decision::Begin(members) => {
                let wave = waves.iter().position(|wave| members.first().is_some_and(|first| wave.contains(first)));
                if let Some(wave) = wave.filter(|wave| *wave >= announced) {
                    announced = wave + 1;
                    shared.emit(FleetEvent::WaveBegan { wave, members: waves[wave].len() });
                }
                for index in members {
                    shared.begins(index);
                    turns.push(member(Arc::clone(&shared), index, false));
                }
                continue;
            }
            Decision::Obey(directive) => {
                obey(&shared, directive).await?;
                continue;
            }
            Decision::BeforeWave(wave) if !opens => {
                opens = true;
                turns.push(before_wave(Arc::clone(&shared), wave));
            }
            Decision::BeforeWave(_) | Decision::Wait => {}
        }
        match turns.next().await.transpose()? {
            Some(Turn::Open(wave)) => (open, opens) = (wave + 1, false),
            Some(Turn::Changed) => turns.push(changed(Arc::clone(&shared))),
            Some(Turn::Member) | None => {}
        }
    }
}

fn member(shared: Arc<Shared>, index: usize, resumed: bool) -> BoxFuture<'static, Result<Turn>> {
    async move { advance(&shared, index, resumed).await.map(|()| Turn::Member) }.boxed()
}

fn changed(shared: Arc<Shared>) -> BoxFuture<'static, Result<Turn>> {
    async move {
        shared.changed.notified().await;
        Ok(Turn::Changed)
    }
    .boxed()
}

/// The pause and the gate before a wave.
fn before_wave(shared: Arc<Shared>, wave: usize) -> BoxFuture<'static, Result<Turn>> {
    async move {
        if !shared.plan.pause.is_zero() {
            sleep(shared.plan.pause).await;
        }
        if shared.plan.gate {
            let mut let_go = shared.let_go.subscribe();
            if *let_go.borrow() <= wave {
                shared.emit(FleetEvent::WaveWaits { wave });
            }
            // The sender lives as long as this future.
            let _ = let_go.wait_for(|waves| *waves > wave).await;
        }
        Ok(Turn::Open(wave))
    }
    .boxed()
}

/// Puts a directive in force, and begins none of the members that wait.
async fn obey(shared: &Shared, directive: Directive) -> Result<()> {
    shared.obey(directive);
    shared.put_in_force().await?;
    let Some(why) = shared.in_force.borrow().why() else { return Ok(()) };
    for (index, standing) in shared.standings().into_iter().enumerate() {
        if standing == Standing::Waiting {
            shared.not_begun(index, why).await?;
        }
    }
    Ok(())
}

/// Takes over what the checkpoint says; returns the members that were under way.
async fn resume(shared: &Shared) -> Result<Vec<usize>> {
    let Some(checkpoint) = shared.store.load().await? else {
        shared.store.begin(&shared.plan).await?;
        return Ok(Vec::new());
    };
    let differences = checkpoint.plan.differences(&shared.plan).join("; ");
    if !differences.is_empty() {
        let message = format!("the plan is not the one that was begun: {differences}");
        let advice = "go on with the plan that was begun, or begin this one with another checkpoint";
        return Err(Error::new(ErrorKind::InvalidInput, message).with_advice(advice));
    }
    shared.obey(checkpoint.directive);
    let names: HashMap<_, _> =
        shared.plan.members.iter().enumerate().map(|(index, member)| (member.name.as_str(), index)).collect();
    for (name, stage) in checkpoint.members {
        let Some(index) = names.get(name.as_str()) else {
            let message = format!("the checkpoint holds the member `{name}`, which its own plan does not have");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        };
        shared.restore(*index, stage);
    }
    let standings = shared.standings();
    let under_way: Vec<_> = (0..standings.len()).filter(|index| standings[*index].is_under_way()).collect();
    let done = standings.iter().filter(|standing| **standing != Standing::Waiting).count() - under_way.len();
    shared.emit(FleetEvent::Resumed { done, under_way: under_way.len() });
    Ok(under_way)
}

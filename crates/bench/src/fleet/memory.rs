//! The memory of a member: the most bytes that are alive in a run whose members are all under way.

use std::io;
use std::time::Duration;

use anydeploy::fleet::{
    Checkpoint, CheckpointStore, Concurrency, Directive, Fleet, FleetPlan, Lease, Member, MemberStage, Waves,
};
use anydeploy::{DeployRequest, Result, Target};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt, ready};
use tokio::time::timeout;

use crate::watch::GoingOn;

/// For how long the members are watched.
const WATCHED_FOR: Duration = Duration::from_mins(5);

/// The bytes of each member beyond the first.
///
/// They are counted in one thread; the checkpoint is the caller's, and keeps nothing here.
pub(super) fn bytes_of_a_member(members: usize) -> io::Result<f64> {
    let (one, all) = (most_bytes(1)?, most_bytes(members)?);
    Ok(all.saturating_sub(one) as f64 / (members as f64 - 1.0).max(1.0))
}

fn most_bytes(members: usize) -> io::Result<u64> {
    let mut done = Ok(());
    let allocated = allocation_counter::measure(|| done = run_a_while(members));
    done.map(|()| allocated.bytes_max)
}

fn run_a_while(members: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let member = |number: usize| {
            let target = Target::application(format!("application-{number:08}"));
            Member::new(format!("service-{number:08}"), "going-on", DeployRequest::new(target))
        };
        let plan = FleetPlan::new((0..members).map(member))
            .with_waves(Waves::Together)
            .with_concurrency(Concurrency::total(members));
        let run = Fleet::new(plan).with_deployer("going-on", GoingOn).run(Forgetful);
        // The deployments go on for ever, so that the time ends the run.
        let ended = timeout(WATCHED_FOR, run.for_each(|_| ready(()))).await;
        if ended.is_ok() { Err(io::Error::other("the fleet ended")) } else { Ok(()) }
    })
}

/// A checkpoint that keeps nothing.
#[derive(Debug)]
struct Forgetful;

impl CheckpointStore for Forgetful {
    fn lease(&self) -> BoxFuture<'_, Result<Lease>> {
        ready(Ok(Lease::new(()))).boxed()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<Checkpoint>>> {
        ready(Ok(None)).boxed()
    }

    fn begin<'a>(&'a self, _: &'a FleetPlan) -> BoxFuture<'a, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn record<'a>(&'a self, _: &'a str, _: &'a MemberStage) -> BoxFuture<'a, Result<()>> {
        ready(Ok(())).boxed()
    }

    fn record_directive(&self, _: Directive) -> BoxFuture<'_, Result<()>> {
        ready(Ok(())).boxed()
    }
}

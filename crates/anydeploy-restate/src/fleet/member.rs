//! The steps of one member, as calls whose answers the engine stores.

use std::pin::Pin;

use anydeploy_core::fleet::{FleetPlan, Member, MemberResult, Triggered, Until};
use anydeploy_core::{DeploymentId, Error, ErrorKind, HealthReading, Outcome, Rollout, Verdict};
use restate_sdk::context::DurableFuture;
use restate_sdk::prelude::*;

use crate::health::HealthClient;
use crate::target::TargetClient;
use crate::verdict::from_text;
use crate::watch::WatchClient;
use crate::{HealthOrder, Order, Receipt, WatchOrder};

/// What the answer to a step says.
#[derive(Debug)]
pub(super) enum Step {
    /// The trigger was answered.
    Sent(Result<Receipt, Error>),
    /// The watch of the deployment has ended.
    Over { id: DeploymentId, before: Option<Box<HealthReading>>, ended: Result<Box<Outcome>, Error> },
    /// The wait for health has ended.
    Settled { id: DeploymentId, outcome: Box<Outcome>, ended: Result<Verdict, Error> },
}

/// An answer that is waited for.
pub(super) type Call<'ctx, T> = Pin<Box<dyn DurableFuture<Output = Result<T, TerminalError>> + Send + 'ctx>>;

/// The value of a call, or the error that ended it.
fn ended<T>(answer: Result<Json<T>, TerminalError>) -> Result<T, Error> {
    answer.map(Json::into_inner).map_err(|error| from_text(error.message()))
}

/// The name of a member in its run, which no other member of any run has, and no key of a caller's that is not made so.
fn key_of(run: &str, member: &Member) -> String {
    // Names hold any character; in JSON each of them has an end of its own.
    format!("fleet:{}", serde_json::json!([run, member.name]))
}

/// Orders the trigger of a member, once in a run.
pub(super) fn send<'ctx>(ctx: &'ctx WorkflowContext<'ctx>, member: &Member) -> Call<'ctx, Step> {
    let mut order = Order::new(&member.profile, member.request.clone());
    if member.until == Until::Healthy {
        order = order.with_health();
    }
    let target = ctx.object_client::<TargetClient>(order.key());
    // The journal makes the call once; the key does so for a run that is begun anew under its name.
    let call = target.deploy(Json(order)).idempotency_key(key_of(ctx.key(), member)).call();
    Box::pin(call.map(|answer| Ok(Step::Sent(ended(answer)))))
}

/// What a deployment of a member is watched by.
pub(super) fn watch_order(plan: &FleetPlan, member: &Member, id: DeploymentId) -> WatchOrder {
    WatchOrder::new(&member.profile, id, plan.watch.clone())
}

/// The watch of a member's deployment, under a key of its own.
///
/// A server may merge the deployments of two runs, whose deadlines differ: the watch of one does not end the other's.
pub(super) fn watch_client<'ctx>(
    ctx: &'ctx WorkflowContext<'ctx>,
    member: &Member,
    order: &WatchOrder,
) -> WatchClient<'ctx> {
    ctx.workflow_client(format!("{}#{}", order.key(), key_of(ctx.key(), member)))
}

/// Begins the watch of a deployment, and waits until it is over.
pub(super) async fn watch<'ctx>(
    ctx: &'ctx WorkflowContext<'ctx>,
    plan: &FleetPlan,
    member: &Member,
    Receipt { id, before, .. }: Receipt,
) -> Result<Call<'ctx, Step>, TerminalError> {
    let order = watch_order(plan, member, id.clone());
    // A call would be refused where a run that was begun anew has watched already; an attached one gets the same outcome.
    let watch = watch_client(ctx, member, &order).run(Json(order)).send().await?;
    let outcome = watch.attach::<Json<Outcome>>();
    Ok(Box::pin(outcome.map(|answer| Ok(Step::Over { id, before, ended: ended(answer).map(Box::new) }))))
}

/// Waits until it is decided whether the target of a deployment that succeeded is healthy.
pub(super) fn settle<'ctx>(
    ctx: &'ctx WorkflowContext<'ctx>,
    plan: &FleetPlan,
    member: &Member,
    before: Option<Box<HealthReading>>,
    id: DeploymentId,
    outcome: Box<Outcome>,
) -> Call<'ctx, Step> {
    let mut healthy = plan.healthy.clone();
    healthy.before = before.map(|before| *before);
    let order = HealthOrder::new(&member.profile, member.request.target().clone(), healthy, plan.watch.clone());
    let call = ctx.service_client::<HealthClient>().wait(Json(order)).call();
    Box::pin(call.map(|answer| Ok(Step::Settled { id, outcome, ended: ended(answer) })))
}

/// How a member ended whose trigger failed.
///
/// The target says that a trigger is undecidable by that kind alone, and so does the engine where it ended the call.
pub(super) fn not_sent(error: Error) -> MemberResult {
    let triggered = if error.kind() == ErrorKind::Undecidable { Triggered::Unknown } else { Triggered::No };
    MemberResult::Failed { triggered, error }
}

/// How a member ended whose deployment is over.
pub(super) fn over(id: DeploymentId, outcome: Outcome, verdict: Option<Verdict>) -> MemberResult {
    MemberResult::Ended { id, rollout: Box::new(Rollout::new(outcome, verdict)) }
}

/// How a member ended of whose deployment the end, or the health, is not known.
pub(super) fn lost(id: DeploymentId, error: Error) -> MemberResult {
    MemberResult::Failed { triggered: Triggered::Yes(id), error: error.with_safe_to_repeat(false) }
}

#[cfg(test)]
mod tests {
    use anydeploy_core::{DeployRequest, Target};

    use super::*;

    #[test]
    fn no_two_members_of_any_runs_have_one_key() {
        let key = |run: &str, name: &str| {
            key_of(run, &Member::new(name, "production", DeployRequest::new(Target::application("web"))))
        };
        assert_eq!(key("release-1", "web"), r#"fleet:["release-1","web"]"#);
        assert_ne!(key("a", "b/c"), key("a/b", "c"));
        assert_ne!(key("a", r#"b","c"#), key(r#"a","b"#, "c"));
    }
}

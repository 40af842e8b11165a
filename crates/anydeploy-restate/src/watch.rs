//! The workflow that watches one deployment until it is over, on whichever machine.

// What the macro makes has no documentation of its own and no `Debug`.
#![allow(missing_docs, missing_debug_implementations)]

use std::sync::Arc;
use std::time::SystemTime;

use anydeploy_core::{Deployer, DeployerExt, Deployment, Outcome};
use restate_sdk::prelude::*;

use crate::polls::{self, Seen};
use crate::verdict::{of_cancel, of_read, terminal};
use crate::{Deployers, WatchOrder};

/// The name of the workflow's state: the order with the newest id.
const ORDER: &str = "order";

/// The workflow that watches one deployment; its key is the id of the deployment, so that those who ask share one watch.
///
/// A workflow runs once under its key, and an error is an end as well.
/// So [`Client::watch`](crate::Client::watch) goes on under `id#2`, `id#3` and so forth after errors, and each member of a
/// fleet is watched under a key of its own, which the deadline of nobody else ends.
///
/// It is no part of [`Target`](crate::Target): the key of an object is held for as long as its handler runs, and nothing
/// else could be triggered or settled there meanwhile.
#[derive(Clone, Debug)]
pub struct Watch {
    deployers: Deployers,
}

impl Watch {
    /// The workflow, with the deployers of this worker.
    #[must_use]
    pub fn new(deployers: Deployers) -> Self {
        Self { deployers }
    }
}

#[restate_sdk::workflow(
    name = "Watch",
    inactivity_timeout = "10m",
    abort_timeout = "1m",
    journal_retention = "7 days",
    workflow_completion_retention = "30 days",
    invocation_retry_policy(
        initial_interval = "100ms",
        factor = 2.0,
        max_interval = "30s",
        max_attempts = 70,
        on_max_attempts = "pause"
    )
)]
impl Watch {
    /// Watches the deployment until it is over or its deadline passes.
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, order: Json<WatchOrder>) -> HandlerResult<Json<Outcome>> {
        let Json(mut order) = order;
        let deployer = self.deployers.require(&order.profile)?;
        let options = order.options;
        let begin = ctx.run(|| async move { Ok(Json(polls::begin(options, SystemTime::now()))) });
        Json(order.options) = begin.name("begin").await?;
        ctx.set(ORDER, Json(order.clone()));
        loop {
            let (deployer, polled) = (Arc::clone(&deployer), order.clone());
            let poll = ctx.run(|| async move { Ok(Json(polls::poll(deployer, polled).await)) });
            match poll.name("poll").await?.into_inner() {
                Seen::Over(ended) => return Ok(ended.map(Json).map_err(|error| terminal(&error))?),
                Seen::Open(newest) => {
                    let is_newer = newest != order.id;
                    order = polls::go_on(order, newest);
                    if is_newer {
                        ctx.set(ORDER, Json(order.clone()));
                    }
                }
            }
        }
    }

    /// Reads the deployment now; `None` before the watch has begun.
    #[handler]
    async fn status(&self, ctx: SharedWorkflowContext<'_>) -> HandlerResult<Json<Option<Deployment>>> {
        let Some(Json(order)) = ctx.get::<Json<WatchOrder>>(ORDER).await? else {
            return Ok(Json(None));
        };
        let deployer = self.deployers.require(&order.profile)?;
        let read = ctx.run(|| async move {
            let read = deployer.deployment(&order.id).await;
            read.map(Json).map_err(|error| of_read(&error))
        });
        let Json(deployment) = read.name("read").retry_policy(RunRetryPolicy::default()).await?;
        Ok(Json(Some(deployment)))
    }

    /// Asks the platform to stop the deployment; whether it does is seen by the watch.
    #[handler]
    async fn cancel(&self, ctx: SharedWorkflowContext<'_>, order: Json<WatchOrder>) -> HandlerResult<()> {
        // The watch may know a newer id.
        let Json(order) = ctx.get::<Json<WatchOrder>>(ORDER).await?.unwrap_or(order);
        let deployer = self.deployers.require(&order.profile)?;
        let ask = ctx.run(|| async move {
            let asked = deployer.cancel_deployment(&order.id).await;
            asked.map(drop).map_err(|error| of_cancel(&error))
        });
        Ok(ask.name("cancel").retry_policy(RunRetryPolicy::default()).await?)
    }
}

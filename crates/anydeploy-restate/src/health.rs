//! The service that waits until it is decided whether what was deployed works.

// What the macro makes has no documentation of its own and no `Debug`.
#![allow(missing_docs, missing_debug_implementations)]

use std::sync::Arc;
use std::time::SystemTime;

use anydeploy_core::{HealthWait, Verdict};
use restate_sdk::prelude::*;

use crate::polls::{self, Read};
use crate::verdict::terminal;
use crate::{Deployers, HealthOrder};

/// The service that waits for the health of a target after its deployment.
#[derive(Clone, Debug)]
pub struct Health {
    deployers: Deployers,
}

impl Health {
    /// The service, with the deployers of this worker.
    #[must_use]
    pub fn new(deployers: Deployers) -> Self {
        Self { deployers }
    }
}

#[restate_sdk::service(
    name = "Health",
    inactivity_timeout = "10m",
    abort_timeout = "1m",
    journal_retention = "7 days",
    idempotency_retention = "7 days",
    invocation_retry_policy(
        initial_interval = "100ms",
        factor = 2.0,
        max_interval = "30s",
        max_attempts = 70,
        on_max_attempts = "pause"
    )
)]
impl Health {
    /// Reads the health of the target until there is a verdict or the deadline passes.
    #[handler]
    async fn wait(&self, ctx: Context<'_>, order: Json<HealthOrder>) -> HandlerResult<Json<Verdict>> {
        let Json(mut order) = order;
        let deployer = self.deployers.require(&order.profile)?;
        let options = order.options;
        let begin = ctx.run(|| async move { Ok(Json(polls::begin(options, SystemTime::now()))) });
        Json(order.options) = begin.name("begin").await?;
        let mut wait = HealthWait::new(order.healthy.clone());
        loop {
            let (deployer, order, so_far) = (Arc::clone(&deployer), order.clone(), wait);
            let read = ctx.run(|| async move { Ok(Json(polls::read_health(deployer, order, so_far).await)) });
            match read.name("read").await?.into_inner() {
                Read::Decided(verdict) => return Ok(verdict.map(Json).map_err(|error| terminal(&error))?),
                Read::Open(read) => wait = *read,
            }
        }
    }
}

//! Reading several deployments by a batch, and the rest one by one.

use futures::future::{BoxFuture, FutureExt, ready};

use crate::deployer::in_order;
use crate::{BatchRead, Deployer, Deployment, DeploymentId, Pace, Result};

/// Reads several deployments by a batch, and those of which it says nothing one by one: [`Deployer::deployments`] of an
/// adapter that has a batch.
pub fn read_by_batch<'a, D: BatchRead + Deployer>(
    reader: &'a D,
    pace: Pace,
    ids: &'a [DeploymentId],
) -> BoxFuture<'a, Vec<Result<Deployment>>> {
    async move {
        let answers = if ids.len() < pace.from { vec![None; ids.len()] } else { reader.read_batch(ids).await };
        let reads: Vec<_> = ids
            .iter()
            .zip(answers)
            .map(|(id, answer)| match answer {
                Some(answer) => ready(answer).boxed(),
                None => reader.deployment(id),
            })
            .collect();
        in_order(reads).await
    }
    .boxed()
}

//! Reading several deployments by a batch, and the rest one by one.

use std::sync::{Mutex, PoisonError};

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
        let answers = Mutex::new(vec![None; ids.len()]);
        if ids.len() >= pace.from {
            let report = |index: usize, answer| {
                let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(place) = answers.get_mut(index) {
                    *place = Some(answer);
                }
            };
            reader.read_batch(ids, &report).await;
        }
        let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
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

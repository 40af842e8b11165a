//! The deployments that many watches wait for, read by the statuses of their environments.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Qovery;
use super::lists::Lists;
use super::pending::Pending;
use super::read::read_by;
use crate::{Deployment, DeploymentId, Pace, Result};

/// Two watches of one environment share its statuses; 1000 requests an hour are allowed to each token, by Qovery's
/// documentation.
pub(super) const PACE: Pace = Pace::new(2, Duration::from_secs(8));

/// What the statuses say of each deployment, and the lists that they call for.
pub(super) async fn read(qovery: &Qovery, ids: &[DeploymentId]) -> Vec<Option<Result<Deployment>>> {
    let mut answers: Vec<_> = ids.iter().map(|_| None).collect();
    let mut environments: BTreeMap<String, Vec<(usize, Pending)>> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        match Pending::of(id) {
            Ok(pending) if !pending.is_cancelled => {
                environments.entry(pending.environment.clone()).or_default().push((index, pending));
            }
            // Nothing has to be read, or it is refused; read alone, it is answered at once.
            _ => {}
        }
    }
    for (environment, deployments) in environments {
        let lists = Lists::read(&qovery.api, &environment).await;
        for (index, pending) in deployments {
            answers[index] = Some(match &lists {
                Ok(lists) => read_by(qovery, pending, lists).await,
                Err(error) => Err(error.clone()),
            });
        }
    }
    answers
}

//! The deployments that many watches wait for, read by the statuses of their environments.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};

use super::Qovery;
use super::lists::Lists;
use super::pending::Pending;
use super::read::read_by;
use crate::adapter::concurrently;
use crate::{DeploymentId, Pace, ReportRead};

/// Two watches of one environment share its statuses; 1000 requests an hour are allowed to each token, by Qovery's
/// documentation.
pub(super) const PACE: Pace = Pace::new(2, Duration::from_secs(8));

/// How many environments are read at once, so that one whose answer is late does not hold up all others.
const MAX_CONCURRENT_ENVIRONMENTS: usize = 12;

/// Reports what the statuses say of each deployment, and the lists that they call for, one environment after the other.
pub(super) async fn read(qovery: &Qovery, ids: &[DeploymentId], report: &ReportRead<'_>) {
    let mut environments: BTreeMap<String, Vec<(usize, Pending)>> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        // One that is refused is answered at once when it is read alone.
        if let Ok(pending) = Pending::of(id) {
            environments.entry(pending.environment.clone()).or_default().push((index, pending));
        }
    }
    let reads = environments
        .iter()
        .map(|(environment, deployments)| read_environment(qovery, environment, deployments, report));
    concurrently(MAX_CONCURRENT_ENVIRONMENTS, reads.collect()).await;
}

/// Reads deployments of one environment, and reports each under its index.
fn read_environment<'a>(
    qovery: &'a Qovery,
    environment: &'a str,
    deployments: &'a [(usize, Pending)],
    report: &'a ReportRead<'a>,
) -> BoxFuture<'a, ()> {
    async move {
        let lists = match Lists::read(&qovery.api, environment).await {
            Ok(lists) => lists,
            Err(error) => return deployments.iter().for_each(|(index, _)| report(*index, Err(error.clone()))),
        };
        for (index, pending) in deployments {
            report(*index, read_by(qovery, pending.clone(), &lists).await);
        }
    }
    .boxed()
}

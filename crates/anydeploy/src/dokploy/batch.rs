//! The deployments that many watches wait for, read by the lists that they share.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};

use super::Dokploy;
use super::given_up::{asks_the_queue, unless_given_up};
use super::known::Known;
use super::lists::Lists;
use super::operation::Asked;
use super::read::read_pending;
use super::row::to_deployment;
use crate::adapter::concurrently;
use crate::{Deployment, DeploymentId, Identity, Pace, ReportRead, Result, Target, platform};

/// Two watches of one service share its lists; the server has no rate limit for itself, and answers each list from its
/// database (0.30.2).
pub(super) const PACE: Pace = Pace::new(2, Duration::from_secs(2));

/// How many deployments that are not identified yet are resolved at once.
const MAX_CONCURRENT: usize = 8;

/// Reports what the lists say of each deployment.
///
/// A row that is over is read alone, because its last change may come after its last status.
pub(super) async fn read(dokploy: &Dokploy, ids: &[DeploymentId], report: &ReportRead<'_>) {
    let known: Vec<_> = ids.iter().map(known).collect();
    let targets = ids
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.as_ref().is_some_and(Known::is_listed))
        .map(|(id, _)| id.target());
    let lists = Lists::of(&dokploy.api, targets);
    lists.read_rows().await;
    let lists = &lists;
    let reads = ids.iter().zip(known).enumerate().map(|(index, (id, known))| {
        let read = read_one(dokploy, lists, id.target(), known);
        async move {
            let Ok(asked) = Asked::of_id(id) else { return };
            if let Some(read) = read.await {
                report(index, read.map(|deployment| asked.made(deployment)));
            }
        }
        .boxed()
    });
    concurrently(MAX_CONCURRENT, reads.collect()).await;
}

fn known(id: &DeploymentId) -> Option<Known> {
    if *id.platform() == platform::DOKPLOY { Known::of(id).ok() } else { None }
}

fn read_one<'a>(
    dokploy: &'a Dokploy,
    lists: &'a Lists<'a>,
    target: &'a Target,
    known: Option<Known>,
) -> BoxFuture<'a, Option<Result<Deployment>>> {
    async move {
        match known? {
            Known::Row(row, identity) => of_row(dokploy, lists, target, &row, identity).await,
            Known::Pending(pending) => Some(read_pending(dokploy, lists, target, pending).await),
            Known::Reloaded(reloaded) => Some(Ok(reloaded.to_deployment(target))),
            Known::RolledBack(rolled_back) => Some(rolled_back.read(dokploy, target).await),
            Known::Applied(applied) => Some(applied.read(dokploy, target).await),
        }
    }
    .boxed()
}

async fn of_row(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    row: &str,
    identity: Identity,
) -> Option<Result<Deployment>> {
    let rows = match lists.rows(target).await {
        Ok(rows) => rows,
        Err(error) => return Some(Err(error)),
    };
    let row = rows.rows.iter().find(|known| known.deployment_id == row)?;
    if asks_the_queue(dokploy, row, rows.at).await {
        return Some(Ok(unless_given_up(dokploy, lists, target, row, identity).await));
    }
    let deployment = to_deployment(target, row, identity);
    (!deployment.is_over()).then_some(Ok(deployment))
}

//! Reads one deployment, by its row or by what identifies that.

use super::Dokploy;
use super::current::of_row;
use super::known::Known;
use super::lists::Lists;
use super::lost::row_is_gone;
use super::operation::Asked;
use super::pending::{Pending, row_of};
use super::ran::verified;
use super::resolve::resolve;
use crate::adapter::{Remembered, is_last_read};
use crate::{Deployment, DeploymentId, Identity, Result, Target, platform};

pub(super) async fn read(dokploy: &Dokploy, id: &DeploymentId) -> Result<Deployment> {
    id.expect_platform(&platform::DOKPLOY)?;
    let asked = Asked::of_id(id)?;
    let target = id.target();
    let read = match Known::of(id)? {
        Known::Reloaded(reloaded) => Ok(reloaded.to_deployment(target)),
        Known::RolledBack(rolled_back) => rolled_back.read(dokploy, target).await,
        Known::Applied(applied) => applied.read(dokploy, target).await,
        Known::Pending(pending) => read_pending(dokploy, &Lists::of(&dokploy.api, [target]), target, pending).await,
        Known::Row(row, identity) => read_row(dokploy, target, &row, identity).await,
    };
    let deployment = asked.made(read?);
    Ok(match (asked.tag, row_of(&deployment.id)) {
        (Some(tag), Some(row)) => verified(dokploy, deployment, &row, &tag).await,
        _ => deployment,
    })
}

async fn read_row(dokploy: &Dokploy, target: &Target, row: &str, identity: Identity) -> Result<Deployment> {
    let lists = Lists::of(&dokploy.api, [target]);
    let rows = lists.rows(target).await?;
    match rows.rows.iter().find(|known| known.deployment_id == row) {
        Some(row) => Ok(of_row(dokploy, &lists, target, row, identity, rows.at).await),
        None => Err(row_is_gone(dokploy, target, &rows.rows).await),
    }
}

/// Resolves a pending deployment, and notes the triggers of this process that overlap with its own.
pub(super) async fn read_pending(
    dokploy: &Dokploy,
    lists: &Lists<'_>,
    target: &Target,
    mut pending: Pending,
) -> Result<Deployment> {
    let (nonce, remembered) = (pending.nonce().to_owned(), Remembered::of(&dokploy.api.place(target)));
    pending.overlaps |= remembered.overlap(&nonce, dokploy.timing.lost_after).is_some();
    let read = resolve(dokploy, lists, target, pending).await;
    if is_last_read(&read, |read| read.identity.is_resolved()) {
        let row = read.as_ref().ok().and_then(|read| row_of(&read.id));
        remembered.settle(&nonce, row.as_deref());
    }
    read
}

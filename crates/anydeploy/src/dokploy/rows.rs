//! The rows of a target: what Dokploy knows of deployments that have started, newest first.

use dokploy_client::types::Deployment as Row;
use dokploy_client::wire::Reply;

use super::{Dokploy, fail, status};
use crate::clock::Moment;
use crate::failure::mask;
use crate::time::moment;
use crate::{Deployment, DeploymentId, Error, Identity, Platform, Result, Target, TargetKind};

/// The id of the row, once it is known.
pub(super) const ROW: &str = "row";

/// There if the row is known by order and time alone.
pub(super) const INFERRED: &str = "inferred";

/// The rows of a target at one moment.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// When they were read.
    pub(super) at: Option<Moment>,
}

impl Dokploy {
    pub(super) async fn rows(&self, target: &Target) -> Result<Rows> {
        target.validate()?;
        let reply = match target.kind() {
            TargetKind::Application => self.client.deployment_all(target.id()).await,
            TargetKind::Compose => self.client.deployment_all_by_compose(target.id()).await,
            other => return Err(unsupported_kind(other)),
        };
        let reply = reply.map_err(fail)?;
        Ok(Rows { at: read_at(&reply), rows: reply.into_value() })
    }
}

pub(super) fn unsupported_kind(kind: &TargetKind) -> Error {
    Error::unsupported(Platform::Dokploy, format_args!("targets of kind `{kind}`"))
}

/// The moment of an answer, if the server tells it.
pub(super) fn read_at<T>(reply: &Reply<T>) -> Option<Moment> {
    Moment::dated(reply.header("date"))
}

/// When the row appeared, in Unix milliseconds of the server's clock.
pub(super) fn created(row: &Row) -> Option<i64> {
    row.created_at.as_deref().and_then(moment).map(|moment| moment.timestamp_millis())
}

/// The row as this crate tells of it; its id holds the row and nothing else.
pub(super) fn told(target: &Target, row: &Row, identity: Identity) -> Deployment {
    let mut id = DeploymentId::new(Platform::Dokploy, target.clone()).with(ROW, &row.deployment_id);
    if identity == Identity::Inferred {
        id = id.with(INFERRED, "1");
    }
    Deployment::new(id, identity, status::status(row.status.as_ref()))
        .with_reason(row.error_message.as_deref().map(mask))
        .with_title(row.title.clone())
        .with_commit(commit(row).map(str::to_owned))
        .with_times(row.created_at.as_deref().and_then(moment), row.finished_at.as_deref().and_then(moment))
}

/// The commit, which a webhook puts into the description at the start, and everyone else's deployment at the end.
fn commit(row: &Row) -> Option<&str> {
    let description = row.description.as_deref()?;
    let hash = description.strip_prefix("Commit: ").or_else(|| description.strip_prefix("Hash: "))?.trim();
    Some(hash).filter(|hash| !hash.is_empty())
}

//! The rows of a target: what Dokploy knows of deployments that have started, newest first.

use dokploy_client::types::{Deployment as Row, DeploymentDetails};
use dokploy_client::wire::Response;
use serde::{Deserialize, Serialize};

use super::pending::id_of_row;
use super::{Dokploy, map_error, status};
use crate::clock::Timestamps;
use crate::failure::mask;
use crate::time::parse_timestamp;
use crate::{Deployment, Error, Identity, RanRevision, Result, Target, TargetKind, platform};

/// How many rows of a service Dokploy keeps when it makes room for another (0.30.2: the newest ten).
pub(super) const MAX_KEPT_ROWS: usize = 10;

/// The rows of a target at one point in time.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// When they were read.
    pub(super) at: Option<Timestamps>,
}

/// The newest row of a target at one point in time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Newest {
    /// When it appeared, in Unix milliseconds; `None` if there was no row.
    pub(super) created: Option<i64>,
    /// When the rows were read.
    pub(super) read_at: Option<Timestamps>,
}

impl Rows {
    pub(super) fn newest(&self) -> Newest {
        Newest { created: newest(&self.rows), read_at: self.at }
    }
}

impl Dokploy {
    pub(super) async fn rows(&self, target: &Target) -> Result<Rows> {
        target.validate()?;
        let reply = match target.kind() {
            TargetKind::Application => self.client.deployment_all(target.id()).await,
            TargetKind::Compose => self.client.deployment_all_by_compose(target.id()).await,
            other => return Err(unsupported_kind(other)),
        };
        let reply = reply.map_err(map_error)?;
        Ok(Rows { at: read_at(&reply), rows: reply.into_value() })
    }
}

impl Dokploy {
    /// The rows of all applications and compose stacks that the key may see.
    pub(super) async fn all_rows(&self) -> Result<Vec<DeploymentDetails>> {
        Ok(self.client.deployment_all_centralized().await.map_err(map_error)?.into_value())
    }
}

pub(super) fn unsupported_kind(kind: &TargetKind) -> Error {
    Error::unsupported(platform::DOKPLOY, format_args!("targets of kind `{kind}`"))
}

/// The time of an answer, if the server dates it.
pub(super) fn read_at<T>(reply: &Response<T>) -> Option<Timestamps> {
    Timestamps::dated(reply.header("date"))
}

/// When the row appeared, in Unix milliseconds of the server's clock.
pub(super) fn created(row: &Row) -> Option<i64> {
    row.created_at.as_deref().and_then(parse_timestamp).map(|time| time.timestamp_millis())
}

/// When the newest row appeared.
pub(super) fn newest(rows: &[Row]) -> Option<i64> {
    rows.iter().filter_map(created).max()
}

/// When a deployment ended, in Unix milliseconds of the server's clock.
pub(super) fn finished(row: &Row) -> Option<i64> {
    row.finished_at.as_deref().and_then(parse_timestamp).map(|time| time.timestamp_millis())
}

/// The deployment of a row.
pub(super) fn to_deployment(target: &Target, row: &Row, identity: Identity) -> Deployment {
    let id = id_of_row(target, &row.deployment_id, identity);
    Deployment::new(id, identity, status::status(row.status.as_ref()))
        .with_reason(row.error_message.as_deref().map(mask))
        .with_title(row.title.clone())
        .with_commit(cloned(row).or_else(|| pushed(row)).map(str::to_owned))
        .with_revision(cloned(row).map_or(RanRevision::Unverified, |commit| RanRevision::Commit(commit.to_owned())))
        .with_times(
            row.created_at.as_deref().and_then(parse_timestamp),
            row.finished_at.as_deref().and_then(parse_timestamp),
        )
}

/// The commit that was built, which Dokploy puts into the description at the end of a deployment from git.
fn cloned(row: &Row) -> Option<&str> {
    hash(row, "Commit: ")
}

/// The commit that a webhook named, which Dokploy puts into the description at the start; the head of the branch may
/// have moved by the time it is cloned.
fn pushed(row: &Row) -> Option<&str> {
    hash(row, "Hash: ")
}

fn hash<'a>(row: &'a Row, label: &str) -> Option<&'a str> {
    let hash = row.description.as_deref()?.strip_prefix(label)?.trim();
    Some(hash).filter(|hash| !hash.is_empty())
}

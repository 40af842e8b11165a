//! The deployment of a row.

use dokploy_client::types::Deployment as Row;

use super::pending::id_of_row;
use super::status;
use crate::failure::mask;
use crate::time::parse_timestamp;
use crate::{Deployment, Identity, RanRevision, Target};

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

//! The deployment of a row.

use dokploy_client::types::{Deployment as Row, DeploymentStatusEnum};

use super::pending::id_of_row;
use super::status;
use crate::adapter::{mask, parse_timestamp};
use crate::{Deployment, Identity, RanRevision, Target};

pub(super) fn to_deployment(target: &Target, row: &Row, identity: Identity) -> Deployment {
    let id = id_of_row(target, &row.deployment_id, identity);
    let time = |column: Option<&str>| column.and_then(parse_timestamp);
    // The commit that was built, which Dokploy puts into the description at the end of a deployment from git.
    // It reads the folder whatever failed, and what fails before that is emptied leaves the commit of an earlier deployment
    // there, so that only `done` proves the commit (0.30.2); the title is the message of that commit as well.
    let is_done = row.status == Some(DeploymentStatusEnum::Done);
    let built = hash(row, "Commit: ").filter(|_| is_done);
    // The commit that a webhook named, which Dokploy puts into the description at the start; the head of the branch may
    // have moved by the time it is cloned.
    let pushed = hash(row, "Hash: ");
    Deployment::new(id, identity, status::status(row.status.as_ref()))
        .with_reason(row.error_message.as_deref().map(mask))
        .with_title(row.title.clone())
        .with_commit(built.clone().or(pushed))
        .with_revision(built.map_or(RanRevision::Unverified, RanRevision::Commit))
        .with_times(time(row.created_at.as_deref()), time(row.finished_at.as_deref()))
}

fn hash(row: &Row, label: &str) -> Option<String> {
    let hash = row.description.as_deref()?.strip_prefix(label)?.trim();
    Some(hash.to_owned()).filter(|hash| !hash.is_empty())
}

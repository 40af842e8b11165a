//! The row of a deployment, as far as this adapter reads it.

use std::fmt;

use coolify_client::types::DeploymentStatusEnum;
use coolify_client::wire::{Mismatch, Node, Patch, Read, object};

use super::destination::Destination;
use super::lines::first_line;

/// The beginning of the first line of a log that names the image (4.3.11).
const STARTING: &str = "Starting deployment of ";

/// What comes before the digits of a digest.
const DIGEST: &str = "@sha256:";

/// One run of the deployment of an application.
///
/// The single read holds the whole application with its server, its variables and their values, and each row of a list
/// may hold a log of half a megabyte: none of that is kept.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) deployment_uuid: String,
    pub(super) status: DeploymentStatusEnum,
    /// Its number among the rows of the instance, which grows.
    pub(super) number: Option<i64>,
    /// In the single read only.
    pub(super) application: Option<Application>,
    pub(super) application_name: Option<String>,
    /// `HEAD` until the deployment has resolved it; of a rollback the text that was sent.
    pub(super) commit: Option<String>,
    pub(super) commit_message: Option<String>,
    pub(super) created_at: Option<String>,
    /// A path; the origin of the instance goes before it.
    pub(super) deployment_url: Option<String>,
    /// The server that it is for, of which an application may have several.
    pub(super) destination: Option<Destination>,
    /// The tag of a preview that was asked for by image.
    pub(super) docker_registry_image_tag: Option<String>,
    pub(super) finished_at: Option<String>,
    pub(super) force_rebuild: Option<bool>,
    pub(super) is_api: Option<bool>,
    pub(super) is_webhook: Option<bool>,
    /// The log, of which the tag of the image is kept.
    pub(super) log: ReadLog,
    /// `0` is production.
    pub(super) pull_request_id: Option<i64>,
    pub(super) restart_only: Option<bool>,
    pub(super) rollback: Option<bool>,
    pub(super) updated_at: Option<String>,
}

object! {
    Row:
    required { deployment_uuid = "deployment_uuid", status = "status" }
    nullable {
        application = "application",
        application_name = "application_name",
        commit = "commit",
        commit_message = "commit_message",
        created_at = "created_at",
        deployment_url = "deployment_url",
        destination = "destination_id",
        docker_registry_image_tag = "docker_registry_image_tag",
        finished_at = "finished_at",
        force_rebuild = "force_rebuild",
        is_api = "is_api",
        is_webhook = "is_webhook",
        number = "id",
        pull_request_id = "pull_request_id",
        restart_only = "restart_only",
        rollback = "rollback",
        updated_at = "updated_at",
    }
    optional { log = "logs" }
}

/// What is read of the application of a row.
#[derive(Clone, Debug)]
pub(super) struct Application {
    /// What it is made from.
    pub(super) build_pack: Option<String>,
}

object!(Application: nullable { build_pack = "build_pack" });

/// What is read of a log that nobody asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadLog {
    /// The tag in "Starting deployment of nginx:1.27 to localhost.".
    pub(super) image_tag: Option<String>,
}

impl Read for ReadLog {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        let log = Option::<String>::read(node)?;
        Ok(Self { image_tag: log.as_deref().and_then(image_tag_in) })
    }
}

fn image_tag_in(log: &str) -> Option<String> {
    let line = first_line(log, STARTING)?;
    let image = line.strip_prefix(STARTING)?.split(" to ").next()?;
    // The tag `sha256-HEX` stands for a digest, and is written as one (4.0.0-beta.436 to 4.3.11).
    if let Some((_, digest)) = image.rsplit_once(DIGEST) {
        return Some(format!("sha256-{digest}"));
    }
    let (_, tag) = image.rsplit_once(':')?;
    // The part after the last colon is the port of a registry if a path follows.
    (!tag.is_empty() && !tag.contains('/')).then(|| tag.to_owned())
}

/// A page of an application's deployments.
#[derive(Debug)]
pub(super) struct RowPage {
    /// How many deployments the application has in all.
    pub(super) count: Option<i64>,
    pub(super) deployments: Vec<Row>,
}

object! {
    RowPage:
    required { deployments = "deployments" }
    nullable { count = "count" }
}

/// The text of a log, which may be megabytes long.
///
/// A [`Secret`](coolify_client::wire::Secret) would copy it, and wipe it when it is dropped; the body that it comes from is
/// not wiped either.
pub(super) struct LogText(pub(super) String);

impl Read for LogText {
    fn read(node: &mut Node<'_>) -> Result<Self, Mismatch> {
        node.long_text().map(Self)
    }
}

impl fmt::Debug for LogText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The same with its log, for those who ask for it.
#[derive(Debug)]
pub(super) struct RowWithLog {
    pub(super) deployment_uuid: String,
    pub(super) status: DeploymentStatusEnum,
    /// Left out unless the token may read secrets, and null before the first line.
    pub(super) logs: Patch<LogText>,
}

object! {
    RowWithLog:
    required { deployment_uuid = "deployment_uuid", status = "status" }
    optional { logs = "logs" }
}

/// A page of an application's deployments with their logs.
#[derive(Debug)]
pub(super) struct LogsPage {
    pub(super) deployments: Vec<RowWithLog>,
}

object!(LogsPage: required { deployments = "deployments" });

#[cfg(test)]
mod tests {
    use coolify_client::wire::decode;

    use super::*;

    #[test]
    fn a_row_never_prints_its_log() {
        let body =
            br#"{"deployments":[{"deployment_uuid":"d1","status":"failed","logs":"[{\"output\":\"planted\"}]"}]}"#;
        let (page, repairs) = decode::<LogsPage>(body).unwrap();
        assert!(matches!(&page.deployments[0].logs, Patch::Value(log) if log.0.contains("planted")));
        let printed = format!("{page:?}");
        assert!(printed.contains("[redacted]") && !printed.contains("planted"), "{printed}");
        assert_eq!(repairs, []);
    }
}

//! The versions that an application can go back to.
//!
//! Facts of 4.3.11: a rollback deploys a commit, so only an application built from a repository has any; one to a name starts
//! whatever was built under that name before, so a version is a full hash.

use coolify_client::types::{BuildPackEnum, RollbackImages};
use futures::future::{BoxFuture, FutureExt};

use super::additional::is_of_additional_server;
use super::destination::Destination;
use super::pending::Pending;
use super::revision::is_full_hash;
use super::row::Row;
use super::rows::{self, MAX_RECOVERED_ROWS, Page};
use super::settings::Application;
use super::{Coolify, history};
use crate::adapter::{parse_timestamp, retry_briefly};
use crate::{
    Ability, Deployer, Error, HistoryOptions, Phase, RanRevision, Result, Rollback, RollbackObstacle, RollbackPoint,
    RollbackTarget, Target, platform,
};

/// What Coolify writes as the repository of an application that has none (4.3.11).
const NO_REPOSITORY: &str = "coollabsio/coolify";

impl Rollback for Coolify {
    fn list_rollback_targets<'a>(
        &'a self,
        target: &'a Target,
        options: HistoryOptions,
    ) -> BoxFuture<'a, Result<Vec<RollbackTarget>>> {
        list(self, target, options).boxed()
    }
}

async fn list(coolify: &Coolify, target: &Target, options: HistoryOptions) -> Result<Vec<RollbackTarget>> {
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Rollback)?;
    target.validate()?;
    let (application, _) = retry_briefly(|| coolify.api.application(target.id())).await?;
    check_application(&application)?;
    let own = application.destination.as_ref();
    let enough = |page: &Page| versions(&page.rows, own).len() >= options.limit;
    let page = rows::search_among(&coolify.api, target, MAX_RECOVERED_ROWS, &enough).await?;
    let mut versions = versions(&page.rows, own);
    versions.truncate(options.limit);
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    // Without the list, or an image of it, nothing says whether there is one; a registry may have it as well.
    let images = coolify.api.rollback_images(target.id()).await.ok();
    let has_registry = application.docker_registry_image_name.is_some_and(|name| !name.is_empty());
    let newest = newest(&page.rows, own).map(|row| row.deployment_uuid.clone());
    let current = versions.iter().position(|row| succeeded(row));
    let to_target = |(index, row): (usize, &&Row)| {
        let commit = row.commit.clone().unwrap_or_default();
        let is_current = current == Some(index);
        let is_hash = is_full_hash(&commit);
        let obstacle = if !succeeded(row) {
            Some(RollbackObstacle::Failed)
        } else if !is_hash {
            Some(RollbackObstacle::NoRevision)
        } else {
            is_current.then_some(RollbackObstacle::IsCurrent)
        };
        let revision = if is_hash { RanRevision::Commit(commit.clone()) } else { RanRevision::Unverified };
        let builds =
            images.as_ref().and_then(|images| builds(images, &commit)).filter(|builds| !builds || !has_registry);
        RollbackTarget::new(target.clone(), RollbackPoint::new(commit, revision).with_newest(newest.clone()))
            .with_deployment(Some(Pending::row_of(&row.deployment_uuid, history::action(row)).id(target)))
            .with_title(row.commit_message.clone())
            .with_deployed_at(row.finished_at.as_deref().and_then(parse_timestamp))
            .with_current(Some(is_current))
            .with_builds(builds)
            .with_obstacle(obstacle)
    };
    Ok(versions.iter().enumerate().map(to_target).collect())
}

/// Why an application cannot go back to a commit, by the rows that were read; one that no row names may have run before all
/// of them.
pub(super) fn obstacle(page: &Page, commit: &str, own: Option<&Destination>) -> Option<RollbackObstacle> {
    let current = newest_success(&page.rows, own);
    let is_of = |row: &&Row| is_own(row, own) && row.commit.as_deref() == Some(commit);
    match ran(&page.rows, commit, own) {
        Some(row) if current.is_some_and(|current| current.commit == row.commit) => Some(RollbackObstacle::IsCurrent),
        Some(_) => None,
        None if page.rows.iter().filter(is_of).any(|row| super::phase(&row.status) == Phase::Failed) => {
            Some(RollbackObstacle::Failed)
        }
        None => page.is_whole.then_some(RollbackObstacle::NotKept),
    }
}

/// The deployment that ran a commit.
pub(super) fn ran<'a>(rows: &'a [Row], commit: &str, own: Option<&Destination>) -> Option<&'a Row> {
    rows.iter().find(|row| is_own(row, own) && succeeded(row) && row.commit.as_deref() == Some(commit))
}

/// The newest deployment of the application itself.
pub(super) fn newest<'a>(rows: &'a [Row], own: Option<&Destination>) -> Option<&'a Row> {
    rows.iter().find(|row| is_own(row, own))
}

/// The newest deployment of the application itself that succeeded.
pub(super) fn newest_success<'a>(rows: &'a [Row], own: Option<&Destination>) -> Option<&'a Row> {
    rows.iter().find(|row| is_own(row, own) && succeeded(row))
}

/// Whether a row is of the application itself: of production, and of its own destination.
fn is_own(row: &Row, own: Option<&Destination>) -> bool {
    is_production(row) && !is_of_additional_server(row, own)
}

pub(super) fn is_production(row: &Row) -> bool {
    row.pull_request_id.unwrap_or(0) == 0
}

fn succeeded(row: &Row) -> bool {
    super::phase(&row.status) == Phase::Succeeded
}

/// The rows that stand for a version, newest first: the newest success of each commit, and each failure of a commit that never
/// succeeded.
fn versions<'a>(rows: &'a [Row], own: Option<&Destination>) -> Vec<&'a Row> {
    let is_of = |row: &Row, other: &Row| is_own(other, own) && succeeded(other) && other.commit == row.commit;
    let is_version = |(index, row): &(usize, &Row)| {
        is_own(row, own)
            && match super::phase(&row.status) {
                Phase::Succeeded => !rows[..*index].iter().any(|newer| is_of(row, newer)),
                Phase::Failed => !rows.iter().any(|other| is_of(row, other)),
                _ => false,
            }
    };
    rows.iter().enumerate().filter(is_version).map(|(_, row)| row).collect()
}

/// Whether going back to a commit builds it, by the images on the machine; a machine that cannot be reached has none either.
fn builds(images: &RollbackImages, commit: &str) -> Option<bool> {
    let has = images.images.iter().any(|image| image.tag.as_deref() == Some(commit));
    (!images.images.is_empty()).then_some(!has)
}

/// Whether the application is built from a repository.
pub(super) fn check_application(application: &Application) -> Result<()> {
    let unsupported = |what| Err(Error::unsupported(platform::COOLIFY, what));
    let is = |pack: &BuildPackEnum| application.build_pack.as_ref() == Some(pack);
    if is(&BuildPackEnum::Dockerimage) {
        // The route would deploy the tag that is set, whatever is asked for.
        return unsupported(
            "a given commit of an application that is made from an image; set its image tag and deploy",
        );
    }
    // The image of a Dockerfile without a repository always has the tag `latest`.
    let repository = application.git_repository.as_ref().map(coolify_client::wire::Secret::expose);
    let has_none = application.source_id.is_none() && repository.is_none_or(|name| name == NO_REPOSITORY);
    if is(&BuildPackEnum::Dockerfile) && (application.dockerfile.is_some() || has_none) {
        return unsupported("a given commit of an application that is made from a Dockerfile without a repository");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(uuid: &str, status: &str, commit: &str, pull_request: u64) -> Row {
        let row = json!({
            "deployment_uuid": uuid, "status": status, "commit": commit, "pull_request_id": pull_request,
        });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn a_version_is_the_newest_success_of_a_commit_or_a_failure_that_never_succeeded() {
        let rows = [
            row("h", "in_progress", "HEAD", 0),
            row("g", "failed", "ccc", 0),
            row("f", "failed", "bbb", 0),
            row("e", "finished", "bbb", 0),
            row("d", "finished", "ddd", 7),
            row("c", "cancelled-by-user", "eee", 0),
            row("b", "finished", "aaa", 0),
            row("a", "finished", "bbb", 0),
        ];
        let ids: Vec<_> = versions(&rows, None).iter().map(|row| &*row.deployment_uuid).collect();
        assert_eq!(ids, ["g", "e", "b"]);
        let obstacles = |is_whole, commit: &str| {
            let page = Page { rows: rows.to_vec(), is_whole, ..Page::default() };
            obstacle(&page, commit, None)
        };
        for (commit, expected) in [
            ("bbb", Some(RollbackObstacle::IsCurrent)),
            ("aaa", None),
            ("ccc", Some(RollbackObstacle::Failed)),
            ("ddd", Some(RollbackObstacle::NotKept)),
        ] {
            assert_eq!(obstacles(true, commit), expected, "{commit}");
        }
        assert_eq!(obstacles(false, "ddd"), None, "it may have run before the rows that were read");
        assert_eq!(
            newest(&rows[4..], None).unwrap().deployment_uuid,
            "c",
            "a preview is no deployment of the application"
        );
    }

    #[test]
    fn only_what_is_built_from_a_repository_has_commits() {
        let git = json!({"git_repository": "coollabsio/coolify-examples", "source_id": 0});
        let cases = [
            (json!({"build_pack": "nixpacks"}), true),
            (json!({"build_pack": "dockercompose"}), true),
            (json!({"build_pack": "dockerfile"}), true),
            (json!({"build_pack": "a pack to come"}), true),
            (json!({"build_pack": "dockerimage"}), false),
            (json!({"build_pack": "dockerfile", "dockerfile": "FROM nginx"}), false),
            (json!({"build_pack": "dockerfile", "git_repository": "coollabsio/coolify", "source_id": null}), false),
            (
                json!({"build_pack": "dockerfile", "git_repository": "https://git.example/shop", "source_id": null}),
                true,
            ),
        ];
        for (details, has_commits) in cases {
            let mut application = json!({"uuid": "web", "name": "web"});
            for part in [&git, &details] {
                application.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
            }
            let read: Application = serde_json::from_value(application).unwrap();
            assert_eq!(check_application(&read).is_ok(), has_commits, "{details}");
        }
    }
}

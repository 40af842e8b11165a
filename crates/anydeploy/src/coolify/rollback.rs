//! Deploying a given commit: the route that goes back to an image also builds a commit that was never deployed.
//!
//! Facts of 4.3.11: the route is there since 4.3.0; the commit that is sent is built, or its image started again; the id in
//! the answer is real, as a rollback is never merged into another deployment; for an application made from an image the
//! commit has no effect, and the configured tag is deployed.

use super::api::Api;
use super::asked::Asked;
use super::baseline::Baseline;
use super::destination::Destination;
use super::revision::{is_commit_hash, is_full_hash};
use super::rows::{self, MAX_RECOVERED_ROWS, Page};
use super::settings::Application;
use super::versions::{self, check_application};
use crate::adapter::{Turn, retry_briefly};
use crate::{Error, ErrorKind, Result, Target, platform};

/// What a rollback deploys, and the baseline before it.
pub(super) async fn prepare(api: &Api, target: &Target, mut asked: Asked, turn: &Turn) -> Result<(Asked, Baseline)> {
    if let Some(commit) = &asked.commit {
        check_commit(commit)?;
    }
    let before = |error: Error| error.with_safe_to_repeat(true);
    let (application, at) = retry_briefly(|| api.application(target.id())).await.map_err(before)?;
    check_application(&application)?;
    if let Some(commit) = &asked.commit {
        check_fetchable(&application, commit)?;
        // The time of this read identifies new rows well enough: only a rollback to the same commit is alike.
        return Ok((asked, Baseline::of_rollback(at, turn)));
    }
    let (commit, baseline) = deployed_commit(api, target, application.destination.as_ref()).await.map_err(before)?;
    asked.commit = Some(commit);
    Ok((asked, baseline))
}

/// What going back to a listed version deploys, and the baseline before it.
///
/// # Errors
/// [`ErrorKind::Conflict`] if another deployment is the newest by now, or the version has an obstacle.
pub(super) async fn prepare_version(
    api: &Api,
    target: &Target,
    asked: Asked,
    newest: Option<&str>,
) -> Result<(Asked, Baseline)> {
    let commit = asked.commit.as_deref().unwrap_or_default();
    check_commit(commit)?;
    let before = |error: Error| error.with_safe_to_repeat(true);
    let (application, _) = retry_briefly(|| api.application(target.id())).await.map_err(before)?;
    check_application(&application)?;
    check_fetchable(&application, commit)?;
    let own = application.destination.as_ref();
    let is_known = |page: &Page| versions::ran(&page.rows, commit, own).is_some();
    let page = rows::search_among(api, target, MAX_RECOVERED_ROWS, &is_known).await.map_err(before)?;
    let newest_now = versions::newest(&page.rows, own).map(|row| &*row.deployment_uuid);
    if newest.is_some() && newest != newest_now {
        let message = "the target was deployed since its versions were listed";
        let error = Error::new(ErrorKind::Conflict, message).with_platform(platform::COOLIFY);
        return Err(error.with_advice("list the versions again"));
    }
    match versions::obstacle(&page, commit, own) {
        Some(obstacle) => Err(obstacle.to_error().with_platform(platform::COOLIFY)),
        None => Ok((asked, Baseline::of(page))),
    }
}

/// The commit of the newest deployment of the target itself that succeeded, and the baseline of the same read.
async fn deployed_commit(api: &Api, target: &Target, own: Option<&Destination>) -> Result<(String, Baseline)> {
    let page = rows::search(api, target, &|page| versions::newest_success(&page.rows, own).is_some()).await?;
    let commit = versions::newest_success(&page.rows, own).and_then(|row| row.commit.clone());
    let Some(commit) = commit.filter(|commit| is_commit_hash(commit)) else {
        let what = "deploying once more what was deployed last, as it does not report which commit that was";
        return Err(Error::unsupported(platform::COOLIFY, what));
    };
    Ok((commit, Baseline::of(page)))
}

/// Whether Coolify takes the commit for what it says.
fn check_commit(commit: &str) -> Result<()> {
    if is_commit_hash(commit) {
        return Ok(());
    }
    // A name is fetched once, and its image is started again from then on, whatever the name stands for by then (4.3.11).
    let message = "the commit is no hash of at least 7 digits; resolve a branch or tag to its full hash first";
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY))
}

/// Whether the commit can be fetched: a shallow clone, which is the default, needs the full hash (4.3.11).
fn check_fetchable(application: &Application, commit: &str) -> Result<()> {
    let settings = application.settings.as_ref();
    let is_shallow = settings.and_then(|settings| settings.is_git_shallow_clone_enabled) == Some(true);
    if !is_shallow || is_full_hash(commit) {
        return Ok(());
    }
    let message = "the application is cloned shallowly, for which the commit has to be its full hash";
    Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::COOLIFY))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_commit_is_a_hash_that_the_clone_can_fetch() {
        let full = "0123456789abcdef0123456789abcdef01234567";
        let fetchable = |shallow: Value, commit: &str| {
            let application = json!({"uuid": "web", "settings": {"is_git_shallow_clone_enabled": shallow}});
            check_fetchable(&serde_json::from_value(application).unwrap(), commit).is_ok()
        };
        assert!(fetchable(json!(true), full) && !fetchable(json!(true), &full[..7]));
        assert!(fetchable(json!(false), &full[..7]) && fetchable(Value::Null, &full[..7]));
        for name in ["main", "v1.2.3", "-f", "012345", "", "HEAD", "feature/x"] {
            assert_eq!(check_commit(name).unwrap_err().kind(), ErrorKind::InvalidInput, "{name:?}");
        }
        check_commit(&full[..7]).unwrap();
    }
}

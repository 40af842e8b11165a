//! The previews of pull requests.

use super::scene::{end, meanwhile, request};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Harness, Verdict};
use crate::{DeployerExt, Method, RequestOption};

/// Deploys a preview, lists it, deletes it, and deletes it again.
pub async fn a_preview_is_deleted_once_and_is_gone(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::DeletePreview) {
        return not_offered("`delete_preview` is not offered");
    }
    let Some(asked) = harness.request_with(RequestOption::PullRequest).await else {
        return skip("the harness has no request with a pull request");
    };
    let Some(number) = asked.pull_request() else { return skip("the harness has no request with a pull request") };
    let made = request(harness, &deployer, &asked).await?;
    end(harness, &deployer, &made.id).await?;
    let listed = meanwhile(harness, deployer.previews_of(asked.target())).await;
    let is_listed = listed.is_ok_and(|previews| previews.iter().any(|preview| preview.pull_request == number));
    ensure!(is_listed, "the preview of pull request {number} was deployed, and is not listed");
    for (existed, time) in [(true, "first"), (false, "second")] {
        match meanwhile(harness, deployer.delete_preview(asked.target(), number)).await {
            Ok(answer) => ensure!(answer == existed, "the {time} time, deleting a preview is reported as {answer}"),
            Err(error) => return broken(format!("deleting a preview failed the {time} time: {error:#}")),
        }
    }
    let listed = match meanwhile(harness, deployer.previews_of(asked.target())).await {
        Ok(listed) => listed,
        Err(error) => return broken(format!("the previews of `{}` are not listed: {error:#}", asked.target())),
    };
    let left = listed.iter().find(|preview| preview.pull_request == number && preview.exists == Some(true));
    ensure!(left.is_none(), "a preview that was deleted is listed as {left:?}");
    Ok(())
}

//! Whether each option of a request does what its flag says.

use super::scene::{meanwhile, refused, target};
use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, RequestOption, Verdict};
use crate::{DeployRequest, Deployer, ErrorKind, Revision};

/// [`Capabilities::commit`](crate::Capabilities::commit) and a request with a commit.
pub async fn a_commit_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::Commit).await
}

/// [`Capabilities::image_tag`](crate::Capabilities::image_tag) and a request with an image tag.
pub async fn an_image_tag_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::ImageTag).await
}

/// [`Capabilities::no_cache`](crate::Capabilities::no_cache) and a request without the cache.
pub async fn no_cache_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::NoCache).await
}

/// [`Capabilities::reason`](crate::Capabilities::reason) and a request with a reason.
pub async fn a_reason_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::Reason).await
}

/// [`Capabilities::pull_request`](crate::Capabilities::pull_request) and a request with a pull request.
pub async fn a_pull_request_is_taken_or_refused(harness: &dyn Harness) -> Verdict {
    agrees(harness, RequestOption::PullRequest).await
}

async fn agrees(harness: &dyn Harness, option: RequestOption) -> Verdict {
    let deployer = harness.deployer();
    let capabilities = deployer.capabilities();
    let offered = match option {
        RequestOption::Commit => capabilities.commit,
        RequestOption::ImageTag => capabilities.image_tag,
        RequestOption::NoCache => capabilities.no_cache,
        RequestOption::Reason => capabilities.reason,
        RequestOption::PullRequest => capabilities.pull_request,
    };
    if offered {
        // A platform may still refuse an option for some kinds of target, so the harness says for which it is good.
        let Some(request) = harness.request_with(option).await else {
            return skip(format!("the harness has no request with the option {option:?}"));
        };
        let answer = meanwhile(harness, deployer.deploy(&request)).await;
        return match answer {
            Ok(_) => Ok(()),
            Err(error) => broken(format!("the option {option:?} is offered, and refused: {error:#}")),
        };
    }
    let target = target(harness, &[Ending::Succeeds]).await?;
    let request = DeployRequest::new(target.clone());
    let request = match option {
        RequestOption::Commit => {
            request.with_revision(Revision::Commit("0123456789abcdef0123456789abcdef01234567".into()))
        }
        RequestOption::ImageTag => request.with_revision(Revision::ImageTag("1.0.0".into())),
        RequestOption::NoCache => request.with_no_cache(true),
        RequestOption::Reason => request.with_reason("conformance"),
        RequestOption::PullRequest => request.with_pull_request(1),
    };
    let before = harness.triggers(&target).await;
    let answer = meanwhile(harness, deployer.deploy(&request)).await;
    refused(answer, &[ErrorKind::Unsupported], &format!("the option {option:?}, which is not offered,"))?;
    ensure!(before == harness.triggers(&target).await, "the option {option:?} was refused after the trigger was sent");
    Ok(())
}

//! Settings that a request changes before it deploys.

use std::sync::Arc;

use super::scene::{end, ended_as, meanwhile, request};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, RequestOption, Verdict};
use crate::{DeployRequest, Deployer, DeployerExt, ErrorKind, Method};

/// Sets a tag for a deployment that is refused, and for one that is made.
pub async fn a_set_tag_is_deployed_or_restored(harness: &dyn Harness) -> Verdict {
    let (deployer, asked) = offered(harness).await?;
    if !harness.refuse_next_trigger().await {
        return skip("the harness cannot refuse a trigger");
    }
    let before = harness.setting_of(&asked).await;
    match meanwhile(harness, deployer.deploy(&asked)).await {
        Ok(deployment) => return broken(format!("a trigger was refused, and the answer is `{}`", deployment.id)),
        Err(error) => {
            let after = harness.setting_of(&asked).await;
            let says_so = error.partial().is_some();
            ensure!(before == after || says_so, "it was {before:?} and is {after:?}, and the error is: {error:#}");
        }
    }
    let id = request(harness, &deployer, &asked).await?.id;
    let outcome = end(harness, &deployer, &id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "a deployment with a setting was reported as `{outcome}`");
    let wanted = asked.setting().map(|setting| setting.value().to_owned());
    let after = harness.setting_of(&asked).await;
    ensure!(after.is_none() || after == wanted, "{wanted:?} was to be set, and {after:?} is");
    Ok(())
}

/// Changes the setting between the intent and its trigger.
pub async fn a_setting_changed_by_somebody_else_is_a_conflict(harness: &dyn Harness) -> Verdict {
    let (deployer, asked) = offered(harness).await?;
    if !deployer.offers(Method::Prepare) {
        return not_offered("`prepare` is not offered");
    }
    let intent = match meanwhile(harness, deployer.prepare(&asked)).await {
        Ok(intent) => intent,
        Err(error) => return broken(format!("preparing a request with a setting failed: {error:#}")),
    };
    if !harness.change_setting(&asked).await {
        return skip("the harness cannot change a setting");
    }
    let (before, theirs) = (harness.triggers(asked.target()).await, harness.setting_of(&asked).await);
    match meanwhile(harness, deployer.send(&intent)).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {}
        Err(error) => return broken(format!("a setting that somebody else changed is refused as: {error:#}")),
        Ok(sent) => return broken(format!("a setting that somebody else changed is overwritten for `{}`", sent.id)),
    }
    ensure!(before == harness.triggers(asked.target()).await, "it was a conflict after the trigger was sent");
    let present = harness.setting_of(&asked).await;
    ensure!(present == theirs, "it was a conflict, and {theirs:?} was replaced by {present:?}");
    Ok(())
}

async fn offered(harness: &dyn Harness) -> Result<(Arc<dyn Deployer>, DeployRequest), NotKept> {
    let deployer = harness.deployer();
    let capabilities = deployer.capabilities();
    for option in [RequestOption::SetImageTag, RequestOption::SetBranch] {
        if capabilities.takes_anywhere(option) {
            return match harness.request_with(option).await {
                Some(asked) => Ok((deployer, asked)),
                None => skip(format!("the harness has no request with the option {option:?}")),
            };
        }
    }
    not_offered("a request with a setting is not offered")
}

//! Triggers in two steps: prepared, sent, and recovered by another deployer.

use std::sync::Arc;

use super::scene::{deploy_to, end, ended_as, meanwhile, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{DeployRequest, Deployer, DeployerExt, Deployment, ErrorKind, Intent, Method, Result, Target};

/// Prepares an intent, passes it on as JSON, counts what was triggered, and sends it.
pub async fn an_intent_triggers_nothing_until_it_is_sent(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness, &[Ending::Succeeds]).await?;
    let before = triggers(harness, &target).await?;
    let intent = prepared(harness, &deployer, &target).await?;
    let made = triggers(harness, &target).await? - before;
    ensure!(made == 0, "an intent was prepared, and the platform took on {made}");
    let sent = meanwhile(harness, deployer.send(&intent)).await;
    sent_to_its_end(harness, &deployer, sent).await?;
    let made = triggers(harness, &target).await? - before;
    ensure!(made == 1, "an intent was sent, and the platform took on {made}");
    Ok(())
}

/// Sends an intent twice.
pub async fn an_intent_is_sent_once(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness, &[Ending::Succeeds, Ending::Succeeds]).await?;
    let before = triggers(harness, &target).await?;
    let intent = prepared(harness, &deployer, &target).await?;
    for _ in 0..2 {
        let sent = meanwhile(harness, deployer.send(&intent)).await;
        sent_to_its_end(harness, &deployer, sent).await?;
    }
    let made = triggers(harness, &target).await? - before;
    ensure!(made == 1, "an intent was sent twice, and the platform took on {made}");
    Ok(())
}

/// Sends an intent for a target whose deployment before it failed, and recovers it with another deployer.
pub async fn an_intent_that_was_sent_is_recovered(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    deploy_to(harness, &deployer, &target, Ending::Fails).await?;
    let intent = prepared(harness, &deployer, &target).await?;
    let sent = meanwhile(harness, deployer.send(&intent)).await;
    sent_to_its_end(harness, &deployer, sent).await?;
    let other = harness.deployer();
    let recovered = meanwhile(harness, other.recover(&intent)).await;
    sent_to_its_end(harness, &other, recovered).await
}

/// Prepares an intent for a target that was deployed before, and recovers it with another deployer without sending it.
pub async fn an_intent_that_was_not_sent_is_not_triggered(harness: &dyn Harness) -> Verdict {
    let (deployer, target) = offered(harness, &[Ending::Succeeds, Ending::Succeeds]).await?;
    deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    let before = triggers(harness, &target).await?;
    let intent = prepared(harness, &deployer, &target).await?;
    let recovered = meanwhile(harness, harness.deployer().recover(&intent)).await;
    let made = triggers(harness, &target).await? - before;
    ensure!(made == 0, "an intent was recovered, and the platform took on {made}");
    match recovered {
        Ok(deployment) => broken(format!("nothing was sent, and `{}` is the answer", deployment.id)),
        Err(error) if error.kind() == ErrorKind::NotTriggered && error.is_safe_to_repeat() => Ok(()),
        Err(error) => broken(format!("nothing was sent, and the error is `{}`: {error:#}", error.kind())),
    }
}

/// A deployer that offers intents, and a target whose next deployments end so.
async fn offered(harness: &dyn Harness, endings: &[Ending]) -> Result<(Arc<dyn Deployer>, Target), NotKept> {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Prepare) {
        return not_offered("`prepare` is not offered");
    }
    Ok((deployer, target(harness, endings).await?))
}

async fn triggers(harness: &dyn Harness, target: &Target) -> Result<usize, NotKept> {
    match harness.triggers(target).await {
        Some(triggers) => Ok(triggers),
        None => skip("the harness does not know what was truly triggered"),
    }
}

/// An intent as another process would read it.
async fn prepared(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, target: &Target) -> Result<Intent, NotKept> {
    let request = DeployRequest::new(target.clone());
    let intent = match meanwhile(harness, deployer.prepare(&request)).await {
        Ok(intent) => intent,
        Err(error) => return broken(format!("preparing `{target}` failed: {error:#}")),
    };
    let read = serde_json::to_string(&intent).and_then(|text| serde_json::from_str::<Intent>(&text));
    match read {
        Ok(read) if read == intent && *read.request() == request => Ok(read),
        Ok(read) => broken(format!("the intent of `{target}` is read back as one of `{}`", read.request().target())),
        Err(error) => broken(format!("the intent of `{target}` is not read back: {error}")),
    }
}

/// Checks that the answer for an intent which was sent is a deployment that succeeds, or that nothing shows which it is.
async fn sent_to_its_end(harness: &dyn Harness, deployer: &Arc<dyn Deployer>, answer: Result<Deployment>) -> Verdict {
    match answer {
        Ok(deployment) => {
            let outcome = end(harness, deployer, &deployment.id).await?;
            ensure!(ended_as(&outcome, Ending::Succeeds), "`{}` ended as `{outcome}`", deployment.id);
            Ok(())
        }
        Err(error) => {
            ensure!(!error.is_safe_to_repeat(), "the intent was sent, and is called safe to repeat: {error:#}");
            let undecided = error.kind() == ErrorKind::Undecidable && deployer.capabilities().correlates;
            ensure!(!undecided, "the capability `correlates` is on, and the error is: {error:#}");
            Ok(())
        }
    }
}

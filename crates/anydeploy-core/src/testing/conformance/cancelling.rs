//! Stopping a deployment.

use super::scene::{deploy, end, ended_as, goes_on, meanwhile, refused, target};
use super::verdict::{broken, ensure, not_offered};
use super::{Ending, Harness, Verdict};
use crate::{DeployerExt, ErrorKind, Method, Phase};

/// Cancels a running deployment; it ends as cancelled, or the platform says why it does not.
pub async fn a_cancel_takes_effect_or_says_why_not(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Cancel) {
        return not_offered("`cancel` is not offered");
    }
    let target = target(harness, &[Ending::Never]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    match meanwhile(harness, deployer.cancel_deployment(&id)).await {
        Ok(cancelled) => {
            let phase = cancelled.status.phase;
            let wrong = matches!(phase, Phase::Succeeded | Phase::Failed);
            ensure!(!wrong, "a deployment that was cancelled is reported as {phase}");
            let outcome = end(harness, &deployer, &id).await?;
            ensure!(ended_as(&outcome, Ending::Cancelled), "a cancelled deployment was reported as `{outcome}`");
            Ok(())
        }
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unsupported) => Ok(()),
        Err(error) => broken(format!("cancelling what goes on is refused as `{}`: {error:#}", error.kind())),
    }
}

/// Cancels a deployment that is over, and reads it again.
pub async fn cancelling_what_is_over_is_a_conflict(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Cancel) {
        return not_offered("`cancel` is not offered");
    }
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &id).await?;
    let kinds = [ErrorKind::Conflict, ErrorKind::Unsupported];
    refused(meanwhile(harness, deployer.cancel_deployment(&id)).await, &kinds, "cancelling what is over")?;
    let outcome = end(harness, &deployer, &id).await?;
    ensure!(ended_as(&outcome, Ending::Succeeds), "a success that was then cancelled is reported as `{outcome}`");
    Ok(())
}

/// Cancels one of two running deployments of different targets.
pub async fn a_cancel_stops_nothing_else(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::Cancel) {
        return not_offered("`cancel` is not offered");
    }
    let (one, other) = (target(harness, &[Ending::Never]).await?, target(harness, &[Ending::Never]).await?);
    let one = deploy(harness, &deployer, &one).await?.id;
    let other = deploy(harness, &deployer, &other).await?.id;
    match meanwhile(harness, deployer.cancel_deployment(&one)).await {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unsupported) => {}
        Err(error) => return broken(format!("cancelling what goes on is refused as `{}`: {error:#}", error.kind())),
    }
    goes_on(harness, &deployer, &other).await?;
    Ok(())
}

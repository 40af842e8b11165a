//! Whether secrets stay secret.

use super::scene::{deploy, end, meanwhile, target};
use super::verdict::{ensure, skip};
use super::{Ending, Harness, Verdict};
use crate::{DeployRequest, Deployer};

/// Prints the deployer.
pub async fn a_deployer_prints_no_secret(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    nowhere(harness, "the deployer", &format!("{deployer:?} {deployer:#?}"))
}

/// Prints a deployment, its outcome, and the errors that are easily had.
pub async fn answers_and_errors_print_no_secret(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let deployment = deploy(harness, &deployer, &target).await?;
    nowhere(harness, "a deployment", &format!("{} {deployment:?}", deployment.id))?;
    let outcome = end(harness, &deployer, &deployment.id).await?;
    nowhere(harness, "an outcome", &format!("{outcome:?}"))?;
    let mut ids = harness.malformed_ids();
    ids.push(harness.foreign_id());
    ids.extend(harness.absent_id());
    for id in ids {
        if let Err(error) = meanwhile(harness, deployer.deployment(&id)).await {
            nowhere(harness, "an error", &format!("{error:#} {error:?}"))?;
        }
    }
    if let Some(target) = harness.unknown_target()
        && let Err(error) = meanwhile(harness, deployer.deploy(&DeployRequest::new(target))).await
    {
        nowhere(harness, "an error", &format!("{error:#} {error:?}"))?;
    }
    Ok(())
}

fn nowhere(harness: &dyn Harness, what: &str, text: &str) -> Verdict {
    let secrets = harness.secrets();
    if secrets.is_empty() {
        return skip("the harness names no secrets");
    }
    // The text itself is not told, because it may be the secret.
    ensure!(!secrets.iter().any(|secret| text.contains(secret.as_str())), "{what} prints a secret");
    Ok(())
}

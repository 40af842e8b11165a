//! Whether `Debug` and `Display` keep secrets out.

use super::scene::{deploy, end, meanwhile, target};
use super::verdict::{ensure, skip};
use super::{Ending, Harness, Verdict};
use crate::{DeployRequest, Deployer, DeployerExt, HistoryOptions, LogOptions};

/// Prints the deployer, and searches the text for its secrets.
pub async fn a_deployer_prints_no_secret(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    nowhere(harness, "the deployer", &format!("{deployer:?} {deployer:#?}"))
}

/// Prints a deployment, its outcome and several errors, and searches the texts for secrets.
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

/// Prints a batch, a history, a log, services and a check, and searches the texts for secrets.
pub async fn lists_and_logs_print_no_secret(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &id).await?;
    let batch = meanwhile(harness, deployer.deployments(std::slice::from_ref(&id))).await;
    nowhere(harness, "a batch", &format!("{batch:?}"))?;
    let history = meanwhile(harness, deployer.history_of(&target, HistoryOptions::default())).await;
    nowhere(harness, "a history", &format!("{history:?}"))?;
    let log = meanwhile(harness, deployer.logs_of(&id, LogOptions::default())).await;
    nowhere(harness, "a log", &format!("{log:?}"))?;
    // `Debug` masks a line, and programs show its text; the platform was never given the deployer's own secrets to print.
    let lines = log.map(|page| page.lines).unwrap_or_default();
    let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    nowhere(harness, "a log", &lines.join("\n"))?;
    let service = meanwhile(harness, deployer.service(&target)).await;
    nowhere(harness, "a service", &format!("{service:?}"))?;
    let services = meanwhile(harness, deployer.services()).await;
    nowhere(harness, "a list of services", &format!("{services:?}"))?;
    let check = meanwhile(harness, deployer.check()).await;
    nowhere(harness, "a check", &format!("{check:?}"))
}

fn nowhere(harness: &dyn Harness, what: &str, text: &str) -> Verdict {
    let secrets = harness.secrets();
    if secrets.is_empty() {
        return skip("the harness names no secrets");
    }
    // The text itself is not printed, because it may be the secret.
    ensure!(!secrets.iter().any(|secret| text.contains(secret.as_str())), "{what} prints a secret");
    Ok(())
}

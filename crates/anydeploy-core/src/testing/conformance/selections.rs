//! Several targets in one request.

use super::scene::{end, ended_as, meanwhile, same_target, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, Verdict};
use crate::{DeployerExt, DeploymentId, Method};

/// Deploys a selection beside a target that it does not name, and watches each of its deployments.
pub async fn a_selection_deploys_each_target_it_names_and_no_other(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::DeploySelection) {
        return not_offered("`deploy_selection` is not offered");
    }
    let beside = target(harness, &[Ending::Succeeds]).await?;
    let Some((selection, named)) = harness.selection().await else { return skip("the harness has no selection") };
    let others = harness.triggers(&beside).await;
    let report = match meanwhile(harness, deployer.deploy_selection(&selection)).await {
        Ok(report) => report,
        Err(error) => return broken(format!("deploying {selection:?} failed: {error:#}")),
    };
    let mut ids: Vec<DeploymentId> = Vec::new();
    for target in &named {
        let Some(entry) = report.entries.iter().find(|entry| same_target(&entry.target, target)) else {
            return broken(format!("the report does not name `{target}`"));
        };
        let deployment = match &entry.result {
            Ok(deployment) => deployment,
            Err(error) => return broken(format!("`{target}` was not deployed: {error:#}")),
        };
        ensure!(same_target(deployment.target(), target), "`{}` is the deployment of `{target}`", deployment.id);
        let outcome = end(harness, &deployer, &deployment.id).await?;
        ensure!(ended_as(&outcome, Ending::Succeeds), "a deployment of a selection was reported as `{outcome}`");
        ensure!(!ids.contains(&deployment.id), "`{}` is the deployment of two targets", deployment.id);
        ids.push(deployment.id.clone());
        if let Some(triggered) = harness.triggers(target).await {
            ensure!(triggered == 1, "one selection triggered {triggered} deployments of `{target}`");
        }
    }
    ensure!(report.entries.len() == named.len(), "{} targets have {} entries", named.len(), report.entries.len());
    ensure!(harness.triggers(&beside).await == others, "a target was deployed that the selection does not name");
    Ok(())
}

//! What must be refused, and how.

use futures::future::BoxFuture;

use super::scene::{deploy, meanwhile, refused, target};
use super::verdict::{broken, ensure, skip};
use super::{Ending, Harness, Verdict};
use crate::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, ErrorKind, HistoryOptions, LogOptions, Method, Result, Target,
    TargetKind,
};

/// The errors with which platforms answer a request for something that does not exist.
const ABSENT: &[ErrorKind] = &[ErrorKind::NotFound, ErrorKind::NotFoundOrForbidden];

/// Calls every method that takes a target, with one that does not exist.
pub async fn an_unknown_target_is_an_error(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let Some(target) = harness.unknown_target() else { return skip("the harness has no unknown target") };
    match meanwhile(harness, deployer.deploy(&DeployRequest::new(target.clone()))).await {
        Err(error) => ensure!(!error.is_transient(), "an unknown target is a transient error: {error:#}"),
        Ok(deployment) => return broken(format!("a deployment of `{target}` was returned: `{}`", deployment.id)),
    }
    if deployer.offers(Method::Service) {
        let answer = meanwhile(harness, deployer.service(&target)).await;
        ensure!(answer.is_err(), "a service was returned for `{target}`, which does not exist");
    }
    if deployer.offers(Method::History)
        && let Ok(history) = meanwhile(harness, deployer.history_of(&target, HistoryOptions::default())).await
    {
        ensure!(history.is_empty(), "`{target}` does not exist, and has a history of {}", history.len());
    }
    Ok(())
}

/// Deploys targets whose ids cannot stand in a request.
pub async fn an_unusable_target_is_invalid_input(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let Some(kind) = deployer.capabilities().target_kinds().next().cloned() else {
        return broken("no kind of target can be deployed");
    };
    for id in ["", "..", "a/b", "a?b", "a b", "a\nb"] {
        let request = DeployRequest::new(Target::new(kind.clone(), id));
        let answer = meanwhile(harness, deployer.deploy(&request)).await;
        refused(answer, &[ErrorKind::InvalidInput], &format!("the target id {id:?}"))?;
    }
    Ok(())
}

/// Deploys a target of a kind that no platform offers.
pub async fn a_kind_that_is_not_offered_is_unsupported(harness: &dyn Harness) -> Verdict {
    let target = Target::new(TargetKind::Other("windmill".to_owned()), "a");
    let answer = meanwhile(harness, harness.deployer().deploy(&DeployRequest::new(target))).await;
    refused(answer, &[ErrorKind::Unsupported], "a kind of target that is not offered")
}

/// Calls every method that takes an id, with one of another platform, and with one that differs from a real one in the
/// platform alone.
pub async fn an_id_of_another_platform_is_invalid_input(harness: &dyn Harness) -> Verdict {
    each_refuses(harness, &harness.foreign_id(), &[ErrorKind::InvalidInput]).await?;
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let real = deploy(harness, &deployer, &target).await?.id.to_string();
    let Some(Ok(foreign)) = real.split_once(':').map(|(_, rest)| format!("elsewhere:{rest}").parse()) else {
        return broken(format!("`{real}` cannot be read back"));
    };
    each_refuses(harness, &foreign, &[ErrorKind::InvalidInput]).await
}

/// Calls every method that takes an id, with ids that lack a detail or hold a wrong one.
pub async fn a_malformed_id_is_invalid_input(harness: &dyn Harness) -> Verdict {
    let ids = harness.malformed_ids();
    if ids.is_empty() {
        return skip("the harness has no malformed ids");
    }
    for id in ids {
        each_refuses(harness, &id, &[ErrorKind::InvalidInput]).await?;
    }
    Ok(())
}

/// Calls every method that takes an id, with that of a deployment that never existed.
pub async fn a_deployment_that_never_was_is_not_found(harness: &dyn Harness) -> Verdict {
    let Some(id) = harness.absent_id() else { return skip("the harness has no id of a deployment that never was") };
    each_refuses(harness, &id, ABSENT).await
}

/// Reads deployments under ids whose details are hostile text; only a panic or a success breaks the case.
pub async fn a_hostile_id_never_succeeds(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Fails]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let text = id.to_string();
    let details: Vec<&str> = text.split_once('?').map(|(_, query)| query.split('&').collect()).unwrap_or_default();
    let names: Vec<&str> = details.iter().filter_map(|detail| detail.split('=').next()).collect();
    for hostile in
        ["", ".", "../../x", "a b", "\0", "%00", "-1", "99999999999999999999", "é\u{202e}", &"x".repeat(5000)]
    {
        for name in &names {
            let id = id.clone().with(name, hostile);
            if let Ok(deployment) = meanwhile(harness, deployer.deployment(&id)).await {
                let phase = deployment.status.phase;
                ensure!(phase != crate::Phase::Succeeded, "with {name}={hostile:?} a failing deployment {phase}");
            }
        }
    }
    Ok(())
}

/// Calls every method that takes a deployment id; each that is offered must fail with one of these kinds.
async fn each_refuses(harness: &dyn Harness, id: &DeploymentId, kinds: &[ErrorKind]) -> Verdict {
    let deployer = harness.deployer();
    let asked: [(Method, BoxFuture<'_, Result<()>>); 4] = [
        (Method::Deployment, Box::pin(async { deployer.deployment(id).await.map(drop) })),
        (
            Method::Deployments,
            Box::pin(async {
                let answers = deployer.deployments(std::slice::from_ref(id)).await;
                answers.into_iter().try_for_each(|answer| answer.map(drop))
            }),
        ),
        (Method::Cancel, Box::pin(async { deployer.cancel_deployment(id).await.map(drop) })),
        (Method::Logs, Box::pin(async { deployer.logs_of(id, LogOptions::default()).await.map(drop) })),
    ];
    for (method, answer) in asked {
        if deployer.offers(method) {
            refused(meanwhile(harness, answer).await, kinds, &format!("`{id}` by `{method}`"))?;
        }
    }
    if kinds.contains(&ErrorKind::InvalidInput) {
        let outcome = meanwhile(harness, async { deployer.watch(id, harness.watch_options()).await }).await;
        refused(outcome, kinds, &format!("`{id}` by a watch"))?;
    }
    Ok(())
}

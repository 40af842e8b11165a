//! Reads other than those of the deployment that is waited for.

use tokio::time::sleep;

use super::scene::{deploy, deploy_to, end, meanwhile, same_target, target};
use super::verdict::{broken, ensure, not_offered, skip};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{
    Deployer, DeployerExt, DeploymentId, Error, ErrorKind, HistoryOptions, LogOptions, Method, Permission, Phase,
    Result,
};

/// Skips a case whose method is not offered; [`groups`](super::groups) checks that such a method says so.
fn offered(deployer: &dyn Deployer, method: Method) -> Verdict {
    if deployer.offers(method) { Ok(()) } else { not_offered(format!("`{method}` is not offered")) }
}

fn works<T>(answer: Result<T>, method: Method) -> Result<T, NotKept> {
    answer.or_else(|error| broken(format!("`{method}` failed: {error:#}")))
}

/// Deploys a target twice, with different endings, and reads its history at several lengths.
pub async fn history_is_newest_first_and_limited(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::History)?;
    let target = target(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    deploy_to(harness, &deployer, &target, Ending::Fails).await?;
    deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    for limit in [0, 1, 2] {
        let options = HistoryOptions::newest(limit);
        let history = works(meanwhile(harness, deployer.history_of(&target, options)).await, Method::History)?;
        ensure!(history.len() == limit, "the newest {limit} are {}", history.len());
        let phases: Vec<Phase> = history.iter().map(|deployment| deployment.status.phase).collect();
        let newest_first = [Phase::Succeeded, Phase::Failed];
        ensure!(newest_first.starts_with(&phases), "the newest {limit} are {phases:?}, and not of {newest_first:?}");
        for listed in history {
            ensure!(same_target(listed.target(), &target), "`{}` stands in the history of `{target}`", listed.id);
            let read = works(meanwhile(harness, deployer.deployment(&listed.id)).await, Method::Deployment)?;
            let (past, now) = (listed.status, read.status);
            ensure!(past.phase == now.phase, "`{}` is `{past}` in the history, and `{now}` when read", listed.id);
        }
    }
    Ok(())
}

/// Reads a failed and a successful deployment, and a foreign id between them, at once.
pub async fn a_batch_is_answered_in_order(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let good = target(harness, &[Ending::Succeeds]).await?;
    let bad = target(harness, &[Ending::Fails]).await?;
    let good = deploy(harness, &deployer, &good).await?.id;
    let bad = deploy(harness, &deployer, &bad).await?.id;
    end(harness, &deployer, &good).await?;
    end(harness, &deployer, &bad).await?;
    let ids = [bad, harness.foreign_id(), good];
    let answers = meanwhile(harness, deployer.deployments(&ids)).await;
    ensure!(answers.len() == ids.len(), "{} ids got {} answers", ids.len(), answers.len());
    let phases: Vec<Result<Phase, ErrorKind>> =
        answers.iter().map(|answer| answer.as_ref().map(|d| d.status.phase).map_err(Error::kind)).collect();
    let expected = [Ok(Phase::Failed), Err(ErrorKind::InvalidInput), Ok(Phase::Succeeded)];
    ensure!(phases == expected, "the answers are {phases:?}, and not {expected:?}");
    ensure!(deployer.deployments(&[]).await.is_empty(), "no ids got answers");
    Ok(())
}

/// Reads the log of a failed deployment at several lengths.
pub async fn a_log_is_cut_to_its_end(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::Logs)?;
    let target = target(harness, &[Ending::Fails]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &id).await?;
    let whole = works(meanwhile(harness, deployer.logs_of(&id, LogOptions::tail(10_000))).await, Method::Logs)?;
    for tail in [0, 1, 2] {
        let page = works(meanwhile(harness, deployer.logs_of(&id, LogOptions::tail(tail))).await, Method::Logs)?;
        ensure!(page.lines.len() <= tail, "the last {tail} lines are {}", page.lines.len());
        let end: Vec<&str> = page.lines.iter().map(|line| &*line.text).collect();
        let all: Vec<&str> = whole.lines.iter().map(|line| &*line.text).collect();
        ensure!(all.ends_with(&end), "the last {tail} lines are not the end of the log");
        ensure!(page.truncated || end.len() >= all.len(), "lines were left out, and the page does not say so");
    }
    Ok(())
}

/// Reads the logs of a failed and of a successful deployment of one target, the first one before and after the second.
pub async fn a_log_is_that_of_its_own_deployment(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::Logs)?;
    let target = target(harness, &[Ending::Fails, Ending::Succeeds]).await?;
    let first = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &first).await?;
    // The end of a log may come a little later than the status.
    meanwhile(harness, sleep(harness.observation_time() / 4)).await;
    let alone = log(harness, &*deployer, &first).await?;
    let second = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &second).await?;
    meanwhile(harness, sleep(harness.observation_time() / 4)).await;
    let (first, second) = (log(harness, &*deployer, &first).await?, log(harness, &*deployer, &second).await?);
    ensure!(first == alone, "the log of the first deployment is {first:?}, and was {alone:?} before the second");
    ensure!(first.is_empty() || first != second, "a failed and a successful deployment have the log {first:?}");
    Ok(())
}

async fn log(harness: &dyn Harness, deployer: &dyn Deployer, id: &DeploymentId) -> Result<Vec<String>, NotKept> {
    let page = works(meanwhile(harness, deployer.logs_of(id, LogOptions::tail(10_000))).await, Method::Logs)?;
    Ok(page.lines.into_iter().map(|line| line.text).collect())
}

/// Calls every method that reads a deployment and its target, and checks that the platform started no deployment.
pub async fn reading_triggers_nothing(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    end(harness, &deployer, &id).await?;
    let Some(before) = harness.triggers(&target).await else {
        return skip("the harness does not know what was truly triggered");
    };
    // What is not offered is an error, and triggers nothing either.
    let _ = meanwhile(harness, deployer.deployment(&id)).await;
    let _ = meanwhile(harness, deployer.deployments(std::slice::from_ref(&id))).await;
    let _ = meanwhile(harness, deployer.history_of(&target, HistoryOptions::default())).await;
    let _ = meanwhile(harness, deployer.logs_of(&id, LogOptions::default())).await;
    let _ = meanwhile(harness, deployer.service(&target)).await;
    let _ = meanwhile(harness, deployer.services()).await;
    let _ = meanwhile(harness, deployer.check()).await;
    let made = harness.triggers(&target).await.unwrap_or_default().saturating_sub(before);
    ensure!(made == 0, "reading triggered {made} deployments");
    Ok(())
}

/// Reads a target that exists.
pub async fn a_service_is_the_one_asked_for(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::Service)?;
    let target = target(harness, &[Ending::Succeeds]).await?;
    let service = works(meanwhile(harness, deployer.service(&target)).await, Method::Service)?;
    ensure!(same_target(&service.target, &target), "asked for `{target}`, it answered with `{}`", service.target);
    Ok(())
}

/// Searches the list of all services for a target that exists.
pub async fn services_list_what_can_be_deployed(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::Services)?;
    let target = target(harness, &[Ending::Succeeds]).await?;
    let services = works(meanwhile(harness, deployer.services()).await, Method::Services)?;
    ensure!(services.iter().any(|service| same_target(&service.target, &target)), "`{target}` is not in the list");
    Ok(())
}

/// Checks the credential with which everything else works.
pub async fn a_good_credential_is_reported_as_good(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    offered(&*deployer, Method::Check)?;
    let check = works(meanwhile(harness, deployer.check()).await, Method::Check)?;
    ensure!(check.read != Permission::Denied, "what can be read is reported as denied");
    ensure!(check.deploy != Permission::Denied, "what can be deployed is reported as denied");
    Ok(())
}

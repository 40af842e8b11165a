//! Finding services, and reading a history page by page.

use super::scene::{deploy_to, meanwhile, same_target, target};
use super::verdict::{broken, ensure, not_offered};
use super::{Ending, Harness, NotKept, Verdict};
use crate::{DeployerExt, DeploymentId, Error, ErrorKind, HistoryCursor, HistoryOptions, Method, ServiceQuery};

/// How many deployments the paged history holds.
const DEPLOYMENTS: usize = 4;

/// Reads a history of four deployments in pages of one to three, while a fifth one begins after the first page.
pub async fn a_paged_history_lists_each_deployment_once(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::HistoryPage) {
        return not_offered("`history_page` is not offered");
    }
    let target = target(harness, &[Ending::Succeeds; DEPLOYMENTS + 1]).await?;
    for _ in 0..DEPLOYMENTS {
        deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
    }
    let whole = meanwhile(harness, deployer.history_of(&target, HistoryOptions::newest(DEPLOYMENTS))).await;
    let whole: Vec<DeploymentId> = works(whole, Method::History)?.into_iter().map(|listed| listed.id).collect();
    for limit in 1..DEPLOYMENTS {
        let mut paged = Vec::new();
        let mut next: Option<HistoryCursor> = None;
        for page_number in 0.. {
            ensure!(
                page_number <= DEPLOYMENTS,
                "a history of {DEPLOYMENTS} deployments has no end in pages of {limit}"
            );
            let options = HistoryOptions::newest(limit);
            let page = meanwhile(harness, deployer.history_page(&target, options, next.as_ref())).await;
            let page = works(page, Method::HistoryPage)?;
            ensure!(page.deployments.len() <= limit, "a page of {limit} holds {} deployments", page.deployments.len());
            paged.extend(page.deployments.into_iter().map(|listed| listed.id));
            if limit == DEPLOYMENTS - 1 && page_number == 0 {
                deploy_to(harness, &deployer, &target, Ending::Succeeds).await?;
            }
            // A cursor is stored as text between two processes.
            next = page.next.map(|cursor| HistoryCursor::new(cursor.as_str()));
            if next.is_none() {
                break;
            }
        }
        ensure!(paged == whole, "in pages of {limit} a history of {whole:?} is {paged:?}");
    }
    Ok(())
}

/// Finds a target by its name and kind among those that are listed.
pub async fn a_query_finds_what_it_means_and_nothing_else(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    if !deployer.offers(Method::FindMatching) {
        return not_offered("`find_matching` is not offered");
    }
    let target = target(harness, &[Ending::Succeeds]).await?;
    let service = works(meanwhile(harness, deployer.service(&target)).await, Method::Service)?;
    let query = ServiceQuery::named(&service.name).with_kind(target.kind().clone());
    let found = works(meanwhile(harness, deployer.find_matching(&query)).await, Method::FindMatching)?;
    ensure!(found.iter().any(|found| same_target(&found.target, &target)), "`{target}` is not found by {query}");
    let other = found.iter().find(|found| found.name != service.name || found.target.kind() != target.kind());
    ensure!(other.is_none(), "{other:?} is found by {query}");
    let nameless = ServiceQuery::named("no service has this name");
    match meanwhile(harness, deployer.find_one(&nameless)).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => broken(format!("a name that no service has is refused as: {error:#}")),
        Ok(found) => broken(format!("`{}` is found by a name that it does not have", found.target)),
    }
}

fn works<T>(answer: Result<T, Error>, method: Method) -> Result<T, NotKept> {
    answer.or_else(|error| broken(format!("`{method}` failed: {error:#}")))
}

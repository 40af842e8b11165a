//! Whether each method of a group works if the group is offered.

use super::scene::{deploy, meanwhile, target};
use super::verdict::broken;
use super::{Ending, Harness, Verdict};
use crate::{DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, LogOptions, Method, Result};

/// [`TwoPhase::prepare_trigger`](crate::TwoPhase::prepare_trigger) works if the group is offered.
pub async fn prepare_works_if_it_is_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let request = DeployRequest::new(target(harness, &[Ending::Succeeds]).await?);
    let answer = meanwhile(harness, deployer.prepare(&request)).await;
    agrees(&*deployer, Method::Prepare, answer)
}

/// [`History::list_deployments`](crate::History::list_deployments) works if the group is offered.
pub async fn history_works_if_it_is_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let answer = meanwhile(harness, deployer.history_of(&target, HistoryOptions::default())).await;
    agrees(&*deployer, Method::History, answer)
}

/// [`Cancel::request_cancel`](crate::Cancel::request_cancel) works if the group is offered.
pub async fn cancel_works_if_it_is_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    // What cannot be cancelled need not go on.
    let ending = if deployer.offers(Method::Cancel) { Ending::Never } else { Ending::Succeeds };
    let target = target(harness, &[ending]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let answer = meanwhile(harness, deployer.cancel_deployment(&id)).await;
    agrees(&*deployer, Method::Cancel, answer)
}

/// [`Logs::read_log`](crate::Logs::read_log) works if the group is offered.
pub async fn logs_work_if_they_are_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let answer = meanwhile(harness, deployer.logs_of(&id, LogOptions::default())).await;
    agrees(&*deployer, Method::Logs, answer)
}

/// [`Catalog::read_service`](crate::Catalog::read_service) works if the group is offered.
pub async fn service_works_if_it_is_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let answer = meanwhile(harness, deployer.service(&target)).await;
    agrees(&*deployer, Method::Service, answer)
}

/// [`Catalog::list_services`](crate::Catalog::list_services) works if the group is offered.
pub async fn services_work_if_they_are_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let answer = meanwhile(harness, deployer.services()).await;
    agrees(&*deployer, Method::Services, answer)
}

/// [`Catalog::check_credential`](crate::Catalog::check_credential) works if the group is offered.
pub async fn check_works_if_it_is_offered(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let answer = meanwhile(harness, deployer.check()).await;
    agrees(&*deployer, Method::Check, answer)
}

fn agrees<T>(deployer: &dyn Deployer, method: Method, answer: Result<T>) -> Verdict {
    let unsupported = matches!(&answer, Err(error) if error.kind() == ErrorKind::Unsupported);
    match (deployer.offers(method), unsupported, answer) {
        (true, false, _) | (false, true, _) => Ok(()),
        (true, true, _) => broken(format!("the group of `{method}` is offered, and it answers that it is unsupported")),
        (false, false, Ok(_)) => broken(format!("the group of `{method}` is not offered, and it works")),
        (false, false, Err(error)) => broken(format!(
            "the group of `{method}` is not offered, and it does not say that it is unsupported: {error:#}"
        )),
    }
}

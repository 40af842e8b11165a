//! Whether each method does what its flag says.

use super::scene::{deploy, meanwhile, target};
use super::verdict::broken;
use super::{Ending, Harness, Verdict};
use crate::{Deployer, ErrorKind, HistoryOptions, LogOptions, Method, Result};

/// [`Capabilities::history`](crate::Capabilities::history) and [`Deployer::history`].
pub async fn history_does_what_its_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let answer = meanwhile(harness, deployer.history(&target, HistoryOptions::default())).await;
    agrees(&*deployer, Method::History, answer)
}

/// [`Capabilities::cancel`](crate::Capabilities::cancel) and [`Deployer::cancel`].
pub async fn cancel_does_what_its_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    // What cannot be cancelled need not go on.
    let ending = if deployer.capabilities().cancel { Ending::Never } else { Ending::Succeeds };
    let target = target(harness, &[ending]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let answer = meanwhile(harness, deployer.cancel(&id)).await;
    agrees(&*deployer, Method::Cancel, answer)
}

/// [`Capabilities::logs`](crate::Capabilities::logs) and [`Deployer::logs`].
pub async fn logs_do_what_their_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let id = deploy(harness, &deployer, &target).await?.id;
    let answer = meanwhile(harness, deployer.logs(&id, LogOptions::default())).await;
    agrees(&*deployer, Method::Logs, answer)
}

/// [`Capabilities::service`](crate::Capabilities::service) and [`Deployer::service`].
pub async fn service_does_what_its_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let target = target(harness, &[Ending::Succeeds]).await?;
    let answer = meanwhile(harness, deployer.service(&target)).await;
    agrees(&*deployer, Method::Service, answer)
}

/// [`Capabilities::services`](crate::Capabilities::services) and [`Deployer::services`].
pub async fn services_do_what_their_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let answer = meanwhile(harness, deployer.services()).await;
    agrees(&*deployer, Method::Services, answer)
}

/// [`Capabilities::check`](crate::Capabilities::check) and [`Deployer::check`].
pub async fn check_does_what_its_flag_says(harness: &dyn Harness) -> Verdict {
    let deployer = harness.deployer();
    let answer = meanwhile(harness, deployer.check()).await;
    agrees(&*deployer, Method::Check, answer)
}

fn agrees<T>(deployer: &dyn Deployer, method: Method, answer: Result<T>) -> Verdict {
    let unsupported = matches!(&answer, Err(error) if error.kind() == ErrorKind::Unsupported);
    match (deployer.capabilities().offers(method), unsupported, answer) {
        (true, false, _) | (false, true, _) => Ok(()),
        (true, true, _) => broken(format!("the flag of `{method}` is on, and it answers that it is unsupported")),
        (false, false, Ok(_)) => broken(format!("the flag of `{method}` is off, and it works")),
        (false, false, Err(error)) => {
            broken(format!("the flag of `{method}` is off, and it does not say that it is unsupported: {error:#}"))
        }
    }
}

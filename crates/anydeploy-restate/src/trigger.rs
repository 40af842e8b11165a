//! The steps of a trigger, each of which the engine runs at least once and stores the answer of.
//!
//! There is no fence here: the one of [`TwoPhase`](anydeploy_core::TwoPhase) serves.
//! Which attempt of a step is the first need not be known either.
//! An intent is sent by the process that prepared it, once, and within the fence; in any other attempt, in this process or
//! another, [`DeployerExt::send`] is a search, which lasts for longer than the fence of an attempt that overlaps with it.

use std::sync::Arc;

use anydeploy_core::{Deployer, DeployerExt, Deployment, Error, ErrorKind, HealthReading, Intent, Result};
use restate_sdk::errors::HandlerResult;
use serde::{Deserialize, Serialize};

use crate::verdict::{of_read, sends_anew};
use crate::{Order, Receipt};

/// What is known of a trigger after a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// It was acted on.
    Triggered(Receipt),
    /// It was not acted on.
    NotTriggered {
        error: Error,
        /// Another intent is worth a try.
        anew: bool,
    },
    /// Whether it was acted on is open.
    Open(Error),
}

/// What was read before a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub(crate) intent: Intent,
    pub(crate) before: Option<Box<HealthReading>>,
}

/// Checks a request and reads what identifies its deployment later, and the health before it if that is asked for.
pub(crate) async fn prepare(deployer: Arc<dyn Deployer>, order: Order) -> HandlerResult<Prepared> {
    let read = async {
        let target = order.request.target();
        let before = if order.health { Some(Box::new(deployer.health_of(target).await?)) } else { None };
        Ok(Prepared { intent: deployer.prepare(&order.request).await?, before })
    };
    read.await.map_err(|error| of_read(&error))
}

/// Sends the trigger of an intent, or searches for its deployment if an earlier attempt may have sent it.
pub(crate) async fn send(deployer: Arc<dyn Deployer>, intent: Intent) -> Answer {
    answer(deployer.send(&intent).await, |error| error.is_safe_to_repeat() && !is_of_this_worker(error.kind()))
}

/// Searches for the deployment of an intent that nobody sends any more.
pub(crate) async fn recover(deployer: Arc<dyn Deployer>, intent: Intent) -> Answer {
    answer(deployer.recover(&intent).await, |error| error.kind() == ErrorKind::NotTriggered)
}

fn answer(answer: Result<Deployment>, was_not_acted_on: impl Fn(&Error) -> bool) -> Answer {
    match answer {
        Ok(deployment) => Answer::Triggered(Receipt::from(&deployment)),
        Err(error) if was_not_acted_on(&error) => Answer::NotTriggered { anew: sends_anew(&error), error },
        Err(error) => Answer::Open(error),
    }
}

/// Whether an error says something about the deployer of this worker alone.
///
/// The worker that prepared the intent had passed these checks, so that it may have sent it.
fn is_of_this_worker(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidInput | ErrorKind::InvalidConfiguration | ErrorKind::Unsupported | ErrorKind::DryRun
    )
}

#[cfg(test)]
mod tests {
    use anydeploy_core::testing::MemoryDeployer;
    use anydeploy_core::{DeployRequest, Target};

    use super::*;

    fn request() -> DeployRequest {
        DeployRequest::new(Target::application("web"))
    }

    fn memory() -> MemoryDeployer {
        MemoryDeployer::new().with_application("web")
    }

    #[tokio::test]
    async fn a_refusal_by_the_server_leaves_nothing_open_and_one_by_the_worker_does() {
        for kind in ErrorKind::ALL {
            let error = Error::new(*kind, "x");
            let after_send =
                answer(Err(error.clone()), |error| error.is_safe_to_repeat() && !is_of_this_worker(error.kind()));
            let is_open = matches!(after_send, Answer::Open(_));
            assert_eq!(is_open, !error.is_safe_to_repeat() || is_of_this_worker(*kind), "{kind}");
        }
    }

    #[tokio::test]
    async fn an_intent_that_was_sent_is_searched_for_in_every_later_attempt() {
        let deployer = memory();
        let intent = deployer.prepare(&request()).await.unwrap();
        let shared: Arc<dyn Deployer> = Arc::new(deployer.clone());
        let first = send(Arc::clone(&shared), intent.clone()).await;
        let again = send(Arc::clone(&shared), intent.clone()).await;
        let Answer::Triggered(receipt) = &first else { panic!("{first:?}") };
        assert!(matches!(&again, Answer::Triggered(found) if found.id == receipt.id), "{again:?}");
        assert!(matches!(recover(shared, intent).await, Answer::Triggered(_)));
        assert_eq!(deployer.triggered().len(), 1);
    }

    #[tokio::test]
    async fn an_intent_of_a_profile_that_now_has_another_platform_stays_open() {
        let intent = memory().prepare(&request()).await.unwrap();
        let stored = serde_json::to_string(&intent).unwrap().replace("\"memory\"", "\"another\"");
        let foreign: Intent = serde_json::from_str(&stored).unwrap();
        assert_ne!(foreign.platform(), intent.platform());
        let sent = send(Arc::new(memory()), foreign.clone()).await;
        assert!(matches!(sent, Answer::Open(_)), "{sent:?}");
        assert!(matches!(recover(Arc::new(memory()), foreign).await, Answer::Open(_)));
    }

    #[test]
    fn what_a_step_answered_is_read_back_from_the_journal() {
        let receipt = Receipt::new("coolify:application:web?d=1".parse().unwrap(), anydeploy_core::Identity::Exact);
        let error = Error::new(ErrorKind::NotTriggered, "nothing was started");
        let answers = [
            Answer::Triggered(receipt),
            Answer::NotTriggered { error: error.clone(), anew: true },
            Answer::Open(error),
        ];
        for answer in answers {
            let stored = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Answer>(&stored).unwrap(), answer, "{stored}");
        }
    }
}

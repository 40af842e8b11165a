//! The health of what runs, as far as the end of its last action proves it.
//!
//! By REST Qovery has no state of what runs, only how the last action went (document of 2026-08-20, line 26027).
//! The two are independent: a service whose deployment went well may crash, and one whose deployment failed may run in the
//! version from before (`statuses.mdx` of the documentation, 4e9636b).
//! So nothing is ever healthy, and what an action leaves open is not known.

use futures::future::{BoxFuture, FutureExt};
use qovery_client::types::StateEnum;

use super::place::{check_place, environment_of};
use super::snapshot::filled;
use super::{Qovery, ids};
use crate::adapter::retry_briefly;
use crate::{Ability, Deployer, Health, HealthReading, HealthState, Result, Target, TargetKind, platform};

impl Health for Qovery {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        read(self, target).boxed()
    }
}

async fn read(qovery: &Qovery, target: &Target) -> Result<HealthReading> {
    let target = &ids::target(target)?;
    qovery.capabilities().require(&platform::QOVERY, target.kind(), Ability::Health)?;
    let environment = environment_of(&qovery.api, target).await?;
    let snapshot = retry_briefly(|| qovery.api.snapshot(&environment)).await?;
    let (state, last) = match (target.kind(), snapshot.service(target)) {
        (TargetKind::Environment, _) => (snapshot.state(), snapshot.last()),
        (_, Some(status)) => (&status.state, status.execution_id.as_deref()),
        (_, None) => {
            check_place(&qovery.api, target, &environment, &snapshot).await?;
            return Ok(HealthReading::new(HealthState::Unknown, ""));
        }
    };
    let (health, reason) = health(state, target.kind(), filled(last).is_some());
    Ok(HealthReading::new(health, state.as_str()).with_reason(reason))
}

/// The health that a state proves, and why it proves none; `has_run` is whether the target was ever in an execution.
fn health(state: &StateEnum, kind: &TargetKind, has_run: bool) -> (HealthState, Option<&'static str>) {
    match state {
        StateEnum::Deployed | StateEnum::Restarted => (HealthState::Unchecked, None),
        StateEnum::Deploying | StateEnum::Restarting | StateEnum::Executing => (HealthState::Starting, None),
        // The engine stops a managed database on AWS alone, and reports a success everywhere (engine 59fa717,
        // `deploy_database.rs`); AWS starts it again after seven days.
        StateEnum::Stopping | StateEnum::Stopped if *kind == TargetKind::Database => {
            (HealthState::Unknown, Some("a managed database may run although it is listed as stopped"))
        }
        StateEnum::Stopping | StateEnum::Stopped | StateEnum::Deleting | StateEnum::Deleted => {
            (HealthState::Degraded, None)
        }
        // The console takes this word beside a past deployment for one that may run (720181b, `service-status-utils.ts`).
        StateEnum::Ready if !has_run => (HealthState::Degraded, Some("it was never deployed")),
        _ => (HealthState::Unknown, Some("Qovery reports the last action, and what ran before it may still run")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_healthy_and_what_a_word_leaves_open_is_not_known() {
        let application = |word: &str| health(&StateEnum::from(word), &TargetKind::Application, true).0;
        let proven = [
            (HealthState::Unchecked, vec!["DEPLOYED", "RESTARTED"]),
            (HealthState::Starting, vec!["DEPLOYING", "RESTARTING", "EXECUTING"]),
            (HealthState::Degraded, vec!["STOPPING", "STOPPED", "DELETING", "DELETED"]),
        ];
        for (expected, words) in &proven {
            for word in words {
                assert_eq!(application(word), *expected, "{word}");
            }
        }
        let open = StateEnum::KNOWN.iter().map(StateEnum::as_str).chain(["LEVITATING", "HEALTHY", "RUNNING", ""]);
        for word in open.filter(|word| !proven.iter().any(|(_, words)| words.contains(word))) {
            assert_eq!(application(word), HealthState::Unknown, "{word}");
        }
    }

    #[test]
    fn ready_is_not_deployed_unless_something_was() {
        let ready = |has_run| health(&StateEnum::Ready, &TargetKind::Container, has_run).0;
        assert_eq!((ready(false), ready(true)), (HealthState::Degraded, HealthState::Unknown));
    }

    #[test]
    fn a_stopped_database_may_run() {
        assert_eq!(health(&StateEnum::Stopped, &TargetKind::Database, true).0, HealthState::Unknown);
    }
}

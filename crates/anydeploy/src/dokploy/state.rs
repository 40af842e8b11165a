//! How a target runs: its status, and whether anything is under way that makes it no result.

use futures::future::{BoxFuture, FutureExt};

use super::settings::Settings;
use super::under_way::{self, UnderWay};
use super::{ApplicationStatusEnum, Dokploy, service_state};
use crate::adapter::retry_briefly;
use crate::{Result, RunState, ServiceState, Target, TargetKind};

/// Why a status is no result yet.
const BUSY: &str = "a deployment is under way";

/// How a target runs, with the settings that were read along.
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) run: RunState,
}

impl State {
    /// Whether a start would change nothing: it runs, or a deployment is about to start it.
    pub(super) fn is_started(&self) -> bool {
        match self.run.state {
            ServiceState::Running => self.run.busy.is_none(),
            ServiceState::Starting => self.run.busy.is_some(),
            _ => false,
        }
    }

    /// Whether a stop would change nothing.
    pub(super) fn is_stopped(&self) -> bool {
        self.run.state == ServiceState::Stopped && self.run.busy.is_none()
    }
}

/// Reads how a target runs.
///
/// Nothing but the status of a database shows what is under way on it.
/// The status counts only if nothing was under way before it was read, nor after: a deployment that was, and the end of
/// which is not seen, starts again what was stopped meanwhile.
pub(super) fn read<'a>(dokploy: &'a Dokploy, target: &'a Target) -> BoxFuture<'a, Result<State>> {
    async move {
        if *target.kind() == TargetKind::Database {
            let settings = retry_briefly(|| dokploy.api.settings(target)).await?;
            let is_busy = settings.status == ApplicationStatusEnum::Running;
            let run = RunState::new(service_state(&settings.status), settings.status.as_str());
            let run = run.with_busy(is_busy.then(|| BUSY.to_owned()));
            return Ok(State { settings, run });
        }
        let before = under_way::read(dokploy, target).await?;
        let settings = retry_briefly(|| dokploy.api.settings(target)).await?;
        let after = if before.is_busy() { before.clone() } else { under_way::read(dokploy, target).await? };
        let run = run_state(&settings.status, &before, after);
        Ok(State { settings, run })
    }
    .boxed()
}

fn run_state(status: &ApplicationStatusEnum, before: &UnderWay, after: UnderWay) -> RunState {
    let busy = if after.is_busy() || before.is_busy() {
        Some(BUSY.to_owned())
    } else if after.newest != before.newest {
        Some("a deployment has just ended".to_owned())
    } else {
        None
    };
    RunState::new(service_state(status), status.as_str()).with_busy(busy).with_under_way(after.deployments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(deployments: usize, has_job: Option<bool>, newest: i64) -> UnderWay {
        let id = "dokploy:application:a?row=r".parse().unwrap();
        UnderWay { deployments: vec![id; deployments], has_job, newest: Some(newest) }
    }

    #[test]
    fn a_status_is_a_result_only_if_nothing_was_under_way_around_it() {
        let idle = || under_way(0, Some(false), 1);
        for (before, after, is_busy) in [
            (idle(), idle(), false),
            (under_way(0, None, 1), under_way(0, None, 1), false),
            (under_way(1, Some(true), 1), under_way(1, Some(true), 1), true),
            (under_way(1, None, 1), under_way(1, None, 1), true),
            (idle(), under_way(0, Some(true), 1), true),
            (idle(), under_way(1, Some(true), 2), true),
            // It began and ended between the two reads.
            (idle(), under_way(0, Some(false), 2), true),
        ] {
            let state = run_state(&ApplicationStatusEnum::Idle, &before, after.clone());
            assert_eq!(state.busy.is_some(), is_busy, "{before:?} {after:?}");
            assert_eq!(state.under_way, after.deployments);
        }
    }
}

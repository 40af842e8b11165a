//! The health of what runs: Coolify's own word for the state of the containers.
//!
//! Facts of 4.3.11: `state[:health[:excluded]]`.
//! Without a health check the health is `unknown`, and stays so.
//! The word is that of the last inspection of the containers, which comes every minute, and shortly after a deployment.
//! A service or database that is started or restarted reads `exited` for up to that minute before it runs.
//! A restart that found its image is followed by no inspection of its own, so that what an application shows right after a
//! deployment may be the state from before it.
//! The number of restarts is counted where Coolify inspects by SSH, and stays as it is where its agent reports.

use futures::future::{BoxFuture, FutureExt};

use super::Coolify;
use super::service::{UNREACHABLE, is_reachable};
use super::state::{JUST_ENDED, is_unseen};
use crate::adapter::retry_briefly;
use crate::{Ability, Deployer, Health, HealthReading, HealthState, Result, Target, TargetKind, platform};

impl Health for Coolify {
    fn read_health<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<HealthReading>> {
        read(self, target).boxed()
    }
}

async fn read(coolify: &Coolify, target: &Target) -> Result<HealthReading> {
    target.validate()?;
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Health)?;
    let (api, uuid) = (&coolify.api, target.id());
    let (status, server, restarts) = match target.kind() {
        TargetKind::Service => {
            let (row, _) = retry_briefly(|| api.service(uuid)).await?;
            (row.status, row.server_status, None)
        }
        TargetKind::Database => {
            let (row, _) = retry_briefly(|| api.database(uuid)).await?;
            (row.status, row.server_status, row.restart_count)
        }
        _ => {
            let (row, at) = retry_briefly(|| api.application(uuid)).await?;
            let runs_well = row.status.as_deref().is_some_and(|raw| raw.starts_with("running"));
            if runs_well && is_reachable(row.server_status) && is_unseen(api, target, at, &coolify.timing).await? {
                let reading = HealthReading::new(HealthState::Starting, row.status.unwrap_or_default());
                return Ok(reading.with_reason(Some(JUST_ENDED)));
            }
            (row.status, row.server_status, row.restart_count)
        }
    };
    let restarts = restarts.and_then(|count| u32::try_from(count).ok());
    let raw = status.unwrap_or_default();
    if !is_reachable(server) {
        let reading = HealthReading::new(HealthState::Unknown, raw);
        return Ok(reading.with_reason(Some(UNREACHABLE)));
    }
    Ok(HealthReading::new(health(&raw), raw).with_restarts(restarts))
}

/// The health that a status stands for; `running (healthy)` is an older form of `running:healthy`.
fn health(raw: &str) -> HealthState {
    let mut words = raw.split([':', ' ', '(', ')']).filter(|word| !word.is_empty());
    match (words.next().unwrap_or_default(), words.next()) {
        ("running", Some("healthy")) => HealthState::Healthy,
        ("running", Some("unknown") | None) => HealthState::Unchecked,
        ("starting" | "created", _) => HealthState::Starting,
        // A container that is being restarted has crashed.
        ("running", Some("unhealthy")) | ("restarting" | "degraded" | "exited" | "dead" | "paused" | "removing", _) => {
            HealthState::Degraded
        }
        _ => HealthState::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_health_check_that_passes_is_healthy() {
        let cases = [
            ("running:healthy", HealthState::Healthy),
            ("running:healthy:excluded", HealthState::Healthy),
            ("running (healthy)", HealthState::Healthy),
            ("running:unknown", HealthState::Unchecked),
            ("running", HealthState::Unchecked),
            ("running:unhealthy", HealthState::Degraded),
            ("running:splendid", HealthState::Unknown),
            ("starting:unhealthy", HealthState::Starting),
            ("restarting:unknown", HealthState::Degraded),
            ("degraded:unhealthy", HealthState::Degraded),
            ("exited", HealthState::Degraded),
            ("exited:unhealthy", HealthState::Degraded),
            ("unknown:unknown:excluded", HealthState::Unknown),
            ("", HealthState::Unknown),
        ];
        for (raw, state) in cases {
            assert_eq!(health(raw), state, "{raw}");
        }
    }
}

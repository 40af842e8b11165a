//! Services and databases: what they are, how they run, and whether a start of theirs went well.

use std::time::Duration;

use super::status::service_state;
use super::{Coolify, fail};
use crate::clock::Moment;
use crate::failure::mask;
use crate::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Identity, Phase, Platform, Result, Service,
    ServiceState, Target, TargetKind,
};

/// When a trigger was answered that led to no id: that of a service or database never does.
pub(super) const SINCE: &str = "since";

/// A start of a service or database that was accepted at this moment.
pub(super) fn started(target: &Target, at: Moment, message: &str) -> Deployment {
    let id = at.write(DeploymentId::new(Platform::Coolify, target.clone()), SINCE);
    let title = Some(mask(message)).filter(|message| !message.is_empty());
    Deployment::new(id, Identity::Inferred, DeploymentStatus::new(Phase::Queued, "accepted"))
        .with_title(title)
        .with_times(at.date(), None)
}

/// There if the service or database ran before the trigger.
const RAN: &str = "ran";

/// A start of what ran already.
pub(super) fn running_before(mut started: Deployment) -> Deployment {
    started.id = started.id.with(RAN, "1");
    started
}

/// A service as read, and the moment of the answer.
struct Seen {
    service: Service,
    at: Moment,
}

impl Coolify {
    pub(super) async fn read_service(&self, target: &Target) -> Result<Service> {
        Ok(self.see(target).await?.service)
    }

    async fn see(&self, target: &Target) -> Result<Seen> {
        target.validate()?;
        let uuid = target.id();
        let (name, status, urls, at) = match target.kind() {
            TargetKind::Application => {
                let reply = self.client.get_application_by_uuid(uuid).await.map_err(fail)?;
                let at = Moment::of(reply.header("date"));
                let row = reply.into_value();
                (row.name, row.status, row.fqdn, at)
            }
            TargetKind::Service => {
                let reply = self.client.get_service_by_uuid(uuid).await.map_err(fail)?;
                let at = Moment::of(reply.header("date"));
                let row = reply.into_value();
                (row.name, row.status, None, at)
            }
            TargetKind::Database => {
                let reply = self.client.get_database_by_uuid(uuid).await.map_err(fail)?;
                let at = Moment::of(reply.header("date"));
                let row = reply.into_value();
                (row.name, row.status, None, at)
            }
            other => return Err(Error::unsupported(Platform::Coolify, format_args!("targets of kind `{other}`"))),
        };
        Ok(Seen { service: service(target.clone(), name, status, urls.as_deref()), at })
    }

    pub(super) async fn list_services(&self) -> Result<Vec<Service>> {
        let rows = self.client.list_resources().await.map_err(fail)?.into_value();
        Ok(rows
            .into_iter()
            .map(|row| {
                let kind = match row.type_.as_ref().map_or("", |kind| kind.as_str()) {
                    "application" => TargetKind::Application,
                    "service" => TargetKind::Service,
                    // `standalone-postgresql` and the like.
                    engine if engine.starts_with("standalone-") => TargetKind::Database,
                    other => TargetKind::Other(other.to_owned()),
                };
                service(Target::new(kind, row.uuid), row.name, row.status, row.fqdn.as_deref())
            })
            .collect())
    }

    /// Whether a service or database runs; what cannot be read may.
    pub(super) async fn runs(&self, target: &Target) -> bool {
        self.see(target).await.ok().is_none_or(|seen| seen.service.state == ServiceState::Running)
    }

    /// Judges a start by how the service or database runs now.
    ///
    /// Its state is refreshed by a job of the server, so a bad state right after the start may be the old one.
    pub(super) async fn follow(&self, id: &DeploymentId) -> Result<Deployment> {
        let since = Moment::read(id, SINCE);
        if since.is_none() && id.get(SINCE).is_some() {
            let message = format!("the deployment id `{id}` holds no moment in `{SINCE}`");
            return Err(Error::new(ErrorKind::InvalidInput, message).with_platform(Platform::Coolify));
        }
        let Seen { service, at } = self.see(id.target()).await?;
        let age = since.map(|since| since.age(at)).unwrap_or_default();
        let phase = judge(service.state, age, self.grace, id.get(RAN).is_some());
        Ok(Deployment::new(id.clone(), Identity::Inferred, DeploymentStatus::new(phase, service.raw_state))
            .with_times(since.and_then(Moment::date), None))
    }
}

/// Whether a start went well, from the state of the service so long after it; `ran` says that it was running before.
///
/// Coolify refreshes the state about once a minute, so that what ran before may be shown as running for as long.
fn judge(state: ServiceState, age: Duration, grace: Duration, ran: bool) -> Phase {
    match state {
        ServiceState::Running if age >= if ran { grace } else { grace / 6 } => Phase::Succeeded,
        ServiceState::Stopped | ServiceState::Degraded | ServiceState::Failed if age >= grace => Phase::Failed,
        // Before that the state may still be the one from before the start.
        ServiceState::Running
        | ServiceState::Starting
        | ServiceState::Stopped
        | ServiceState::Degraded
        | ServiceState::Failed => Phase::Running,
        _ => Phase::Unknown,
    }
}

fn service(target: Target, name: Option<String>, status: Option<String>, urls: Option<&str>) -> Service {
    let raw = status.unwrap_or_default();
    // Coolify keeps the URLs of an application in one text, parted by commas.
    let urls = urls.into_iter().flat_map(|urls| urls.split(',')).map(str::trim).filter(|url| !url.is_empty());
    let urls = urls.map(str::to_owned).collect();
    let name = name.unwrap_or_else(|| target.id().to_owned());
    Service::new(target, name, service_state(&raw), raw).with_urls(urls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_judged_only_after_the_state_had_time_to_change() {
        let grace = Duration::from_secs(60);
        let cases = [
            (ServiceState::Running, 0, Phase::Running),
            (ServiceState::Running, 10, Phase::Succeeded),
            (ServiceState::Stopped, 10, Phase::Running),
            (ServiceState::Stopped, 60, Phase::Failed),
            (ServiceState::Degraded, 60, Phase::Failed),
            (ServiceState::Starting, 600, Phase::Running),
            (ServiceState::Unknown, 600, Phase::Unknown),
        ];
        for (state, age, phase) in cases {
            assert_eq!(judge(state, Duration::from_secs(age), grace, false), phase, "{state} after {age} s");
        }
        let again = |age| judge(ServiceState::Running, Duration::from_secs(age), grace, true);
        assert_eq!((again(59), again(60)), (Phase::Running, Phase::Succeeded), "it may be what ran before");
    }
}

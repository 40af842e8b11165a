//! Services and databases: what they are, how they run, and whether a start of theirs went well.

use std::time::Duration;

use super::Coolify;
use super::api::Api;
use super::check::check;
use super::pending::Start;
use super::status::service_state;
use crate::adapter::{Timestamps, mask};
use futures::future::{BoxFuture, FutureExt};

use crate::{
    Catalog, Check, Deployment, DeploymentStatus, Error, Identity, Phase, Result, Service, ServiceState, Target,
    TargetKind, Timing, platform,
};

/// A start of a service or database that was accepted.
pub(super) fn started(target: &Target, start: Start, message: &str) -> Deployment {
    let title = Some(mask(message)).filter(|message| !message.is_empty());
    Deployment::new(start.id(target), Identity::Inferred, DeploymentStatus::new(Phase::Queued, "accepted"))
        .with_title(title)
        .with_action(start.action)
        .with_times(start.answered_at.and_then(Timestamps::date), None)
}

/// How long a start may take before the containers appear at all, unless they were seen and have stopped again.
///
/// The images are pulled first, which takes minutes, and until then the state is the old one or `exited`.
const START_LIMIT: Duration = Duration::from_mins(15);

/// How many times [`lost_after`](Timing::lost_after) the state may be a bad one after a good one.
///
/// The state is refreshed once a minute (4.3.11), so that between the end of a start and the next refresh it is `exited` for
/// as long; on Coolify's cloud it is refreshed every five minutes, for which that time has to be longer than the default.
const FALL_BACK: u32 = 2;

impl Catalog for Coolify {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        read(&self.api, target).boxed()
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        list(&self.api).boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        check(&self.api).boxed()
    }
}

/// How a target runs.
pub(super) async fn read(api: &Api, target: &Target) -> Result<Service> {
    Ok(see(api, target).await?.0)
}

/// How a target runs, and when it was read.
async fn see(api: &Api, target: &Target) -> Result<(Service, Timestamps)> {
    target.validate()?;
    let uuid = target.id();
    let (name, status, urls, at) = match target.kind() {
        TargetKind::Application => api.application(uuid).await.map(|(row, at)| (row.name, row.status, row.fqdn, at)),
        TargetKind::Service => api.service(uuid).await.map(|(row, at)| (row.name, row.status, None, at)),
        TargetKind::Database => api.database(uuid).await.map(|(row, at)| (row.name, row.status, None, at)),
        other => Err(Error::unsupported(platform::COOLIFY, format_args!("targets of kind `{other}`"))),
    }?;
    let service = service(target.clone(), name, status, urls.as_deref());
    Ok((service, at.unwrap_or_else(|| Timestamps::of(None))))
}

async fn list(api: &Api) -> Result<Vec<Service>> {
    let kind = |word: &str| match word {
        "application" => TargetKind::Application,
        "service" => TargetKind::Service,
        // `standalone-postgresql` and the like.
        engine if engine.starts_with("standalone-") => TargetKind::Database,
        other => TargetKind::Other(other.to_owned()),
    };
    let services = api.resources().await?.into_iter().map(|row| {
        let kind = kind(row.type_.as_ref().map_or("", |kind| kind.as_str()));
        service(Target::new(kind, row.uuid), row.name, row.status, row.fqdn.as_deref())
    });
    Ok(services.collect())
}

/// Judges a start by how the service or database runs now, and by what earlier reads saw of it.
///
/// Its state is refreshed by a job of the server, so a state right after the start may be the old one.
pub(super) async fn follow(coolify: &Coolify, target: &Target, mut start: Start) -> Result<Deployment> {
    let (service, at) = see(&coolify.api, target).await?;
    let signs = Signs {
        age: start.answered_at.map(|answered_at| answered_at.age(at)).unwrap_or_default(),
        ran: start.ran,
        up: start.up.map(|up| up.age(at)),
    };
    let phase = judge(service.state, &signs, &coolify.timing);
    if signs.is_up(service.state) {
        start.up = Some(at);
    }
    // What runs after this is not what ran before the start.
    start.ran &= matches!(service.state, ServiceState::Running | ServiceState::Unknown);
    let status = DeploymentStatus::new(phase, service.raw_state);
    Ok(Deployment::new(start.id(target), Identity::Inferred, status)
        .with_action(start.action)
        .with_times(start.answered_at.and_then(Timestamps::date), None))
}

/// What is known of a start.
struct Signs {
    /// How long ago it was asked for.
    age: Duration,
    /// It may still be shown as running for what it did before.
    ran: bool,
    /// How long ago it was last seen starting or running because of it.
    up: Option<Duration>,
}

impl Signs {
    /// Whether this state is a sign that the start has begun to work.
    fn is_up(&self, state: ServiceState) -> bool {
        match state {
            ServiceState::Starting => true,
            ServiceState::Running => !self.ran,
            _ => false,
        }
    }
}

/// How a start goes.
///
/// That no sign of it shows is no failure: Coolify works on it for minutes without showing any.
fn judge(state: ServiceState, signs: &Signs, timing: &Timing) -> Phase {
    match state {
        ServiceState::Running if signs.age >= if signs.ran { timing.lost_after } else { timing.row_appears } => {
            Phase::Succeeded
        }
        ServiceState::Stopped | ServiceState::Degraded | ServiceState::Failed => {
            let is_down = match signs.up {
                Some(up) => up >= timing.lost_after * FALL_BACK,
                None => signs.age >= START_LIMIT.max(timing.lost_after),
            };
            if is_down { Phase::Failed } else { Phase::Running }
        }
        ServiceState::Running | ServiceState::Starting => Phase::Running,
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
    fn a_start_is_judged_by_the_states_that_were_seen() {
        let seconds = Duration::from_secs;
        let cases = [
            // state, age, ran before, last seen up, phase
            (ServiceState::Running, 0, false, None, Phase::Running),
            (ServiceState::Running, 10, false, None, Phase::Succeeded),
            (ServiceState::Running, 59, true, None, Phase::Running),
            (ServiceState::Running, 60, true, None, Phase::Succeeded),
            (ServiceState::Stopped, 61, false, None, Phase::Running),
            (ServiceState::Degraded, 61, false, None, Phase::Running),
            (ServiceState::Stopped, 899, false, None, Phase::Running),
            (ServiceState::Stopped, 900, false, None, Phase::Failed),
            (ServiceState::Degraded, 900, true, None, Phase::Failed),
            (ServiceState::Stopped, 300, false, Some(119), Phase::Running),
            (ServiceState::Stopped, 300, false, Some(120), Phase::Failed),
            (ServiceState::Failed, 300, false, Some(120), Phase::Failed),
            (ServiceState::Stopped, 2000, false, Some(46), Phase::Running),
            (ServiceState::Starting, 2000, false, Some(2), Phase::Running),
            (ServiceState::Unknown, 2000, false, Some(600), Phase::Unknown),
        ];
        for (state, age, ran, up, phase) in cases {
            let signs = Signs { age: seconds(age), ran, up: up.map(seconds) };
            assert_eq!(judge(state, &signs, &Timing::default()), phase, "{state} after {age} s, up {up:?} s ago");
        }
    }
}

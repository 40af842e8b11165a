//! Services and databases: what they are, how they run, and whether a start of theirs went well.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, join};

use super::api::Api;
use super::check::check;
use super::pending::Start;
use super::service::{Reading, UNREACHABLE, of_resource, read, read_with_reachability};
use super::{Coolify, find};
use crate::adapter::{Timestamps, mask};
use crate::{
    Ability, Catalog, Check, Deployer, Deployment, DeploymentStatus, ErrorKind, Identity, Phase, Result, Service,
    ServiceDomain, ServiceQuery, ServiceState, Target, Timing, platform,
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

/// What is not known of a start that was not seen to stop anything.
///
/// A redeployment of a service, and the deployment of a service or database, pull the images before anything is stopped, and
/// end without a word if that fails (4.1.2 to 4.3.11).
const MAY_BE_OLD: &str =
    "it runs, and Coolify does not report whether its containers were exchanged or are those from before";

impl Catalog for Coolify {
    fn read_service<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Service>> {
        read_with_tags(&self.api, target).boxed()
    }

    fn list_services(&self) -> BoxFuture<'_, Result<Vec<Service>>> {
        async { Ok(self.api.resources().await?.iter().map(of_resource).collect()) }.boxed()
    }

    fn list_matching<'a>(&'a self, query: &'a ServiceQuery) -> BoxFuture<'a, Result<Vec<Service>>> {
        find::matching(&self.api, query).boxed()
    }

    fn list_domains<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Vec<ServiceDomain>>> {
        domains(self, target).boxed()
    }

    fn check_credential(&self) -> BoxFuture<'_, Result<Check>> {
        check(&self.api).boxed()
    }
}

/// How a target runs, and its tags, which have a list of their own.
async fn read_with_tags(api: &Api, target: &Target) -> Result<Service> {
    let (service, tags) = join(read(api, target), api.tags(target)).await;
    let service = service?;
    match tags {
        Ok(tags) => Ok(service.with_tags(tags)),
        // An older version has no such list.
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(service),
        Err(error) => Err(error),
    }
}

async fn domains(coolify: &Coolify, target: &Target) -> Result<Vec<ServiceDomain>> {
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), Ability::Domains)?;
    // No answer says which certificate the proxy has, or whether the server has a proxy at all (4.3.11).
    Ok(read(&coolify.api, target).await?.urls.into_iter().map(ServiceDomain::new).collect())
}

/// Judges a start by how the service or database runs now, and by what earlier reads saw of it.
///
/// Its state is refreshed by a job of the server, so a state right after the start may be the old one.
/// On a machine that is not functional, a start ends without a word, and the state stays the old one (4.3.11).
pub(super) async fn follow(coolify: &Coolify, target: &Target, mut start: Start) -> Result<Deployment> {
    let Reading { service, is_reachable, at } = read_with_reachability(&coolify.api, target).await?;
    let deployment = |start: Start, phase: Phase| {
        let status = DeploymentStatus::new(phase, service.raw_state.clone());
        Deployment::new(start.id(target), Identity::Inferred, status)
            .with_action(start.action)
            .with_times(start.answered_at.and_then(Timestamps::date), None)
    };
    if !is_reachable {
        return Ok(deployment(start, Phase::Unknown).with_note(Some(UNREACHABLE.to_owned())));
    }
    let signs = Signs {
        age: start.answered_at.map(|answered_at| answered_at.age(at)).unwrap_or_default(),
        ran: start.ran,
        up: start.up.map(|up| up.age(at)),
    };
    let phase = judge(service.state, &signs, &coolify.timing);
    if signs.is_up(service.state) {
        start.up = Some(at);
    }
    start.ran &= !is_down(service.state);
    Ok(deployment(start, phase).with_note((phase == Phase::Succeeded && signs.ran).then(|| MAY_BE_OLD.to_owned())))
}

/// Whether what runs after this state is not what ran before the start.
///
/// `starting` is no proof: what runs goes on while the images are pulled, and if that fails (4.1.2 to 4.3.11).
fn is_down(state: ServiceState) -> bool {
    matches!(state, ServiceState::Stopped | ServiceState::Failed)
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
        // The state right after `starting` may be the one from before.
        ServiceState::Running if signs.ran && signs.up.unwrap_or(signs.age).min(signs.age) >= timing.lost_after => {
            Phase::Succeeded
        }
        ServiceState::Running if !signs.ran && signs.age >= timing.row_appears => Phase::Succeeded,
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
            // It was seen starting, which shows while the images are pulled.
            (ServiceState::Running, 300, true, Some(59), Phase::Running),
            (ServiceState::Running, 300, true, Some(60), Phase::Succeeded),
            (ServiceState::Running, 300, false, Some(2), Phase::Succeeded),
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

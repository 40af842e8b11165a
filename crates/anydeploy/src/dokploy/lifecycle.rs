//! Starting and stopping: operations that the server answers when they are over, and that leave nothing but a status.

use futures::future::{BoxFuture, FutureExt};

use super::database::under_way;
use super::error::{FailedCommand, failed_command};
use super::state::{self, State};
use super::{ApplicationStatusEnum, Dokploy};
use crate::adapter::{after_write, retry_read};
use crate::{
    Ability, Deployer, DesiredState, Error, ErrorKind, Lifecycle, Result, RunState, StateChange, Target, TargetKind,
    platform,
};

impl Lifecycle for Dokploy {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        change(self, target, DesiredState::Running).boxed()
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        change(self, target, DesiredState::Stopped).boxed()
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        async move {
            require(self, target, Ability::Stop)?;
            Ok(state::read(self, target).await?.run)
        }
        .boxed()
    }
}

fn require(dokploy: &Dokploy, target: &Target, ability: Ability) -> Result<()> {
    target.validate()?;
    dokploy.capabilities().require(&platform::DOKPLOY, target.kind(), ability)
}

/// Starts or stops a target, unless it is in that state already.
async fn change(dokploy: &Dokploy, target: &Target, desired: DesiredState) -> Result<StateChange> {
    let starts = desired == DesiredState::Running;
    require(dokploy, target, if starts { Ability::Start } else { Ability::Stop })?;
    let before = retry_read(dokploy.timing.server_restarts, || state::read(dokploy, target)).await;
    let before = before.map_err(Error::of_read)?;
    if starts && before.settings.is_stack {
        // `compose.start` of a stack does nothing, and sets the status to `done` (0.30.2).
        let what = "starting a stack of a swarm, which only a deployment brings back";
        return Err(Error::unsupported(platform::DOKPLOY, what).with_advice("deploy it"));
    }
    if !starts && *target.kind() == TargetKind::Database && before.run.busy.is_some() {
        // Nothing but its status would show the deployment that starts it again, and a stop overwrites that.
        return Err(under_way().with_advice("wait for it, and stop it then"));
    }
    let change =
        StateChange::new(target.clone(), desired, before.run.state).with_under_way(before.run.under_way.clone());
    if if starts { before.is_started() } else { before.is_stopped() } {
        return Ok(change);
    }
    let sent = if starts { dokploy.api.start(target).await } else { dokploy.api.stop(target).await };
    let Err(error) = sent else { return Ok(change.with_sent(true)) };
    if error.is_safe_to_repeat() {
        return Err(error);
    }
    match failed_command(&error) {
        Some(FailedCommand::Refused) if was_never_deployed(&error) => return Err(never_deployed(error)),
        Some(FailedCommand::Refused) => return Err(refused(error)),
        Some(FailedCommand::NotReached) => return Err(not_reached(error)),
        None => after_loss(dokploy, target, &before, desired, error).await?,
    }
    Ok(change.with_sent(true))
}

/// Whether the engine or the shell says that there is nothing to start or stop; of those of a remote server nothing but the
/// exit code is answered.
fn was_never_deployed(error: &Error) -> bool {
    // The service of an application, and the folder of a compose stack, come with the first deployment.
    error.server_message().is_some_and(|said| {
        said.contains("ENOENT") || said.contains("docker service scale") && said.contains("not found")
    })
}

/// The error of a command that the engine refused; what it has changed by then is not known.
fn refused(error: Error) -> Error {
    let sentence = error.server_message().unwrap_or_default().to_owned();
    Error::new(ErrorKind::Rejected, "the container engine refused it")
        .with_platform(platform::DOKPLOY)
        .with_status(500)
        .with_server_message(&sentence)
        .with_safe_to_repeat(false)
        .with_source(error)
}

/// The error of a command that never ran; a compose stack has another status since, and nothing else is changed.
fn not_reached(error: Error) -> Error {
    let sentence = error.server_message().unwrap_or_default().to_owned();
    Error::new(
        ErrorKind::Unavailable,
        "Dokploy did not reach the remote server, so that nothing was started or stopped",
    )
    .with_platform(platform::DOKPLOY)
    .with_status(500)
    .with_server_message(&sentence)
    .with_safe_to_repeat(true)
    .with_advice("check the remote server and its SSH key in Dokploy")
    .with_source(error)
}

fn never_deployed(error: Error) -> Error {
    Error::new(ErrorKind::Conflict, "it was never deployed, so that there is nothing to start or stop")
        .with_platform(platform::DOKPLOY)
        .with_safe_to_repeat(true)
        .with_advice("deploy it")
        .with_source(error)
}

/// Reads after a lost answer whether the request was acted on: only a status that changed to the end of it shows that.
async fn after_loss(
    dokploy: &Dokploy,
    target: &Target,
    before: &State,
    desired: DesiredState,
    lost: Error,
) -> Result<()> {
    let end = if desired == DesiredState::Running { ApplicationStatusEnum::Done } else { ApplicationStatusEnum::Idle };
    // A status that was the same before proves nothing.
    let shows = before.settings.status != end;
    let read = || async { Ok(shows && dokploy.api.settings(target).await?.status == end) };
    after_write(lost, &dokploy.timing, read).await
}

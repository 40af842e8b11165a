//! Starting and stopping: requests that Coolify answers before anything has happened.
//!
//! Facts of 4.3.11: the start of an application is a deployment; a service or database is started by a job that keeps no
//! record.
//! A stop removes the containers that it finds, and no deployment: one that is under way starts the application again.

use futures::future::{BoxFuture, FutureExt};

use super::Coolify;
use super::api::Api;
use super::state::{self, Seen};
use crate::adapter::after_write;
use crate::{
    Ability, Adoption, DeployRequest, Deployer, DesiredState, ErrorKind, Lifecycle, Result, RunState, ServiceState,
    StateChange, Target, TargetKind, platform,
};

impl Lifecycle for Coolify {
    fn start_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        start(self, target).boxed()
    }

    fn stop_target<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<StateChange>> {
        stop(self, target).boxed()
    }

    fn read_state<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<RunState>> {
        async { Ok(state::read(&self.api, target, &self.timing).await?.state) }.boxed()
    }
}

async fn start(coolify: &Coolify, target: &Target) -> Result<StateChange> {
    let before = before(coolify, target, Ability::Start).await?;
    let change = change(target, DesiredState::Running, &before);
    if before.is_up() {
        return Ok(change);
    }
    if *target.kind() == TargetKind::Application {
        // What is under way already starts it as well.
        let request = DeployRequest::new(target.clone()).with_adoption(Adoption::Any);
        let deployment = coolify.deploy(&request).await?;
        return Ok(change.with_sent(true).with_deployment(Some(deployment)));
    }
    let sent = if *target.kind() == TargetKind::Database {
        coolify.api.start_database(target.id()).await
    } else {
        coolify.api.start_service(target.id()).await
    };
    // A start shows as any state but the one before, and is over when it runs.
    let is_sign = |now: &Seen| now.is_up() && now.state.state != before.state.state;
    written(coolify, target, change, sent.map(drop), is_sign).await
}

async fn stop(coolify: &Coolify, target: &Target) -> Result<StateChange> {
    let before = before(coolify, target, Ability::Stop).await?;
    let change = change(target, DesiredState::Stopped, &before);
    if before.is_down() {
        return Ok(change);
    }
    let sent = send_stop(&coolify.api, target).await;
    // What was stopped before shows nothing.
    let was_stopped = before.state.state == ServiceState::Stopped;
    let is_sign = |now: &Seen| now.is_reachable && !was_stopped && now.state.state == ServiceState::Stopped;
    written(coolify, target, change, sent, is_sign).await
}

async fn send_stop(api: &Api, target: &Target) -> Result<()> {
    let uuid = target.id();
    match target.kind() {
        TargetKind::Database => api.stop_database(uuid).await,
        TargetKind::Service => api.stop_service(uuid).await,
        _ => api.stop_application(uuid).await,
    }
    .map(drop)
}

/// How a target runs before a write.
async fn before(coolify: &Coolify, target: &Target, ability: Ability) -> Result<Seen> {
    coolify.capabilities().require(&platform::COOLIFY, target.kind(), ability)?;
    let read = state::read(&coolify.api, target, &coolify.timing).await;
    // Nothing is written yet.
    read.map_err(|error| error.with_safe_to_repeat(true))
}

fn change(target: &Target, desired: DesiredState, before: &Seen) -> StateChange {
    StateChange::new(target.clone(), desired, before.state.state).with_under_way(before.state.under_way.clone())
}

/// What a write led to that was sent once.
async fn written(
    coolify: &Coolify,
    target: &Target,
    change: StateChange,
    sent: Result<()>,
    is_sign: impl Fn(&Seen) -> bool + Send + Sync,
) -> Result<StateChange> {
    match sent {
        Ok(()) => Ok(change.with_sent(true)),
        // "Service is already running." and the like: somebody else was faster.
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(change),
        Err(lost) => {
            let read = async || Ok(is_sign(&state::read(&coolify.api, target, &coolify.timing).await?));
            after_write(lost, &coolify.timing, read).await.map(|()| change.with_sent(true))
        }
    }
}

//! Setting up a fake Coolify server before it starts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::FakeCoolify;
use super::access::{CoolifyAbility, HOME_TEAM};
use super::quirk::CoolifyQuirk;
use super::resource::{ContainerPolls, Kind};
use super::router::Platform;
use super::state::{Settings, State};
use crate::clock::Clock;
use crate::pace::{Pace, Ticker};
use crate::server::{Recording, Server};

/// Sets up a [`FakeCoolify`] before it starts; made by [`FakeCoolify::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct FakeCoolifyBuilder {
    pace: Pace,
    recording: Recording,
    clock: Clock,
    quirks: BTreeSet<CoolifyQuirk>,
    settings: Settings,
}

impl FakeCoolifyBuilder {
    pub(super) fn new() -> Self {
        Self {
            pace: Pace::default(),
            recording: Recording::default(),
            clock: Clock::default(),
            quirks: CoolifyQuirk::ALL.into_iter().filter(|quirk| quirk.is_default()).collect(),
            settings: Settings::default(),
        }
    }

    /// How fast deployments advance; by default a tick every 20 milliseconds.
    pub fn pace(mut self, pace: Pace) -> Self {
        (self.pace, self.clock) = (pace, self.clock.along(pace));
        self
    }

    /// Switches a quirk on.
    pub fn quirk(mut self, quirk: CoolifyQuirk) -> Self {
        self.quirks.insert(quirk);
        self
    }

    /// Switches a quirk off.
    pub fn without(mut self, quirk: CoolifyQuirk) -> Self {
        self.quirks.remove(&quirk);
        self
    }

    /// How many requests a user may make in one window by the clock, whatever the token; by default 200 a minute.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.settings.rate_limit = requests;
        self.settings.rate_window = window;
        self
    }

    /// How many deployments may wait before the queue is full; by default 25.
    pub fn queue_limit(mut self, deployments: usize) -> Self {
        self.settings.queue_limit = deployments;
        self
    }

    /// How many deployments run at the same time; by default 2.
    pub fn concurrent_builds(mut self, deployments: usize) -> Self {
        self.settings.concurrent_builds = deployments;
        self
    }

    /// How often the server polls the containers, as a real one does every minute; by default it sees at once what
    /// happens.
    ///
    /// With it, services and databases show while they start what a real server shows: a service `starting`, then
    /// `exited` until the next poll, a database its status from before, after a restart `exited`.
    pub fn poll_containers_every(mut self, ticks: u64) -> Self {
        self.settings.container_polls = ContainerPolls::every(ticks);
        self
    }

    /// What `GET /version` says; by default `4.3.11`. It changes no behaviour: that is what quirks are for.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.settings.version = version.into();
        self
    }

    /// Sets the server's clock ahead by this much: all that it says of time is off.
    pub fn clock_ahead(mut self, offset: Duration) -> Self {
        self.clock = self.clock.ahead(offset);
        self
    }

    /// Sets the server's clock back, see [`clock_ahead`](Self::clock_ahead).
    pub fn clock_behind(mut self, offset: Duration) -> Self {
        self.clock = self.clock.behind(offset);
        self
    }

    /// Keeps no record of requests, which saves memory in a long run: [`FakeCoolify::requests`] is empty.
    pub fn without_recording(mut self) -> Self {
        self.recording = Recording::Off;
        self
    }

    /// Starts the server on a free port of the loopback address.
    pub async fn start(self) -> FakeCoolify {
        let mut state = State::new(self.settings, self.quirks, self.clock);
        let token = state.add_token(&[CoolifyAbility::Root], HOME_TEAM, true);
        let application = state.add_resource(Kind::Application, "web").uuid.clone();
        let service = state.add_resource(Kind::Service, "analytics").uuid.clone();
        let database = state.add_resource(Kind::Database, "store").uuid.clone();
        let platform = Arc::new(Platform::new(Ticker::new(self.pace), state));
        let server = Server::start(Arc::clone(&platform), self.recording, self.clock).await;
        FakeCoolify { server, platform, token, application, service, database }
    }
}

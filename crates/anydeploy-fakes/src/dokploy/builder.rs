//! Sets up a fake Dokploy server before it starts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::database::DokployDatabase;
use super::key::DokployKey;
use super::quirk::{DokployQuirk, Quirks};
use super::script::DokployScript;
use super::service::Kind;
use super::state::State;
use super::{FakeDokploy, Platform, databases};
use crate::clock::Clock;
use crate::pace::{Pace, Ticker};
use crate::server::{Recording, Server};

/// Builds a [`FakeDokploy`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FakeDokployBuilder {
    pace: Pace,
    recording: Recording,
    clock: Clock,
    quirks: Quirks,
    concurrency: Option<usize>,
}

impl FakeDokployBuilder {
    /// How fast deployments advance.
    pub fn pace(mut self, pace: Pace) -> Self {
        (self.pace, self.clock) = (pace, self.clock.along(pace));
        self
    }

    /// Switches a quirk on, or changes its number.
    pub fn quirk(mut self, quirk: DokployQuirk) -> Self {
        self.quirks.enable(quirk);
        self
    }

    /// Switches a quirk off; the number in it does not matter.
    pub fn without(mut self, quirk: DokployQuirk) -> Self {
        self.quirks.disable(quirk);
        self
    }

    /// How many jobs run at once, for the whole server; one by default, and at least one.
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = Some(jobs.max(1));
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

    /// Keeps no record of requests, which saves memory in a long run: [`FakeDokploy::requests`] is empty.
    pub fn without_recording(mut self) -> Self {
        self.recording = Recording::Off;
        self
    }

    /// Starts the server.
    pub async fn start(self) -> FakeDokploy {
        let ticker = Arc::new(Ticker::new(self.pace));
        let mut state = State::new(self.quirks, self.concurrency.unwrap_or(1), Arc::clone(&ticker), self.clock);
        state.new_project("fake", &Value::Null, "");
        let application = state.add_application("web");
        let compose = state.add(Kind::Compose, "stack", json!({}));
        let platform = Arc::new(Platform { ticker, state: Mutex::new(state) });
        let server = Server::start(Arc::clone(&platform), self.recording, self.clock).await;
        let fake = FakeDokploy { server, platform, application, compose };
        fake.platform.state().keys.add(fake.token().to_owned(), DokployKey::owner());
        fake
    }
}

impl State {
    /// An application that is deployed from an image.
    pub(super) fn add_application(&mut self, name: &str) -> String {
        self.add(
            Kind::Application,
            name,
            json!({ "sourceType": "docker", "dockerImage": "registry.example.test/fake:1" }),
        )
    }

    /// A service in the environment that the server started with.
    pub(super) fn add(&mut self, kind: Kind, name: &str, mut given: Value) -> String {
        given["environmentId"] = self.environments.first().map_or(Value::Null, |first| first["environmentId"].clone());
        self.new_service(kind, name, None, given)
    }

    /// A database in the environment that the server started with; its deployments are over at once unless a script says
    /// otherwise.
    pub(super) fn add_database(&mut self, engine: DokployDatabase, name: &str) -> String {
        let id = self.add(Kind::Database(engine), name, databases::fresh(engine));
        self.named(&id).usual = DokployScript::succeeds().lasting(0);
        id
    }
}

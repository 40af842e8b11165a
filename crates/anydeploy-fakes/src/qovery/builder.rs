//! How a fake Qovery server is set up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::kind::QoveryServiceKind;
use super::limit::Limit;
use super::quirk::{QoveryQuirk, Quirks};
use super::state::State;
use super::{Defaults, FakeQovery, Platform};
use crate::clock::Clock;
use crate::pace::{Pace, Ticker};
use crate::server::{Recording, Server};

/// Sets up a [`FakeQovery`] before it starts.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FakeQoveryBuilder {
    pace: Pace,
    recording: Recording,
    clock: Clock,
    quirks: Quirks,
    limit: Limit,
    stale: Option<u64>,
    tick_length: Option<Duration>,
}

impl FakeQoveryBuilder {
    /// How fast deployments advance; a tick every 20 ms by default.
    pub fn pace(mut self, pace: Pace) -> Self {
        (self.pace, self.clock) = (pace, self.clock.along(pace));
        self
    }

    /// Switches a behaviour on.
    pub fn quirk(mut self, quirk: QoveryQuirk) -> Self {
        self.quirks.switch(quirk, true);
        self
    }

    /// Switches a behaviour off.
    pub fn without(mut self, quirk: QoveryQuirk) -> Self {
        self.quirks.switch(quirk, false);
        self
    }

    /// For how many ticks a new execution does not show ([`QoveryQuirk::StaleStatus`]); 3 by default.
    pub fn stale_for(mut self, ticks: u64) -> Self {
        self.stale = Some(ticks);
        self
    }

    /// How many requests are answered per window before the server says 429.
    ///
    /// The default is a million an hour; Qovery's documentation says 1000 an hour for each token.
    /// The fake counts all credentials together, refused ones not at all.
    pub fn rate_limit(mut self, requests: u32, window: Duration) -> Self {
        self.limit = Limit::new(u64::from(requests), window);
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

    /// Lets the server's clock go by ticks, each of this length, so that nothing depends on how fast a test runs.
    pub fn clock_by_ticks(mut self, length: Duration) -> Self {
        self.tick_length = Some(length);
        self
    }

    /// Keeps no record of requests, which saves memory in a long run: [`FakeQovery::requests`] is empty.
    pub fn without_recording(mut self) -> Self {
        self.recording = Recording::Off;
        self
    }

    /// Starts the server.
    pub async fn start(self) -> FakeQovery {
        let mut state = State::new(self.quirks, self.limit, self.stale.unwrap_or(3), self.clock);
        state.tick_length = self.tick_length;
        let environment = state.add_environment("production", "PRODUCTION");
        let application = state.add_service(&environment, QoveryServiceKind::Application, "web");
        let container = state.add_service(&environment, QoveryServiceKind::Container, "worker");
        let defaults = Defaults { environment, application, container };
        let platform = Arc::new(Platform { state: Mutex::new(state), ticker: Ticker::new(self.pace) });
        let server = Server::start(Arc::clone(&platform), self.recording, self.clock).await;
        FakeQovery { server, platform, defaults }
    }
}

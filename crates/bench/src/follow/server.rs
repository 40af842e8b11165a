//! The server of one run: a fake behind a relay, with one deployment that writes a long log.

use std::io;
use std::sync::Arc;

use anydeploy::{DeployRequest, Deployer, Dokploy, Qovery, Result, Target};
use anydeploy_fakes::{DokployScript, FakeDokploy, FakeQovery, Pace, QoveryScript};
use serde_json::Value;

use super::Way;
use super::relay::Relay;

/// A tick passes with each request, so that the log grows at the pace at which it is read.
const PACE: Pace = Pace::Requests(1);

/// What a deployment takes through a socket, in ticks.
const TICKS: u64 = 60;

/// How many lines a deployment writes in a tick where its log is polled, so that no page lacks any of them.
const DOKPLOY_LINES: usize = 1000;
const QOVERY_LINES: usize = 200;

/// The headers of the requests that the bench makes itself.
const AUTHORIZATION: &str = "authorization";

pub(super) struct Server {
    fake: Fake,
    relay: Relay,
    /// The lines that the script writes.
    log: Vec<String>,
}

enum Fake {
    Dokploy(FakeDokploy),
    Qovery(FakeQovery),
}

impl Server {
    pub(super) async fn start(platform: &str, way: Way, lines: usize) -> io::Result<Self> {
        let log: Vec<_> =
            (0..lines).map(|line| format!("#{line:06} [build 4/7] RUN npm ci: added a package")).collect();
        let ticks = |lines_a_tick: usize| match way {
            Way::Socket => TICKS,
            Way::Polls => TICKS.max((lines / lines_a_tick) as u64),
        };
        let fake = if platform == "dokploy" {
            let fake = FakeDokploy::builder().pace(PACE).without_recording().start().await;
            let script = DokployScript::succeeds().lasting(ticks(DOKPLOY_LINES)).log(log.clone());
            fake.next_deployment(&fake.application(), script);
            Fake::Dokploy(fake)
        } else {
            let fake = FakeQovery::builder().pace(PACE).without_recording().start().await;
            let script = QoveryScript::succeeds().lasting(ticks(QOVERY_LINES)).log(log.clone());
            fake.next_deployment(&fake.application(), script);
            Fake::Qovery(fake)
        };
        let relay = Relay::before(fake.address()?)?;
        Ok(Self { fake, relay, log })
    }

    pub(super) fn deployer(&self, way: Way) -> Result<Arc<dyn Deployer>> {
        let url = self.relay.url();
        Ok(match &self.fake {
            Fake::Dokploy(fake) => Arc::new(Dokploy::builder().url(url).token(fake.token()).build()?),
            Fake::Qovery(fake) => {
                let socket_url = url.replacen("http", "ws", 1);
                let builder = Qovery::builder().url(url).token(fake.token());
                let builder = if way == Way::Socket { builder.socket_url(socket_url) } else { builder };
                Arc::new(builder.build()?)
            }
        })
    }

    pub(super) fn request(&self) -> DeployRequest {
        DeployRequest::new(Target::application(match &self.fake {
            Fake::Dokploy(fake) => fake.application(),
            Fake::Qovery(fake) => fake.application(),
        }))
    }

    /// How many lines the log has in the end.
    pub(super) fn lines(&self) -> usize {
        self.log.len()
            + match &self.fake {
                Fake::Dokploy(_) => 1,
                Fake::Qovery(_) => 2,
            }
    }

    /// What was sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.relay.sent()
    }

    /// How long the log is in the form in which the platform sends it.
    pub(super) async fn log_bytes(&self) -> io::Result<u64> {
        match &self.fake {
            Fake::Dokploy(_) => Ok(self.log.iter().map(|line| line.len() as u64 + 1).sum()),
            Fake::Qovery(fake) => {
                let url = format!("{}/environment/{}/logs", fake.url(), fake.environment());
                let token = format!("Token {}", fake.token());
                let answer = reqwest::Client::new().get(url).header(AUTHORIZATION, token).send().await;
                let body = answer.map_err(io::Error::other)?.text().await.map_err(io::Error::other)?;
                let entries: Vec<Value> = serde_json::from_str(&body)?;
                // All entries but the first and the last are of one length.
                Ok((body.len() * self.lines() / entries.len().max(1)) as u64)
            }
        }
    }
}

impl Fake {
    fn address(&self) -> io::Result<std::net::SocketAddr> {
        let url = match self {
            Self::Dokploy(fake) => fake.url(),
            Self::Qovery(fake) => fake.url(),
        };
        url.trim_start_matches("http://").parse().map_err(io::Error::other)
    }
}

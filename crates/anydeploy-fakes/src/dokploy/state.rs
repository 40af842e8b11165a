//! Everything the fake server remembers, and the ids and the clock it hands out.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::job::{Order, Queue, Slow};
use super::key::Keys;
use super::quirk::Quirks;
use super::row::{Log, Row, stamp};
use super::service::{Kind, Service, Target};
use super::triggered::DokployTriggered;
use crate::clock::Clock;
use crate::known::known;
use crate::pace::Ticker;
use crate::write::FakeWrite;

/// Servers of one process never share an id, so that a mix-up of two of them cannot pass unseen.
static SERVERS: AtomicU64 = AtomicU64::new(1);

/// The memory of one fake server.
#[derive(Debug)]
pub(super) struct State {
    pub(super) quirks: Quirks,
    pub(super) keys: Keys,
    pub(super) projects: Vec<Value>,
    pub(super) environments: Vec<Value>,
    pub(super) services: Vec<Service>,
    pub(super) rows: Vec<Row>,
    pub(super) logs: HashMap<String, Log>,
    pub(super) rollbacks: Vec<Value>,
    pub(super) domains: Vec<Value>,
    /// How many images were ever kept.
    pub(super) kept_images: u64,
    pub(super) queue: Queue,
    /// Deployments of databases that go on although their requests were answered.
    pub(super) slow: Vec<Slow>,
    pub(super) ledger: Vec<DokployTriggered>,
    pub(super) writes: Vec<FakeWrite>,
    /// Whether the next request to deploy is refused.
    pub(super) refuses_next: bool,
    /// Requests to deploy that a gateway holds.
    pub(super) held: Vec<Order>,
    /// How many sockets were opened, and how many bytes of logs they brought.
    pub(super) sockets: usize,
    pub(super) socket_bytes: usize,
    /// How many reads are still answered by a proxy.
    pub(super) down: u64,
    /// The tick that has been reached.
    pub(super) tick: u64,
    /// The wall clock at that tick; it never goes back.
    pub(super) wall: DateTime<Utc>,
    pub(super) ticker: Arc<Ticker>,
    clock: Clock,
    /// How many random texts were made, above the number of the server.
    made: u64,
}

impl State {
    pub(super) fn new(quirks: Quirks, concurrency: usize, ticker: Arc<Ticker>, clock: Clock) -> Self {
        Self {
            quirks,
            keys: Keys::default(),
            projects: Vec::new(),
            environments: Vec::new(),
            services: Vec::new(),
            rows: Vec::new(),
            logs: HashMap::new(),
            rollbacks: Vec::new(),
            domains: Vec::new(),
            kept_images: 0,
            queue: Queue::new(concurrency),
            slow: Vec::new(),
            ledger: Vec::new(),
            writes: Vec::new(),
            refuses_next: false,
            held: Vec::new(),
            sockets: 0,
            socket_bytes: 0,
            down: 0,
            tick: 0,
            wall: clock.now(),
            ticker,
            clock,
            made: SERVERS.fetch_add(1, Ordering::Relaxed) << 32,
        }
    }

    /// Moves to a tick that is `behind` ticks before the present.
    pub(super) fn move_to(&mut self, tick: u64, behind: u64) {
        self.tick = self.tick.max(tick);
        let ago = self.ticker.step().map_or(0, |step| step.as_millis().saturating_mul(u128::from(behind)));
        let ago = TimeDelta::milliseconds(i64::try_from(ago).unwrap_or(i64::MAX).min(1_000_000_000_000));
        self.wall = self.wall.max(self.clock.now() - ago);
    }

    /// A new id: 21 characters as the server's own.
    pub(super) fn new_id(&mut self) -> String {
        const LETTERS: &[u8; 64] = b"useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict";
        self.random(21).map(|bits| char::from(LETTERS[bits % 64])).collect()
    }

    /// Six characters behind an app name, which make it unique.
    pub(super) fn new_suffix(&mut self) -> String {
        const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        self.random(6).map(|bits| char::from(LETTERS[bits % 36])).collect()
    }

    /// Numbers without a visible order; each call gives others.
    fn random(&mut self, count: u64) -> impl Iterator<Item = usize> + use<> {
        self.made += 1;
        let first = self.made * 32;
        (first..first + count).map(|position| {
            // SplitMix64: neighbouring positions give unrelated bits.
            let mut bits = position.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            usize::try_from((bits ^ (bits >> 31)) & 0xFFFF).unwrap_or_default()
        })
    }

    pub(super) fn service(&self, target: &Target) -> Option<&Service> {
        self.services.iter().find(|service| service.target == *target)
    }

    pub(super) fn service_mut(&mut self, target: &Target) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.target == *target)
    }

    pub(super) fn set_status(&mut self, target: &Target, status: &str) {
        if let Some(service) = self.service_mut(target) {
            service.set_status(status);
        }
    }

    /// Finds a service by its id alone.
    pub(super) fn target(&self, id: &str) -> Option<Target> {
        self.services.iter().map(|service| &service.target).find(|target| target.id == id).cloned()
    }

    /// The service that a test names.
    #[track_caller]
    pub(super) fn named(&mut self, id: &str) -> &mut Service {
        known(self.services.iter_mut().find(|service| service.target.id == id), "service", id)
    }

    pub(super) fn row_mut(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// Removes rows, and with each its log and its rollback.
    pub(super) fn remove_rows(&mut self, remove: impl Fn(&Row) -> bool) {
        let (logs, rollbacks) = (&mut self.logs, &mut self.rollbacks);
        let shared = self.quirks.shared_log_file;
        self.rows.retain(|row| {
            let removed = remove(row);
            if removed {
                logs.remove(if shared { &row.log_path } else { &row.id });
                rollbacks.retain(|rollback| rollback["deploymentId"] != row.id.as_str());
            }
            !removed
        });
    }

    /// The key under which the log of a row is kept.
    pub(super) fn log_key(&self, row: &Row) -> String {
        if self.quirks.shared_log_file { row.log_path.clone() } else { row.id.clone() }
    }

    /// Makes a project and its `production` environment, which every project has.
    pub(super) fn new_project(&mut self, name: &str, description: &Value, env: &str) -> (Value, Value) {
        let project = json!({
            "projectId": self.new_id(), "name": name, "description": description,
            "createdAt": stamp(self.wall), "organizationId": ORGANIZATION, "env": env,
        });
        self.projects.push(project.clone());
        let id = project["projectId"].as_str().unwrap_or_default().to_owned();
        let environment = self.new_environment("production", &"Production environment".into(), &id, true);
        (project, environment)
    }

    pub(super) fn new_environment(&mut self, name: &str, description: &Value, project: &str, default: bool) -> Value {
        let environment = json!({
            "environmentId": self.new_id(), "name": name, "description": description,
            "createdAt": stamp(self.wall), "env": "", "projectId": project, "isDefault": default,
        });
        self.environments.push(environment.clone());
        environment
    }

    /// Makes a service; the server puts a random suffix behind the app name it is given or makes up.
    pub(super) fn new_service(&mut self, kind: Kind, name: &str, app_name: Option<&str>, mut given: Value) -> String {
        let id = self.new_id();
        let stem = app_name.map_or_else(|| format!("{}-run-virtual-server", stem(kind)), str::to_owned);
        given["name"] = name.into();
        given["appName"] = format!("{stem}-{}", self.new_suffix()).into();
        given["refreshToken"] = self.new_id().into();
        given["createdAt"] = stamp(self.wall).into();
        self.services.push(Service::new(Target::new(kind, &id), &given));
        id
    }

    /// The domains of a service.
    pub(super) fn domains_of(&self, target: &Target) -> Vec<Value> {
        let of_target = |domain: &&Value| domain[target.kind.id_field()] == target.id.as_str();
        self.domains.iter().filter(of_target).cloned().collect()
    }

    /// Deletes a service with its rows and domains; a job that is running goes on without them.
    pub(super) fn delete_service(&mut self, target: &Target) {
        self.services.retain(|service| service.target != *target);
        self.domains.retain(|domain| domain[target.kind.id_field()] != target.id.as_str());
        self.remove_rows(|row| row.target == *target);
    }
}

/// The remote server, if services lie on one.
pub(super) const REMOTE: &str = "fake-server-000000001";

/// The only organisation of the server.
pub(super) const ORGANIZATION: &str = "fake-organization-0001";

fn stem(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "app",
        Kind::Compose => "compose",
        Kind::Preview => "preview",
        Kind::Database(engine) => engine.word(),
    }
}

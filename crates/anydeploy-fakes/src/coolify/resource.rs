//! What can be deployed: applications, services and databases, and how each of them runs.

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::variable::Variable;

/// The image of an application that is made from one, until `PATCH` changes it.
const IMAGE_NAME: &str = "nginx";
const IMAGE_TAG: &str = "1.27";

/// The three kinds of things Coolify runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Application,
    Service,
    Database,
}

impl Kind {
    pub(super) fn of_path(segment: &str) -> Option<Self> {
        match segment {
            "applications" => Some(Self::Application),
            "services" => Some(Self::Service),
            "databases" => Some(Self::Database),
            _ => None,
        }
    }

    /// How the server names the kind at the beginning of a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Service => "Service",
            Self::Database => "Database",
        }
    }

    /// The status of something that does not run; a service alone has no health then.
    fn stopped(self) -> &'static str {
        match self {
            Self::Application | Self::Database => "exited:unhealthy",
            Self::Service => "exited",
        }
    }

    fn starting(self) -> &'static str {
        match self {
            // A service that starts is reported unhealthy, a single container as unknown.
            Self::Service => "starting:unhealthy",
            Self::Application | Self::Database => "starting:unknown",
        }
    }
}

/// One application, service or database.
pub(super) struct Resource {
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) uuid: String,
    pub(super) name: String,
    /// Made from an image of a registry, not from a repository; only applications differ in this.
    pub(super) from_image: bool,
    pub(super) tags: BTreeSet<String>,
    /// The pull requests that have a preview.
    pub(super) previews: BTreeSet<u64>,
    pub(super) variables: Vec<Variable>,
    /// What `PATCH` changed.
    pub(super) patched: Map<String, Value>,
    pub(super) runtime_log: Vec<String>,
    pub(super) created: DateTime<Utc>,
    pub(super) started: Option<DateTime<Utc>>,
    /// The tick at which a requested deletion is done.
    pub(super) deleted_at: Option<u64>,
    /// The statuses to come and the last one past, with the tick at which each begins.
    statuses: Vec<(u64, &'static str)>,
    /// How the next starts go: the statuses, and how many ticks after the start each begins.
    pub(super) starts: VecDeque<Vec<(u64, &'static str)>>,
}

impl Resource {
    pub(super) fn new(id: u64, kind: Kind, uuid: String, name: &str) -> Self {
        Self {
            id,
            kind,
            uuid,
            name: name.to_owned(),
            from_image: true,
            tags: BTreeSet::new(),
            previews: BTreeSet::new(),
            variables: Vec::new(),
            patched: Map::new(),
            runtime_log: vec!["listening on port 80".to_owned(), "ready".to_owned()],
            created: Utc::now(),
            started: None,
            deleted_at: None,
            statuses: vec![(0, kind.stopped())],
            starts: VecDeque::new(),
        }
    }

    /// What a deployment of an application deploys, as its log names it.
    pub(super) fn source(&self, preview_tag: Option<&str>) -> String {
        if !self.from_image {
            return format!("{}:main", self.name);
        }
        let column =
            |name: &str, default: &str| self.patched.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        let tag = preview_tag.map_or_else(|| column("docker_registry_image_tag", IMAGE_TAG), str::to_owned);
        format!("{}:{tag}", column("docker_registry_image_name", IMAGE_NAME))
    }

    pub(super) fn status(&self, now: u64) -> &'static str {
        self.statuses.iter().rev().find(|(begin, _)| *begin <= now).map_or(self.kind.stopped(), |(_, status)| status)
    }

    pub(super) fn is_running(&self, now: u64) -> bool {
        self.status(now).starts_with("running")
    }

    pub(super) fn is_stopped(&self, now: u64) -> bool {
        self.status(now).starts_with("exited")
    }

    /// Begins to start at `now`: one tick later it is up and healthy, unless a test says otherwise.
    pub(super) fn start(&mut self, now: u64) {
        self.started = Some(Utc::now());
        if let Some(statuses) = self.starts.pop_front() {
            let current = self.status(now);
            self.statuses = vec![(0, current)];
            self.statuses.extend(statuses.into_iter().map(|(after, status)| (now + after, status)));
            return;
        }
        self.plan(now, [(now, self.kind.starting()), (now + 1, "running:healthy")]);
    }

    /// The running container was exchanged for a new one; it was never seen down.
    pub(super) fn roll(&mut self, now: u64) {
        if !self.is_running(now) {
            self.start(now);
        }
    }

    /// Stopping is a job: the answer comes first, the container ends one tick later.
    pub(super) fn stop(&mut self, now: u64) {
        self.plan(now, [(now + 1, self.kind.stopped())]);
    }

    pub(super) fn restart(&mut self, now: u64) {
        self.plan(now, [(now, "restarting:unknown"), (now + 1, "running:healthy")]);
    }

    fn plan<const N: usize>(&mut self, now: u64, steps: [(u64, &'static str); N]) {
        let current = self.status(now);
        self.statuses = vec![(0, current)];
        self.statuses.extend(steps);
    }
}

//! What can be deployed: applications, services and databases, and how each of them runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::git::{BRANCH, Repository};
use super::place::Place;
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

/// When the server polls the containers: every so many ticks, or at once whenever anything happens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ContainerPolls(u64);

impl ContainerPolls {
    pub(super) fn every(ticks: u64) -> Self {
        Self(ticks)
    }

    /// The first poll after a tick; none if the server sees everything at once.
    pub(super) fn after(self, tick: u64) -> Option<u64> {
        Some((tick.checked_div(self.0)? + 1) * self.0)
    }
}

/// How many ticks the containers of a service take to start.
const STARTING_TICKS: u64 = 2;

/// One application, service or database.
pub(super) struct Resource {
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) uuid: String,
    pub(super) name: String,
    /// Made from an image of a registry, not from a repository; only applications differ in this.
    pub(super) from_image: bool,
    pub(super) repository: Repository,
    pub(super) tags: BTreeSet<String>,
    /// Its previews by the number of the pull request, each with the image tag that it was deployed with last.
    pub(super) previews: BTreeMap<u64, Option<String>>,
    /// The environment that it is in.
    pub(super) place: Arc<Place>,
    pub(super) variables: Vec<Variable>,
    /// What `PATCH` changed.
    pub(super) patched: Map<String, Value>,
    pub(super) runtime_log: Vec<String>,
    pub(super) created: DateTime<Utc>,
    pub(super) started: Option<DateTime<Utc>>,
    /// The tick at which a requested deletion is done.
    pub(super) deleted_at: Option<u64>,
    /// How often the containers were started again after a crash, where the server counts it.
    pub(super) restarts: u64,
    /// The statuses to come and the last one past, with the tick at which each begins.
    statuses: Vec<(u64, &'static str)>,
    /// How the next starts go: the statuses, and how many ticks after the start each begins.
    pub(super) starts: VecDeque<Vec<(u64, &'static str)>>,
}

impl Resource {
    pub(super) fn new(id: u64, kind: Kind, uuid: String, name: &str, place: Arc<Place>) -> Self {
        Self {
            id,
            kind,
            uuid,
            name: name.to_owned(),
            from_image: true,
            repository: Repository::default(),
            tags: BTreeSet::new(),
            previews: BTreeMap::new(),
            place,
            variables: Vec::new(),
            patched: Map::new(),
            runtime_log: vec!["listening on port 80".to_owned(), "ready".to_owned()],
            created: Utc::now(),
            started: None,
            deleted_at: None,
            restarts: 0,
            statuses: vec![(0, kind.stopped())],
            starts: VecDeque::new(),
        }
    }

    /// What a deployment of an application deploys, as its log names it.
    pub(super) fn source(&self, preview_tag: Option<&str>) -> String {
        if !self.from_image {
            return format!("{}:{}", self.name, self.branch());
        }
        let tag = preview_tag.unwrap_or_else(|| self.tag());
        let name = self.column("docker_registry_image_name", IMAGE_NAME);
        // A digest is a tag of its own spelling (source of 4.3.11, `deploy_dockerimage_buildpack`).
        match tag.strip_prefix("sha256-") {
            Some(digest) => format!("{name}@sha256:{digest}"),
            None => format!("{name}:{tag}"),
        }
    }

    /// The tag of the image that it is made from.
    pub(super) fn tag(&self) -> &str {
        self.column("docker_registry_image_tag", IMAGE_TAG)
    }

    /// The branch that it is built from.
    pub(super) fn branch(&self) -> &str {
        self.column("git_branch", BRANCH)
    }

    /// The newest commit of its branch, if anything was pushed to it.
    pub(super) fn head(&self) -> Option<String> {
        self.repository.head(self.branch()).map(str::to_owned)
    }

    /// Its domains, separated by commas: a made-up one until somebody changes them.
    pub(super) fn domains(&self) -> String {
        match self.patched.get("fqdn") {
            Some(domains) => domains.as_str().unwrap_or_default().to_owned(),
            None if self.kind == Kind::Database => String::new(),
            None => format!("http://{}.127.0.0.1.sslip.io", self.uuid),
        }
    }

    /// The id of the one container of a service.
    pub(super) fn child(&self) -> String {
        format!("child{}", &self.uuid[5..])
    }

    fn column<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.patched.get(name).and_then(Value::as_str).unwrap_or(default)
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

    /// Says how it runs from now on.
    pub(super) fn set_status(&mut self, status: &'static str) {
        self.statuses = vec![(0, status)];
    }

    /// Begins to start at `now`: one tick later it is up and healthy, unless a test says otherwise or the server only
    /// polls from time to time.
    pub(super) fn start(&mut self, now: u64, polls: ContainerPolls) {
        self.started = Some(Utc::now());
        if self.follows_script(now) {
            return;
        }
        let (up, current) = (now + STARTING_TICKS, self.status(now));
        match (self.kind, polls.after(now), polls.after(up)) {
            // Nothing stops a service that runs, and its containers keep their status while they are exchanged.
            (Kind::Service, ..) if self.is_running(now) => {
                self.plan(now, [(now, "starting:unhealthy"), (up, current)]);
            }
            (Kind::Service, _, Some(poll)) => {
                self.plan(now, [(now, "starting:unhealthy"), (up, "exited"), (poll, "running:unknown")]);
            }
            // Nothing writes the status of a database that starts.
            (Kind::Database, Some(poll), _) => self.plan(now, [(poll, "running:healthy")]),
            // A deployment asks for a poll when it ends.
            (Kind::Application, Some(_), _) => self.plan(now, [(now + 1, "running:unknown")]),
            _ => self.plan(now, [(now, self.kind.starting()), (now + 1, "running:healthy")]),
        }
    }

    /// It runs, which the server does not know before it polls.
    pub(super) fn run_from(&mut self, now: u64, poll: u64) {
        if !self.is_running(now) {
            self.plan(now, [(poll, "running:unknown")]);
        }
    }

    /// The running container was exchanged for a new one; it was never seen down.
    pub(super) fn roll(&mut self, now: u64, polls: ContainerPolls) {
        if !self.is_running(now) {
            self.start(now, polls);
        }
    }

    /// Takes the statuses that a test wrote for the next start, if it did.
    fn follows_script(&mut self, now: u64) -> bool {
        let Some(statuses) = self.starts.pop_front() else { return false };
        let current = self.status(now);
        self.statuses = vec![(0, current)];
        self.statuses.extend(statuses.into_iter().map(|(after, status)| (now + after, status)));
        true
    }

    /// Stopping is a job: the answer comes first, the container ends one tick later.
    pub(super) fn stop(&mut self, now: u64) {
        self.plan(now, [(now + 1, self.kind.stopped())]);
    }

    /// Restarting a service or database is a stop and a start.
    pub(super) fn restart(&mut self, now: u64, polls: ContainerPolls) {
        self.started = Some(Utc::now());
        if self.follows_script(now) {
            return;
        }
        let (down, up) = (now + 1, now + 1 + STARTING_TICKS);
        match (self.kind, polls.after(down), polls.after(up)) {
            (Kind::Service, _, Some(poll)) => {
                self.plan(now, [(down, "starting:unhealthy"), (up, "exited"), (poll, "running:unknown")]);
            }
            (_, Some(poll), _) => self.plan(now, [(down, "exited:unhealthy"), (poll, "running:healthy")]),
            _ => self.plan(now, [(now, self.kind.stopped()), (now + 1, "running:healthy")]),
        }
    }

    fn plan<const N: usize>(&mut self, now: u64, steps: [(u64, &'static str); N]) {
        let current = self.status(now);
        self.statuses = vec![(0, current)];
        self.statuses.extend(steps);
    }
}

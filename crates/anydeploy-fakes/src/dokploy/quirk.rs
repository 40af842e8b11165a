//! Behaviour of a Dokploy server that surprises clients, each quirk a switch.

use std::fmt;

use super::triggered::DokployOperation;

/// A behaviour of a Dokploy server that surprises clients.
///
/// The first four are on in a new [`FakeDokploy`](crate::FakeDokploy), because every self-hosted v0.30.2 has them.
/// The others belong to other kinds of server, or are too rare to be on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DokployQuirk {
    /// The row of a deployment appears this many ticks after its job became active: a client that reads at once sees
    /// only older rows.
    ///
    /// On, with one tick.
    LateRow(u64),
    /// Between a row's last status and the end of its job lie this many ticks; only then follow the service's own
    /// status, the new title, and the job's leaving of the queue.
    ///
    /// On, with one tick.
    LateTitle(u64),
    /// At the end of a `deploy` from git, the commit message replaces the caller's title, and `Commit: <sha>` the
    /// caller's description.
    ///
    /// On.
    OverwriteTitle,
    /// Before a row is inserted, all rows of the same service but this many of the newest are deleted.
    ///
    /// On, with ten: at most eleven rows can be seen.
    Retention(usize),
    /// Two deployments of one service that start in the same second write to one log file, and the later one
    /// truncates it.
    ///
    /// Off: a real server does so too, but its deployments last longer than the milliseconds they last here.
    SharedLogFile,
    /// Every service lies on a remote server, so that its jobs wait in a partition of their own, but for those of
    /// webhooks: such a job may run beside one of the same service, and its row come before that of an older job.
    ///
    /// Off: it takes a remote server. Known from the server's source only, never observed.
    RemoteServer,
    /// The server is Dokploy Cloud: deploying answers `true`, cancelling works, and finished jobs stay in the queue
    /// list.
    ///
    /// Off. Known from the server's source only, never observed.
    Cloud,
    /// The server is v0.28.2: it lacks `deployment.queueList`, `deployment.allCentralized` and
    /// `deployment.readLogs`, which are then 404 without `data.path`.
    ///
    /// Off.
    OldServerWithoutQueueList,
    /// The server is v0.27.1: error bodies lack `data`, so that an unknown procedure and an unknown entity are answered alike.
    ///
    /// Off.
    OldServerPlainErrors,
    /// The server is v0.23.6: it drops `title` and `description` of a deployment without an error.
    ///
    /// `project.all` shows the services in the project itself, as there are no environments yet.
    ///
    /// Off.
    OldServerIgnoresTitle,
    /// The server is v0.29.8: its queue lies in Redis, so that a restart keeps the jobs, and runs those again that ran, each with
    /// a row of its own.
    ///
    /// Off. Known from the server's source only, never observed.
    OldServerKeepsJobs,
    /// `deployment.queueList` is refused with this status (401 for a missing permission, 403, 404, or 500) while
    /// everything else is answered.
    ///
    /// Off.
    QueueListRefused(u16),
    /// Right before the server acts on a request to deploy, a webhook's deployment of the same service comes and ends: it
    /// takes the next script, and its row is older than the request and newer than all that was read before.
    ///
    /// Off: on a real server the network has to hold the request for as long as a deployment takes.
    WebhookFirst,
    /// After each accepted request to deploy, this many reads are answered with a proxy's 502.
    ///
    /// Off.
    DownAfterTrigger(u64),
    /// The container engine refuses this operation; each of the server's answers to that is its own.
    ///
    /// A stop of an application or a database is answered as if it had worked.
    ///
    /// Off.
    EngineRefuses(DokployOperation),
    /// No connection to the remote server on which every service lies can be made, so that each command on it fails before it
    /// begins; see [`RemoteServer`](Self::RemoteServer).
    ///
    /// A stop of an application or a database is answered as if it had worked.
    ///
    /// Off. Known from the server's source only, never observed.
    RemoteUnreachable,
    /// The commands that list containers fail, which the server answers by empty lists.
    ///
    /// Off.
    NoContainers,
    /// The containers of the swarm crash as soon as they run: each list of tasks is read during the short life of one, and
    /// each list of containers between two of them.
    ///
    /// Off: on a real server only some reads come at these times.
    CrashLoop,
    /// The engine finds no node for the new tasks of a service, so that the old ones run on beside them.
    ///
    /// Off.
    NoSuitableNode,
    /// The log of a deployment is read while its next line is being written: half of that stands at the end, without a line
    /// break.
    ///
    /// Off.
    HalfLines,
    /// The first socket of the server is cut after so many bytes of a log, the second after twice as many, and so on, as a
    /// proxy does that allows a connection only so much.
    ///
    /// Off.
    SocketCut(usize),
    /// A socket brings a log in chunks of so many bytes, each made text by itself, so that characters are cut in two.
    ///
    /// Off: a real server does so too, with chunks of 64 KiB.
    SocketChunk(usize),
    /// `previewDeployment.delete` cannot remove the preview, and answers `true` all the same.
    ///
    /// Off. Known from the server's source only, never observed.
    KeepsPreviews,
    /// A gateway answers a request to deploy by 504 and holds it, until
    /// [`deliver_held`](crate::FakeDokploy::deliver_held).
    ///
    /// Off.
    HeldTrigger,
}

/// A version of Dokploy; what a server has and lacks follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release(pub(super) u16, pub(super) u16, pub(super) u16);

impl Release {
    pub(super) const OBSERVED: Self = Self(0, 30, 2);
    /// The first release that keeps the title and description of `deploy`.
    pub(super) const KEEPS_TITLE: Self = Self(0, 25, 0);
    /// The first release whose projects have environments.
    pub(super) const ENVIRONMENTS: Self = Self(0, 25, 0);
    /// The first release with build secrets.
    pub(super) const BUILD_SECRETS: Self = Self(0, 25, 6);
    /// The first release that writes a file of the variables.
    pub(super) const ENV_FILE: Self = Self(0, 26, 1);
    /// The first release that puts words of its own before those of a failed command.
    pub(super) const NAMES_COMMANDS: Self = Self(0, 25, 11);
    /// The first release whose queue forgets its jobs when it restarts.
    pub(super) const FORGETS_JOBS: Self = Self(0, 29, 9);
    /// The first release that writes the commit over both.
    pub(super) const OVERWRITES_TITLE: Self = Self(0, 25, 7);
    /// The first release that lists what tasks do, and why they ended.
    pub(super) const TASK_STATES: Self = Self(0, 28, 0);
    /// The first release whose error bodies have `data`.
    pub(super) const ERROR_DATA: Self = Self(0, 28, 0);
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The quirks that are on, with their numbers.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each quirk is switched by itself")]
pub(super) struct Quirks {
    pub(super) late_row: u64,
    pub(super) late_title: u64,
    overwrite_title: bool,
    pub(super) retention: Option<usize>,
    pub(super) shared_log_file: bool,
    pub(super) remote: bool,
    pub(super) cloud: bool,
    pub(super) release: Release,
    pub(super) queue_list_refused: Option<u16>,
    pub(super) webhook_first: bool,
    pub(super) down_after_trigger: u64,
    pub(super) held_trigger: bool,
    refused: Vec<DokployOperation>,
    pub(super) unreachable: bool,
    pub(super) engine_down: bool,
    pub(super) crash_loop: bool,
    pub(super) no_node: bool,
    pub(super) half_lines: bool,
    pub(super) keeps_previews: bool,
    pub(super) socket_cut: Option<usize>,
    pub(super) socket_chunk: Option<usize>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            late_row: 1,
            late_title: 1,
            overwrite_title: true,
            retention: Some(10),
            shared_log_file: false,
            remote: false,
            cloud: false,
            release: Release::OBSERVED,
            queue_list_refused: None,
            webhook_first: false,
            down_after_trigger: 0,
            held_trigger: false,
            refused: Vec::new(),
            unreachable: false,
            engine_down: false,
            crash_loop: false,
            no_node: false,
            half_lines: false,
            keeps_previews: false,
            socket_cut: None,
            socket_chunk: None,
        }
    }
}

impl Quirks {
    pub(super) fn enable(&mut self, quirk: DokployQuirk) {
        match quirk {
            DokployQuirk::LateRow(ticks) => self.late_row = ticks,
            DokployQuirk::LateTitle(ticks) => self.late_title = ticks,
            DokployQuirk::OverwriteTitle => self.overwrite_title = true,
            DokployQuirk::Retention(rows) => self.retention = Some(rows),
            DokployQuirk::SharedLogFile => self.shared_log_file = true,
            DokployQuirk::RemoteServer => self.remote = true,
            DokployQuirk::Cloud => self.cloud = true,
            DokployQuirk::OldServerWithoutQueueList => self.release = Release(0, 28, 2),
            DokployQuirk::OldServerPlainErrors => self.release = Release(0, 27, 1),
            DokployQuirk::OldServerIgnoresTitle => self.release = Release(0, 23, 6),
            DokployQuirk::OldServerKeepsJobs => self.release = Release(0, 29, 8),
            DokployQuirk::QueueListRefused(status) => self.queue_list_refused = Some(status),
            DokployQuirk::WebhookFirst => self.webhook_first = true,
            DokployQuirk::DownAfterTrigger(reads) => self.down_after_trigger = reads,
            DokployQuirk::HeldTrigger => self.held_trigger = true,
            DokployQuirk::EngineRefuses(operation) => self.refused.push(operation),
            DokployQuirk::RemoteUnreachable => (self.remote, self.unreachable) = (true, true),
            DokployQuirk::NoContainers => self.engine_down = true,
            DokployQuirk::CrashLoop => self.crash_loop = true,
            DokployQuirk::NoSuitableNode => self.no_node = true,
            DokployQuirk::HalfLines => self.half_lines = true,
            DokployQuirk::KeepsPreviews => self.keeps_previews = true,
            DokployQuirk::SocketCut(bytes) => self.socket_cut = Some(bytes),
            DokployQuirk::SocketChunk(bytes) => self.socket_chunk = Some(bytes),
        }
    }

    pub(super) fn disable(&mut self, quirk: DokployQuirk) {
        match quirk {
            DokployQuirk::LateRow(_) => self.late_row = 0,
            DokployQuirk::LateTitle(_) => self.late_title = 0,
            DokployQuirk::OverwriteTitle => self.overwrite_title = false,
            DokployQuirk::Retention(_) => self.retention = None,
            DokployQuirk::SharedLogFile => self.shared_log_file = false,
            DokployQuirk::RemoteServer => self.remote = false,
            DokployQuirk::Cloud => self.cloud = false,
            DokployQuirk::OldServerWithoutQueueList
            | DokployQuirk::OldServerPlainErrors
            | DokployQuirk::OldServerIgnoresTitle
            | DokployQuirk::OldServerKeepsJobs => self.release = Release::OBSERVED,
            DokployQuirk::QueueListRefused(_) => self.queue_list_refused = None,
            DokployQuirk::WebhookFirst => self.webhook_first = false,
            DokployQuirk::DownAfterTrigger(_) => self.down_after_trigger = 0,
            DokployQuirk::HeldTrigger => self.held_trigger = false,
            DokployQuirk::EngineRefuses(operation) => self.refused.retain(|refused| *refused != operation),
            DokployQuirk::RemoteUnreachable => (self.remote, self.unreachable) = (false, false),
            DokployQuirk::NoContainers => self.engine_down = false,
            DokployQuirk::CrashLoop => self.crash_loop = false,
            DokployQuirk::NoSuitableNode => self.no_node = false,
            DokployQuirk::HalfLines => self.half_lines = false,
            DokployQuirk::KeepsPreviews => self.keeps_previews = false,
            DokployQuirk::SocketCut(_) => self.socket_cut = None,
            DokployQuirk::SocketChunk(_) => self.socket_chunk = None,
        }
    }

    /// Whether the engine refuses an operation, or is never asked.
    pub(super) fn refuses(&self, operation: DokployOperation) -> bool {
        self.unreachable || self.refused.contains(&operation)
    }

    /// Whether a restart keeps the jobs; older releases keep them as well, which no test needs.
    pub(super) fn keeps_jobs(&self) -> bool {
        self.release < Release::FORGETS_JOBS && self.release >= Release(0, 29, 0)
    }

    pub(super) fn keeps_title(&self) -> bool {
        self.release >= Release::KEEPS_TITLE
    }

    pub(super) fn overwrites_title(&self) -> bool {
        self.overwrite_title && self.release >= Release::OVERWRITES_TITLE
    }
}

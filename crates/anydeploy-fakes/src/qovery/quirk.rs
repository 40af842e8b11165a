//! The behaviours of a fake Qovery server that a test may switch on or off.

use std::collections::BTreeSet;

/// A behaviour of [`FakeQovery`](crate::FakeQovery) that can be switched on
/// ([`quirk`](crate::FakeQoveryBuilder::quirk)) or off ([`without`](crate::FakeQoveryBuilder::without)).
///
/// Qovery's server is closed source.
/// What its clients show to be so is on by default; what is only likely, or was so once, is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum QoveryQuirk {
    /// On by default: for a few ticks after a deployment starts, every status, the execution id and the history are
    /// still those of the one before (all first-party clients sleep over this).
    StaleStatus,
    /// On by default: a queued request of the same user with the same action takes in the next one (documented).
    Merging,
    /// On by default: an object that does not exist is answered with 403 (seen by the Terraform provider); off: 404.
    ForbiddenForMissing,
    /// On by default: a call that has a body refuses to go without one, and refuses JSON `null` (400).
    BodyRequired,
    /// On by default: when a service of an execution fails, those of later stages that had not begun are `CANCELED`, except
    /// Terraform services (engine 59fa717, `task.rs`; that the statuses show it by this word is inferred); off: the
    /// execution does not list them.
    Bystanders,
    /// A merged request keeps an id of its own, which no queue lists; off, the answer names the id that it was merged into.
    /// No client shows which of the two is so.
    SeparateRequestIds,
    /// The status of a request is not found (404) once the request has left the queue.
    ForgottenRequests,
    /// The answer to an action on an environment that starts at once names the request behind the execution before, as
    /// its status does.
    KeptRequestId,
    /// The status of an environment names a request behind every execution, also behind one that started at once; which of
    /// the two is so, no client shows.
    RequestIdsOfAll,
    /// An environment's status no longer names the request once its execution runs.
    DroppedRequestId,
    /// An action on a busy environment is refused with 409 instead of being queued, as before March 2025.
    BusyConflict,
    /// `/service/deploy` refuses (400) a service that was never deployed and comes without a version, as the published
    /// document says and the official CLI contradicts.
    FirstVersionNeeded,
    /// Every 2xx is a plain 200, as Qovery's GitHub action saw where the published document says 202.
    PlainOk,
    /// An action that is accepted is answered without a body, as those on selected services always are.
    BodylessActions,
    /// Cancelling a request that waits is answered with 202 and comes too late: the request goes on.
    LateCancel,
    /// Error bodies are `{"message"}`, as before July 2024.
    MessageErrors,
    /// Error bodies are `{"status", "error", "message"}`, as Qovery's documentation shows.
    LegacyErrors,
    /// Error bodies come as `application/problem+json`.
    ProblemJson,
    /// Page numbers are floats (`1.0`), as the published type allows.
    FloatPages,
    /// An empty list comes without its `results` key.
    OmittedResults,
    /// A field without a value is left out instead of being `null`.
    OmittedNulls,
    /// The status of a service does not say which execution it is of, as the published document allows.
    OmittedExecutionId,
    /// The history does not say which version of a service an execution deployed.
    OmittedDetails,
    /// The history lists an execution only a hundred ticks after the statuses name it.
    LateHistory,
    /// When the check before a deployment fails, the statuses still mark the services it was for as part of it.
    CheckMarksServices,
    /// Deploying a whole environment keeps the deployed commits, as its name in the web console suggests and the
    /// published document contradicts.
    EnvironmentKeepsCommits,
    /// A database that was deployed is listed as `READY`, beside its execution, which the web console reads as one that runs
    /// (720181b, `service-status-utils.ts`).
    ReadyDatabases,
    /// A redeployment is listed as `RESTART` and ends in `RESTARTED`, as its name in the Terraform provider suggests; off,
    /// it is one of `DEPLOY`.
    RedeployIsRestart,
    /// A 429 names the wait in `Retry-After` too.
    RetryAfter,
    /// The first socket of the server is cut after five entries of a log, the second after twice as many, and so on, as a
    /// proxy does that allows a connection only so much.
    SocketCuts,
    /// A socket is closed with the code for a token that is not taken (1008), which the handshake does not check.
    SocketsRefuse,
    /// The handshake of a socket refuses the token that requests are made with (401).
    HandshakesRefuse,
}

/// The quirks that are on.
#[derive(Clone, Debug)]
pub(super) struct Quirks(BTreeSet<QoveryQuirk>);

impl Default for Quirks {
    fn default() -> Self {
        use QoveryQuirk::{BodyRequired, Bystanders, ForbiddenForMissing, Merging, StaleStatus};
        Self(BTreeSet::from([StaleStatus, Merging, ForbiddenForMissing, BodyRequired, Bystanders]))
    }
}

impl Quirks {
    pub(super) fn has(&self, quirk: QoveryQuirk) -> bool {
        self.0.contains(&quirk)
    }

    pub(super) fn switch(&mut self, quirk: QoveryQuirk, on: bool) {
        if on {
            self.0.insert(quirk);
        } else {
            self.0.remove(&quirk);
        }
    }
}

//! Behaviour of a Coolify server that surprises clients, each quirk a switch.

/// A behaviour of a Coolify server that surprises clients.
///
/// Those that every server of version 4.3.11 shows always are on in a new fake ([`is_default`](Self::is_default)).
/// The others belong to an older version, to a setting or to bad luck, and are off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CoolifyQuirk {
    /// `POST /deploy` of a commit that is already queued answers with an id that was never stored; reading it is 404
    /// for ever. Switched off, the answer carries the id of the deployment that is already there. On by default.
    PhantomDeploymentId,
    /// With a full queue, `start` and `restart` answer 200 with an id that was never stored. Switched off, they answer
    /// 429 like `POST /deploy`. On by default.
    DeadIdOnFullQueue,
    /// The last log lines, among them the reason of a failure, and `finished_at` come one tick after the final status.
    /// On by default.
    LateLogLines,
    /// `GET /deployments` answers with an object keyed by row number as soon as two deployments are active. A real
    /// server does so whenever its database returns the rows out of order. Off by default.
    ActiveListAsMap,
    /// Cancelling works, but answers 500, and what waits behind the cancelled deployment is not started, as from
    /// v4.1.0 to v4.3.6. Off by default.
    Cancel500ButDone,
    /// `GET` still triggers on `/deploy`, `start`, `stop` and `restart`, and `force=false` means true on `/deploy`, as
    /// up to v4.1.2. Off by default.
    LegacyGetDeploy,
    /// The API is switched off in the instance settings, as on a new installation: 403 with `"success": true`.
    /// Off by default.
    ApiDisabled,
    /// The caller's address is not on the allow-list: 403 with `"success": true`. Off by default.
    AddressNotAllowed,
    /// The server is being upgraded: 503 on everything but the health check. Off by default.
    Maintenance,
    /// The proxy before the server finds no server: 502 with a page of HTML. Off by default.
    BadGateway,
    /// Coolify cannot reach the machine it deploys to: what it does over SSH within the request (starting a service
    /// through `POST /deploy`, reading logs) is 500; deploying an application still answers 200, and fails later.
    /// Off by default.
    ServerUnreachable,
    /// Coolify has marked the machine as not functional: a deployment fails at once, without a date of its end; the
    /// start, restart and stop of a service or database answer 200 and do nothing. Off by default.
    ServerNotFunctional,
    /// The policy of the team denies deploying: `POST /deploy` answers 200 for an application or database, with a
    /// sentence that begins with `Unauthorized` and without an id. Off by default.
    DeployUnauthorized,
    /// Applications run on a second machine too: each deployment that finishes is followed by one more, under an id
    /// of its own, which is at once in progress and differs by its destination alone. Off by default.
    ExtraDestination,
    /// Only the query is read, as up to v4.0.0-beta.407, and a pull request only as `pr`, as up to beta.470.
    /// Off by default.
    QueryAndPrOnly,
    /// `POST /deploy` is an unknown path, since `GET` is the one way to deploy, as up to v4.0.0-beta.297.
    /// Off by default.
    GetOnlyDeploy,
    /// `GET /team` is an unknown path, as before v4.3.0. Off by default.
    NoTeamRoute,
    /// `finished_at` comes as `YYYY-MM-DD HH:MM:SS`, as before v4.0.0-beta.461. Off by default.
    SqlFinishedAt,
    /// `GET /deployments/{uuid}` answers 404 to every deployment, while the lists hold it, as on v4.0.0-beta.467.
    /// Off by default.
    SingleReadNotFound,
    /// `POST /deploy` stores its deployments and answers 200 without an id of any. Off by default.
    AcceptedWithoutId,
    /// Rolling back is an unknown path, as before v4.3.0. Off by default.
    NoRollbackRoute,
    /// The machine has no proxy: domains of an application are taken with 200 and change nothing. Off by default.
    NoProxy,
    /// `GET /applications` lists every application whatever `tag` is asked for, as before v4.0.0-beta.461. Off by default.
    TagNotRead,
    /// The deployments of an application that were made in one second are listed in any order, here the oldest first, as
    /// before v4.3.0. Off by default.
    SecondsUnordered,
    /// A bulk of an application's variables drops `is_multiline`, `is_shown_once`, `is_runtime`, `is_buildtime` and the
    /// comment, as up to v4.0.0-beta.434. Off by default.
    BulkDropsFlags,
    /// A variable has the flag `is_build_time` instead of `is_buildtime`, and a bulk that leaves it out clears it, as up to
    /// v4.0.0-beta.426. Off by default.
    OldBuildFlag,
}

impl CoolifyQuirk {
    /// Every quirk this fake knows.
    pub const ALL: [Self; 26] = [
        Self::PhantomDeploymentId,
        Self::DeadIdOnFullQueue,
        Self::LateLogLines,
        Self::ActiveListAsMap,
        Self::Cancel500ButDone,
        Self::LegacyGetDeploy,
        Self::ApiDisabled,
        Self::AddressNotAllowed,
        Self::Maintenance,
        Self::BadGateway,
        Self::ServerUnreachable,
        Self::ServerNotFunctional,
        Self::DeployUnauthorized,
        Self::ExtraDestination,
        Self::QueryAndPrOnly,
        Self::GetOnlyDeploy,
        Self::NoTeamRoute,
        Self::SqlFinishedAt,
        Self::SingleReadNotFound,
        Self::AcceptedWithoutId,
        Self::NoRollbackRoute,
        Self::NoProxy,
        Self::TagNotRead,
        Self::SecondsUnordered,
        Self::BulkDropsFlags,
        Self::OldBuildFlag,
    ];

    /// Whether a new fake has this quirk.
    #[must_use]
    pub fn is_default(self) -> bool {
        matches!(self, Self::PhantomDeploymentId | Self::DeadIdOnFullQueue | Self::LateLogLines)
    }
}

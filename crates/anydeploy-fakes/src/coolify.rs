//! The fake Coolify server.

mod access;
mod arrange;
mod body;
mod builder;
mod deploy;
mod deployment;
mod deployments;
mod domains;
mod errors;
mod exchange;
mod git;
mod ids;
mod input;
mod instance;
mod ledger;
mod lifecycle;
mod log;
mod place;
mod previews;
mod projects;
mod queue;
mod quirk;
mod resource;
mod resources;
mod router;
mod runtime;
mod script;
mod state;
mod tags;
mod triggered;
mod variable;
mod variables;

use std::fmt;
use std::sync::Arc;

pub use access::CoolifyAbility;
pub use builder::FakeCoolifyBuilder;
pub use deployment::CoolifyOrigin;
pub use quirk::CoolifyQuirk;
pub use script::CoolifyScript;
pub use triggered::CoolifyTriggered;

use access::HOME_TEAM;
use deployment::{Order, Status};
use resource::Kind;
use router::Platform;

use crate::known::known;
use crate::request::ReceivedRequest;
use crate::server::Server;
use crate::write::FakeWrite;

/// A fake Coolify 4.3.11 server on a free port of the loopback address; it stops when dropped.
///
/// It starts with one machine, one project, an application `web` that was never deployed, a stopped service
/// `analytics` and a stopped database `store`.
/// It does what a real server does: the queue (one deployment at a time for an application and pull request, two for
/// the machine, 25 waiting), the answers that promise a deployment which does not exist, 200 requests a minute, the
/// abilities of tokens, logs that only some tokens see.
/// [`CoolifyQuirk`] lists the behaviours that can be switched.
///
/// Time passes in ticks, every 20 milliseconds unless [`FakeCoolifyBuilder::pace`] says otherwise.
/// Not covered: creating anything but variables and tags, storages, backups, tasks, children of services, shared variables,
/// notifications, everything of other providers. Those paths answer 404 like any unknown one.
///
/// # Examples
///
/// ```
/// use anydeploy_fakes::{CoolifyScript, FakeCoolify, Pace};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let coolify = FakeCoolify::builder().pace(Pace::Manual).start().await;
/// let web = coolify.application();
/// coolify.next_deployment(&web, CoolifyScript::fails_with("port 80 is taken").lasting(5));
///
/// let http = reqwest::Client::new();
/// let deploy = format!("{}/api/v1/deploy?uuid={web}", coolify.url());
/// let answer = http.post(deploy).bearer_auth(coolify.token()).send().await?;
/// let answer: serde_json::Value = answer.json().await?;
/// assert_eq!(answer["deployments"][0]["message"], "Application web deployment queued.");
///
/// coolify.advance(5);
/// let triggered = coolify.triggered();
/// assert_eq!(triggered[0].id, answer["deployments"][0]["deployment_uuid"].as_str().unwrap());
/// assert_eq!(triggered[0].status, "failed");
/// # Ok(())
/// # }
/// ```
pub struct FakeCoolify {
    server: Server,
    platform: Arc<Platform>,
    token: String,
    application: String,
    service: String,
    database: String,
}

impl fmt::Debug for FakeCoolify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeCoolify").field("server", &self.server).finish_non_exhaustive()
    }
}

impl FakeCoolify {
    /// Starts a server as a fresh installation of 4.3.11 behaves.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Sets up a server before it starts.
    pub fn builder() -> FakeCoolifyBuilder {
        FakeCoolifyBuilder::new()
    }

    /// The address of the instance as a user would configure it, without `/api/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.origin()
    }

    /// A token that may do everything.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The id of the application `web`.
    #[must_use]
    pub fn application(&self) -> String {
        self.application.clone()
    }

    /// The id of the service `analytics`.
    #[must_use]
    pub fn service(&self) -> String {
        self.service.clone()
    }

    /// The id of the database `store`.
    #[must_use]
    pub fn database(&self) -> String {
        self.database.clone()
    }

    /// Adds a token of an admin with these abilities.
    #[must_use]
    pub fn add_token(&self, abilities: &[CoolifyAbility]) -> String {
        self.platform.state().add_token(abilities, HOME_TEAM, true)
    }

    /// Adds a token of a plain member of the team, who may hold no more than a token that reads.
    #[must_use]
    pub fn add_member_token(&self, abilities: &[CoolifyAbility]) -> String {
        self.platform.state().add_token(abilities, HOME_TEAM, false)
    }

    /// Adds a token of another team, which owns nothing.
    #[must_use]
    pub fn add_other_team_token(&self, abilities: &[CoolifyAbility]) -> String {
        self.platform.state().add_token(abilities, HOME_TEAM + 1, true)
    }

    /// Makes a token unknown, as if it had expired.
    pub fn revoke_token(&self, token: &str) {
        self.platform.state().revoke(token);
    }

    /// Adds an application made from an image, and returns its id.
    #[must_use]
    pub fn add_application(&self, name: &str) -> String {
        self.platform.state().add_resource(Kind::Application, name).uuid.clone()
    }

    /// Adds an application built from a repository, and returns its id.
    #[must_use]
    pub fn add_git_application(&self, name: &str) -> String {
        let mut state = self.platform.state();
        let application = state.add_resource(Kind::Application, name);
        application.from_image = false;
        application.uuid.clone()
    }

    /// Adds a service, and returns its id.
    #[must_use]
    pub fn add_service(&self, name: &str) -> String {
        self.platform.state().add_resource(Kind::Service, name).uuid.clone()
    }

    /// Adds a database, and returns its id.
    #[must_use]
    pub fn add_database(&self, name: &str) -> String {
        self.platform.state().add_resource(Kind::Database, name).uuid.clone()
    }

    /// Says how the next deployment of an application goes; called again, the one after that.
    ///
    /// What has no script succeeds after three ticks.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn next_deployment(&self, application: &str, script: CoolifyScript) {
        let mut state = self.platform.state();
        state.application(application);
        state.scripts.entry(application.to_owned()).or_default().next.push_back(script);
    }

    /// Says how every deployment of an application goes that has no script of its own.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn every_deployment(&self, application: &str, script: CoolifyScript) {
        let mut state = self.platform.state();
        state.application(application);
        state.scripts.entry(application.to_owned()).or_default().otherwise = Some(script);
    }

    /// Says how the next start or restart of a service or database goes: statuses in the server's words, and how many ticks after the
    /// start each begins; called again, the start after that.
    ///
    /// Until the first of them, the status is the one from before the start.
    /// Without this, it starts within a tick.
    ///
    /// # Panics
    /// If there is no such thing.
    #[track_caller]
    pub fn next_start(&self, id: &str, statuses: impl IntoIterator<Item = (u64, &'static str)>) {
        let mut state = self.platform.state();
        known(state.resource_mut(id), "resource", id).starts.push_back(statuses.into_iter().collect());
    }

    /// Refuses the next `/deploy` of an application or database as [`CoolifyQuirk::DeployUnauthorized`] does all of them.
    pub fn refuse_next_deploy(&self) {
        self.platform.state().refuses_next = true;
    }

    /// Refuses the next `/deploy` of an application, which another program deploys in the same moment.
    pub fn refuse_next_deploy_beside_another_program(&self) {
        let mut state = self.platform.state();
        (state.refuses_next, state.another_deploys_next) = (true, true);
    }

    /// Lets the server break with 500, once, before the next variable that it writes after this many more.
    pub fn break_variables_after(&self, variables: usize) {
        self.platform.state().variables_until_break = Some(variables);
    }

    /// Deploys an application as a user does in the web interface; the deployment queues like any other.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn deploy_by_someone_else(&self, application: &str) {
        self.deploy_by(CoolifyOrigin::SomeoneElse, application);
    }

    /// Another program deploys an application over the API, so that nothing distinguishes its deployment from a caller's own.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn deploy_by_another_program(&self, application: &str) {
        self.deploy_by(CoolifyOrigin::Api, application);
    }

    #[track_caller]
    fn deploy_by(&self, origin: CoolifyOrigin, application: &str) {
        let mut state = self.platform.state();
        let position = state.application(application);
        // A refusal would be shown to the others alone.
        drop(state.place(position, Order { origin: Some(origin), ..Order::default() }));
    }

    /// Lets ticks pass at once, whatever the pace.
    pub fn advance(&self, ticks: u64) {
        self.platform.advance(ticks);
    }

    /// Switches a quirk on.
    pub fn enable(&self, quirk: CoolifyQuirk) {
        self.platform.state().quirks.insert(quirk);
    }

    /// Switches a quirk off.
    pub fn disable(&self, quirk: CoolifyQuirk) {
        self.platform.state().quirks.remove(&quirk);
    }

    /// Fills the queue with deployments of an application `busy neighbour` that never end.
    pub fn fill_queue(&self) {
        let mut state = self.platform.state();
        let uuid = state.add_resource(Kind::Application, "busy neighbour").uuid.clone();
        state.scripts.entry(uuid).or_default().otherwise = Some(CoolifyScript::hangs());
        let position = state.resources.len() - 1;
        let waiting = state.ledger.active().filter(|(_, row)| row.status() == Status::Queued).count();
        // The first one runs, at once, so that all the others wait behind it.
        state.store(position, Order { at_once: true, ..Order::default() });
        for _ in waiting..state.settings.queue_limit {
            state.store(position, Order::default());
        }
    }

    /// Removes what [`fill_queue`](Self::fill_queue) put there.
    pub fn drain_queue(&self) {
        let mut state = self.platform.state();
        while let Some(position) = state.resources.iter().position(|resource| resource.name == "busy neighbour") {
            state.remove(position);
        }
    }

    /// Restarts or upgrades the server: everything queued or in progress becomes `failed`, with nothing in the log.
    pub fn restart(&self) {
        self.platform.state().restart();
    }

    /// Every deployment really stored, oldest first, but for those of [`fill_queue`](Self::fill_queue).
    #[must_use]
    pub fn triggered(&self) -> Vec<CoolifyTriggered> {
        let state = self.platform.state();
        let of = |row| CoolifyTriggered::of(row, state.now, &self.platform.ticker);
        state.ledger.all().iter().filter_map(of).collect()
    }

    /// The id of every service and database really started or restarted, in order.
    #[must_use]
    pub fn starts(&self) -> Vec<String> {
        self.platform.state().starts.clone()
    }

    /// Everything written so far besides deployments, in order: starts and restarts of services and databases, stops, and
    /// each variable or column that a request set or deleted.
    ///
    /// A [`what`](FakeWrite::what) is `start`, `stop` or `restart`, `set` or `delete` with the key, or `update` with the column.
    #[must_use]
    pub fn writes(&self) -> Vec<FakeWrite> {
        self.platform.state().writes.clone()
    }

    /// Every request received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.server.requests()
    }
}

//! The fake Qovery server.

mod action;
mod actions;
mod add;
mod auth;
mod batch;
mod builder;
mod call;
mod engine;
mod execution;
mod history;
mod ids;
mod kind;
mod limit;
mod logs;
mod objects;
mod organization;
mod queue;
mod quirk;
mod reads;
mod reply;
mod request;
mod router;
mod run;
mod script;
mod service;
mod setting;
mod socket;
mod stages;
mod state;
mod statuses;
mod triggered;
mod variable;
mod variables;
mod version;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;

pub use builder::FakeQoveryBuilder;
pub use kind::QoveryServiceKind;
pub use quirk::QoveryQuirk;
pub use script::QoveryScript;
pub use triggered::{QoveryTriggered, QoveryTriggeredService};

use crate::clock::http_date;
use crate::pace::Ticker;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::server::{Answer, Server};
use crate::socket::Script;
use crate::write::FakeWrite;
use action::Action;
use call::Call;
use execution::User;
use reply::Refusal;
use request::Request;
use state::State;

/// A stateful fake of the Qovery API on a free port of the loopback address; it stops when dropped.
///
/// It begins with one organization, one project, one environment, and in it an application `web` and a container
/// `worker`, neither ever deployed.
/// Everything that is done over HTTP has its effects over HTTP: a deployment is queued or starts, shows after a while
/// (old statuses stay readable for some ticks), runs through its states and ends as its [`QoveryScript`] says.
/// Services in one environment share one queue; one action runs at a time.
///
/// # Examples
///
/// ```
/// use anydeploy_fakes::{FakeQovery, Pace, QoveryScript};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fake = FakeQovery::builder().pace(Pace::Manual).start().await;
/// let web = fake.application();
/// fake.next_deployment(&web, QoveryScript::fails_with("npm: not found"));
///
/// let http = reqwest::Client::new();
/// let service = format!("{}/application/{web}", fake.url());
/// let token = format!("Token {}", fake.token());
/// http.post(format!("{service}/deploy"))
///     .header("Authorization", &token)
///     .json(&serde_json::json!({}))
///     .send()
///     .await?
///     .error_for_status()?;
///
/// fake.advance(100);
/// let status: serde_json::Value =
///     http.get(format!("{service}/status")).header("Authorization", &token).send().await?.json().await?;
/// assert_eq!(status["state"], "BUILD_ERROR");
/// assert_eq!(fake.triggered()[0].state.as_deref(), Some("BUILD_ERROR"));
/// # Ok(())
/// # }
/// ```
pub struct FakeQovery {
    server: Server,
    platform: Arc<Platform>,
    defaults: Defaults,
}

struct Defaults {
    environment: String,
    application: String,
    container: String,
}

struct Platform {
    state: Mutex<State>,
    ticker: Ticker,
}

impl FakeQovery {
    /// Starts a server with the default behaviour.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Sets up a server that differs from the default.
    pub fn builder() -> FakeQoveryBuilder {
        FakeQoveryBuilder::default()
    }

    /// The base URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.origin()
    }

    /// The base URL of the sockets, which lie on the same port.
    ///
    /// The socket of a deployment's log is served, and its requests count for no rate limit.
    #[must_use]
    pub fn socket_url(&self) -> String {
        self.server.origin().replacen("http", "ws", 1)
    }

    /// How many bytes of logs went through sockets so far.
    #[must_use]
    pub fn socket_bytes(&self) -> usize {
        self.platform.state().socket_bytes
    }

    /// The API token that is accepted with `Authorization: Token`.
    #[must_use]
    pub fn token(&self) -> &'static str {
        auth::TOKEN
    }

    /// The JWT that is accepted with `Authorization: Bearer`; it stands for another user than the token.
    #[must_use]
    pub fn bearer(&self) -> &'static str {
        auth::BEARER
    }

    /// The id of the organization.
    #[must_use]
    pub fn organization(&self) -> String {
        self.platform.state().organization.id.clone()
    }

    /// The id of the project.
    #[must_use]
    pub fn project(&self) -> String {
        self.platform.state().project.id.clone()
    }

    /// The id of the default environment.
    #[must_use]
    pub fn environment(&self) -> String {
        self.defaults.environment.clone()
    }

    /// The id of the application `web`.
    #[must_use]
    pub fn application(&self) -> String {
        self.defaults.application.clone()
    }

    /// The id of the container `worker`.
    #[must_use]
    pub fn container(&self) -> String {
        self.defaults.container.clone()
    }

    /// Says what the next execution that includes the service does; several scripts are used one after another.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn next_deployment(&self, service: &str, script: QoveryScript) {
        self.platform.state().named(service).scripts.push_back(script);
    }

    /// Says what every further execution of the service does that has no script of its own.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn every_deployment(&self, service: &str, script: QoveryScript) {
        self.platform.state().named(service).usual = script;
    }

    /// Gives the service a past: one execution that deployed it, which [`triggered`](Self::triggered) does not list.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn already_deployed(&self, service: &str) {
        let mut state = self.platform.state();
        state.named(service);
        state.seed(service, Action::Deploy);
    }

    /// Gives the service a past in which it was deployed and stopped, as [`already_deployed`](Self::already_deployed) does.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn already_stopped(&self, service: &str) {
        let mut state = self.platform.state();
        state.named(service);
        state.seed(service, Action::Deploy);
        state.seed(service, Action::Stop);
    }

    /// Someone configures another image tag, chart version or database version, without deploying it.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn configure(&self, service: &str, version: &str) {
        version.clone_into(&mut self.platform.state().named(service).version);
    }

    /// Puts the service into a deployment stage that is marked skipped.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn skip(&self, service: &str) {
        self.platform.state().named(service).skipped = true;
    }

    /// Puts the service into a deployment stage: in an execution it begins when the services of lower stages are over, and
    /// not at all if one of them fails ([`QoveryQuirk::Bystanders`]); all are in stage 1 until then.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn put_in_stage(&self, service: &str, stage: u32) {
        self.platform.state().named(service).stage = stage;
    }

    /// Writes lines to the log of a running application or container.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn write_log(&self, service: &str, lines: impl IntoIterator<Item = impl Into<String>>) {
        let lines = lines.into_iter().map(|line| (Utc::now(), line.into()));
        self.platform.state().named(service).log.extend(lines);
    }

    /// Another user deploys the service from the web console; it waits its turn like any other request.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn deploy_by_someone_else(&self, service: &str) {
        self.deploy_by(state::someone_else(), service);
    }

    /// Another program deploys the service with the same token; what waits of it merges with the requests of others.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn deploy_by_another_program(&self, service: &str) {
        self.deploy_by(auth::owner(), service);
    }

    #[track_caller]
    fn deploy_by(&self, user: User, service: &str) {
        let mut state = self.platform.state();
        let environment = state.named(service).environment.clone();
        let services = vec![(service.to_owned(), None)];
        let id = state.ids.request();
        let request = Request::new(id, &environment, Action::Deploy, user, services);
        // It can only be refused with `BusyConflict`, and then the others are refused as well.
        drop(state.submit(request));
    }

    /// Removes the service at once, as if someone had deleted it.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn delete_service(&self, service: &str) {
        let mut state = self.platform.state();
        state.named(service);
        state.remove_service(service);
    }

    /// Switches a behaviour on from now on.
    pub fn enable(&self, quirk: QoveryQuirk) {
        self.platform.state().quirks.switch(quirk, true);
    }

    /// Switches a behaviour off from now on.
    pub fn disable(&self, quirk: QoveryQuirk) {
        self.platform.state().quirks.switch(quirk, false);
    }

    /// Lets `ticks` pass at once, whatever the pace.
    pub fn advance(&self, ticks: u64) {
        self.platform.ticker.advance(ticks);
    }

    /// Every execution that really started, in that order, with its outcome.
    #[must_use]
    pub fn triggered(&self) -> Vec<QoveryTriggered> {
        let state = self.platform.state();
        let real = state.executions.iter().filter(|execution| !execution.seeded);
        real.map(|execution| QoveryTriggered::of(execution, state.tick, &self.platform.ticker)).collect()
    }

    /// Every stop and every variable that a request wrote, oldest first.
    ///
    /// A stop is an execution too, which [`triggered`](Self::triggered) lists once it starts.
    #[must_use]
    pub fn writes(&self) -> Vec<FakeWrite> {
        self.platform.state().writes.clone()
    }

    /// How many executions built the service, whether that went well or not.
    ///
    /// # Panics
    /// If there is no such service.
    #[must_use]
    #[track_caller]
    pub fn builds(&self, service: &str) -> usize {
        let mut state = self.platform.state();
        state.named(service);
        let runs = state.executions.iter().filter(|execution| !execution.seeded).filter_map(|one| one.run(service));
        runs.filter(|run| run.has_built(state.tick)).count()
    }

    /// Every request received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.server.requests()
    }
}

impl fmt::Debug for FakeQovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeQovery").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Platform {
    /// The state as of now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.advance(&self.ticker);
        state
    }
}

impl Answer for Platform {
    fn socket(self: Arc<Self>, http: &ReceivedRequest) -> Option<Box<dyn Script>> {
        // A credential that is unknown is refused as in any other request; that the handshake does so is inferred.
        let refuses = self.state().quirks.has(QoveryQuirk::HandshakesRefuse);
        if http.path != socket::PATH || refuses || auth::user(http).is_err() {
            return None;
        }
        self.ticker.received();
        Some(Box::new(socket::Listener::new(self, http)))
    }

    fn answer(&self, http: &ReceivedRequest) -> Response {
        self.ticker.received();
        let mut state = self.state();
        let user = match auth::user(http) {
            Ok(user) => user,
            Err(refusal) => return refusal.into_response(&state.quirks),
        };
        if !state.limit.take() {
            let retry_after = state.quirks.has(QoveryQuirk::RetryAfter);
            return state.limit.mark(Refusal::too_many().into_response(&state.quirks), retry_after, state.clock);
        }
        let outcome = if http.path == socket::PATH {
            Err(Refusal::unauthorized())
        } else {
            router::route(Call { state: &mut state, user, http })
        };
        let response = match outcome {
            Ok(reply) => reply.into_response(&state.quirks),
            Err(refusal) => refusal.into_response(&state.quirks),
        };
        let response = state.limit.mark(response, false, state.clock);
        match state.tick_length {
            Some(_) => response.with_header("date", http_date(state.now())),
            None => response,
        }
    }
}

//! The fake Dokploy server.

mod applications;
mod apply;
mod arrange;
mod builder;
mod composes;
mod containers;
mod database;
mod databases;
mod deploy;
mod deployments;
mod engine;
mod env;
mod environments;
mod failure;
mod input;
mod job;
mod key;
mod lifecycle;
mod previews;
mod procedure;
mod projects;
mod queue;
mod quirk;
mod rollbacks;
mod router;
mod row;
mod runtime;
mod script;
mod service;
mod settings;
mod socket;
mod state;
mod tasks;
mod triggered;
mod webhook;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub use builder::FakeDokployBuilder;
pub use database::DokployDatabase;
pub use key::DokployKey;
pub use quirk::DokployQuirk;
pub use script::DokployScript;
pub use triggered::{DokployJobState, DokployOperation, DokployOrigin, DokployTriggered};

use crate::pace::Ticker;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::sender::Sender;
use crate::server::{Answer, Server};
use crate::socket::Script;
use crate::write::FakeWrite;
use job::Order;
use service::Kind;
use state::State;

/// A fake Dokploy v0.30.2 server on a free port of the loopback address; it stops when dropped.
///
/// It has one project with one environment, and in it an application `web` (from an image) and a compose `stack`.
/// Deployments go through one queue and advance by ticks, see [`Pace`](crate::Pace); unless a [`DokployScript`] says
/// otherwise they succeed. [`DokployQuirk`] lists the behaviours that break clients.
///
/// Ids are the same in each run, in the order things are made.
///
/// # Examples
///
/// ```
/// use anydeploy_fakes::{DokployJobState, DokployScript, FakeDokploy, Pace};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let dokploy = FakeDokploy::builder().pace(Pace::Manual).start().await;
/// let web = dokploy.application();
/// dokploy.next_deployment(&web, DokployScript::fails_with("no such image"));
///
/// let http = reqwest::Client::new();
/// let answer = http
///     .post(format!("{}/api/application.deploy", dokploy.url()))
///     .header("x-api-key", dokploy.token())
///     .json(&serde_json::json!({ "applicationId": web, "title": "from a test" }))
///     .send()
///     .await?;
/// assert_eq!(answer.status(), 200);
/// assert_eq!(answer.text().await?, "", "Dokploy names no deployment");
///
/// dokploy.advance(10);
/// let deployment = &dokploy.triggered()[0];
/// assert_eq!(deployment.title.as_deref(), Some("from a test"));
/// assert_eq!(deployment.state, DokployJobState::Error);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FakeDokploy {
    server: Server,
    platform: Arc<Platform>,
    application: String,
    compose: String,
}

#[derive(Debug)]
struct Platform {
    ticker: Arc<Ticker>,
    state: Mutex<State>,
}

impl Platform {
    /// The state as it is now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(self.ticker.now());
        state
    }
}

impl Answer for Platform {
    fn answer(&self, request: &ReceivedRequest) -> Response {
        self.ticker.received();
        self.state().answer(request)
    }

    fn socket(self: Arc<Self>, request: &ReceivedRequest) -> Option<Box<dyn Script>> {
        if request.path != socket::PATH {
            return None;
        }
        self.ticker.received();
        Some(Box::new(socket::Listener::new(self, request)))
    }
}

impl FakeDokploy {
    /// Starts a server that behaves as a self-hosted one does.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Sets up a server that differs from the default.
    pub fn builder() -> FakeDokployBuilder {
        FakeDokployBuilder::default()
    }

    /// Scheme, host and port, without a trailing slash and without `/api`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.origin()
    }

    /// The API key of the owner, without any limit.
    #[must_use]
    pub fn token(&self) -> &'static str {
        "fake-dokploy-key"
    }

    /// Adds another API key and returns it.
    #[must_use]
    pub fn add_key(&self, key: DokployKey) -> String {
        let mut state = self.platform.state();
        let secret = format!("fake-dokploy-key-{}", state.new_id());
        state.keys.add(secret.clone(), key);
        secret
    }

    /// The id of the application `web`.
    #[must_use]
    pub fn application(&self) -> String {
        self.application.clone()
    }

    /// The id of the compose `stack`.
    #[must_use]
    pub fn compose(&self) -> String {
        self.compose.clone()
    }

    /// Adds an application that is deployed from an image, and returns its id.
    #[must_use]
    pub fn add_application(&self, name: &str) -> String {
        self.platform.state().add_application(name)
    }

    /// Adds an application that is deployed from git, and returns its id.
    ///
    /// At the end of each `deploy` the commit takes the place of title and description, see
    /// [`DokployQuirk::OverwriteTitle`].
    #[must_use]
    pub fn add_git_application(&self, name: &str) -> String {
        let git = json!({
            "sourceType": "git", "customGitUrl": "https://git.example.test/fake.git", "customGitBranch": "main",
            "buildType": "dockerfile",
        });
        self.platform.state().add(Kind::Application, name, git)
    }

    /// Adds a compose whose file the server holds, and returns its id.
    #[must_use]
    pub fn add_compose(&self, name: &str) -> String {
        self.platform.state().add(Kind::Compose, name, json!({}))
    }

    /// Adds a compose that is deployed from git, and returns its id.
    #[must_use]
    pub fn add_git_compose(&self, name: &str) -> String {
        let git = json!({
            "sourceType": "git", "customGitUrl": "https://git.example.test/fake.git", "customGitBranch": "main",
        });
        self.platform.state().add(Kind::Compose, name, git)
    }

    /// Adds a database, and returns its id.
    ///
    /// Its deployments are over when they are answered.
    /// Where a [`DokployScript`] says how long one takes, a gateway answers the request by 504, and the deployment goes on.
    #[must_use]
    pub fn add_database(&self, engine: DokployDatabase, name: &str) -> String {
        self.platform.state().add_database(engine, name)
    }

    /// Adds the preview of a pull request to an application, and returns its `previewDeploymentId`.
    #[must_use]
    pub fn add_preview(&self, application: &str, pull_request: u32, branch: &str) -> String {
        self.platform.state().new_preview(application, pull_request, branch)
    }

    /// Adds a domain to an application, a compose or a preview, with the server's defaults for all but its host and these
    /// columns, and returns its id.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    #[must_use]
    pub fn add_domain(&self, service: &str, host: &str, columns: Value) -> String {
        let mut state = self.platform.state();
        let target = state.named(service).target.clone();
        let id = state.new_id();
        let mut domain = json!({
            "domainId": id, "host": host, "https": false, "port": 3000, "path": "/", "certificateType": "none",
            "customCertResolver": null, "enabled": true, "applicationId": null, "composeId": null,
            "previewDeploymentId": null, "serviceName": null, "domainType": if target.kind == Kind::Preview { "preview" } else { target.kind.job_word() },
        });
        domain[target.kind.id_field()] = target.id.into();
        if let (Some(domain), Value::Object(columns)) = (domain.as_object_mut(), columns) {
            domain.extend(columns);
        }
        state.domains.push(domain);
        id
    }

    /// Says what the next deployment of a service will do; several wait in line, in the order deployments are
    /// accepted. Without one, a deployment succeeds.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn next_deployment(&self, service: &str, script: DokployScript) {
        self.platform.state().named(service).scripts.push_back(script);
    }

    /// Says what every further deployment of a service does that has no script of its own.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn every_deployment(&self, service: &str, script: DokployScript) {
        self.platform.state().named(service).usual = script;
    }

    /// Switches a quirk on from now on, or changes its number.
    pub fn enable(&self, quirk: DokployQuirk) {
        self.platform.state().quirks.enable(quirk);
    }

    /// Switches a quirk off from now on; the number in it does not matter.
    pub fn disable(&self, quirk: DokployQuirk) {
        self.platform.state().quirks.disable(quirk);
    }

    /// Advances the clock by this many ticks at once.
    pub fn advance(&self, ticks: u64) {
        self.platform.ticker.advance(ticks);
        drop(self.platform.state());
    }

    /// How many jobs run at once, for the whole server; one by default, and at least one.
    pub fn set_concurrency(&self, jobs: usize) {
        self.platform.state().queue.concurrency = jobs.max(1);
    }

    /// Every deployment the server accepted, in that order, and how it went; those of other clients too.
    #[must_use]
    pub fn triggered(&self) -> Vec<DokployTriggered> {
        self.platform.state().ledger.clone()
    }

    /// Every write that the server accepted, oldest first: starts, stops, and changes of settings.
    #[must_use]
    pub fn writes(&self) -> Vec<FakeWrite> {
        self.platform.state().writes.clone()
    }

    /// How many deployments of a service have built an image so far.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    #[must_use]
    pub fn builds(&self, service: &str) -> usize {
        self.platform.state().named(service).builds
    }

    /// Lets an application keep the image of each deployment from now on, in a registry, so that it can go back to it.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn keep_images(&self, application: &str) {
        let mut state = self.platform.state();
        let application = state.named(application);
        application.set("rollbackActive", true);
        application.set("rollbackRegistryId", "fake-registry");
    }

    /// Refuses the next request to deploy as one of a key that lacks the permission; nothing is queued.
    pub fn refuse_next_deployment(&self) {
        self.platform.state().refuses_next = true;
    }

    /// Gives a service this status, which may be a word that no version of the server has used so far.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn set_status(&self, service: &str, word: &str) {
        self.platform.state().named(service).set_status(word);
    }

    /// How many replicas of a service the engine runs, whatever its status says; none before its first deployment.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    #[must_use]
    pub fn replicas(&self, service: &str) -> u64 {
        self.platform.state().named(service).running.as_ref().map_or(0, |running| running.replicas)
    }

    /// The image of a service that the engine has, whatever the settings say.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    #[must_use]
    pub fn running_image(&self, service: &str) -> Option<String> {
        self.platform.state().named(service).running.as_ref().map(|running| running.image.clone())
    }

    /// The variables that the containers of a service have, whatever the settings say.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    #[must_use]
    pub fn running_variables(&self, service: &str) -> Vec<(String, String)> {
        self.platform.state().named(service).running.as_ref().map_or_else(Vec::new, |running| running.variables.clone())
    }

    /// Every request received so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.server.requests()
    }

    /// Restarts the server: what runs becomes `cancelled` without an end, what waits is forgotten, and jobs are
    /// counted from one again.
    pub fn restart(&self) {
        self.platform.state().restart();
    }

    /// The gateway delivers every request to deploy that it holds, see
    /// [`HeldTrigger`](DokployQuirk::HeldTrigger).
    pub fn deliver_held(&self) {
        let mut state = self.platform.state();
        for order in std::mem::take(&mut state.held) {
            state.enqueue(order);
        }
    }

    /// Removes the waiting jobs of a service from the queue, as a user can do in the web interface.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn clean_queues(&self, service: &str) {
        let mut state = self.platform.state();
        let target = state.named(service).target.clone();
        state.drop_waiting(|job| job.target == target);
    }

    /// Deletes an application, its rows with it; a job that is running goes on unseen.
    ///
    /// # Panics
    /// If there is no such application.
    #[track_caller]
    pub fn delete_application(&self, application: &str) {
        let mut state = self.platform.state();
        let target = state.named(application).target.clone();
        state.delete_service(&target);
    }

    /// A colleague deploys a service with the button in the browser, so without a title.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn deploy_by_someone_else(&self, service: &str) {
        self.deploy_by(DokployOrigin::SomeoneElse, service, None);
    }

    /// Another program deploys a service over the API; the description may hold a client's correlation tag.
    ///
    /// # Panics
    /// If there is no such service.
    #[track_caller]
    pub fn deploy_by_another_program(&self, service: &str, description: Option<&str>) {
        self.deploy_by(DokployOrigin::Api, service, description);
    }

    #[track_caller]
    fn deploy_by(&self, origin: DokployOrigin, service: &str, description: Option<&str>) {
        let mut state = self.platform.state();
        let target = state.named(service).target.clone();
        let (description, sender) = (description.map(str::to_owned), Sender::default());
        if matches!(target.kind, Kind::Database(_)) {
            let _ = state.deploy_database(&target, sender);
            return;
        }
        state.enqueue(Order { target, title: None, description, redeploy: false, origin, sender });
    }
}

//! Three fake servers with the services of the fleet, and how a process reaches them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anydeploy::{Budget, Builder, Connect, Coolify, Deployer, Dokploy, Error, ErrorKind, Qovery, Result, Timing};
use anydeploy_fakes::{CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript};
use serde::{Deserialize, Serialize};

/// How long a lost trigger is searched for: a genuine server needs more.
const LOST_AFTER: Duration = Duration::from_secs(3);

/// How a process reaches a fake; its profile has the name of the platform.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    name: String,
    url: String,
    token: String,
}

impl Connection {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn deployer(&self) -> Result<Arc<dyn Deployer>> {
        match &*self.name {
            "coolify" => self.connect(Coolify::builder()),
            "dokploy" => self.connect(Dokploy::builder()),
            "qovery" => self.connect(Qovery::builder()),
            other => Err(Error::new(ErrorKind::InvalidInput, format!("there is no fake of {other}"))),
        }
    }

    fn connect<D: Connect>(&self, builder: Builder<D>) -> Result<Arc<dyn Deployer>> {
        // Polls of an example are faster than the budget of a genuine server allows.
        let builder = builder.url(&*self.url).token(&*self.token).budget(Budget::unlimited());
        Ok(Arc::new(builder.timeout(Duration::from_secs(5)).timing(Timing::scaled_to(LOST_AFTER)).build()?))
    }
}

/// One fake server.
pub(crate) struct Scene {
    pub(crate) connection: Connection,
    server: Server,
    /// The names of the services by their ids.
    names: Mutex<HashMap<String, String>>,
}

enum Server {
    Coolify(FakeCoolify),
    Dokploy(FakeDokploy),
    Qovery(FakeQovery),
}

/// The three platforms.
pub(crate) async fn all() -> [Scene; 3] {
    let coolify = FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await;
    let (dokploy, qovery) = (FakeDokploy::start().await, FakeQovery::start().await);
    let scene = |name: &str, url: String, token: &str, server: Server| {
        let connection = Connection { name: name.to_owned(), url, token: token.to_owned() };
        Scene { connection, server, names: Mutex::default() }
    };
    let token = coolify.token().to_owned();
    [
        scene("coolify", coolify.url(), &token, Server::Coolify(coolify)),
        scene("dokploy", dokploy.url(), dokploy.token(), Server::Dokploy(dokploy)),
        scene("qovery", qovery.url(), qovery.token(), Server::Qovery(qovery)),
    ]
}

impl Scene {
    /// Adds a service; returns its id.
    pub(crate) fn add(&self, name: &str, fails: bool) -> String {
        const REASON: &str = "the build failed";
        let id = match &self.server {
            Server::Coolify(fake) => fake.add_application(name),
            Server::Dokploy(fake) => fake.add_application(name),
            Server::Qovery(fake) => fake.add_application(name),
        };
        if fails {
            match &self.server {
                Server::Coolify(fake) => fake.every_deployment(&id, CoolifyScript::fails_with(REASON)),
                Server::Dokploy(fake) => fake.every_deployment(&id, DokployScript::fails_with(REASON)),
                Server::Qovery(fake) => fake.every_deployment(&id, QoveryScript::fails_with(REASON)),
            }
        }
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), name.to_owned());
        id
    }

    /// Whether an id is that of the service with this name.
    pub(crate) fn is(&self, name: &str, id: &str) -> bool {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).get(id).is_some_and(|known| known == name)
    }

    /// The id of the service of each deployment that was truly triggered.
    pub(crate) fn triggered(&self) -> Vec<String> {
        match &self.server {
            Server::Coolify(fake) => fake.triggered().into_iter().map(|triggered| triggered.target).collect(),
            Server::Dokploy(fake) => fake.triggered().into_iter().map(|triggered| triggered.target).collect(),
            Server::Qovery(fake) => {
                let services = fake.triggered().into_iter().flat_map(|triggered| triggered.services);
                services.map(|service| service.service).collect()
            }
        }
    }
}

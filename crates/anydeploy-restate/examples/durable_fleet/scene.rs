//! Three fake servers with the services of the fleet, which count what they were asked to deploy.

use std::time::Duration;

use anydeploy_fakes::{
    CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript, ReceivedRequest,
};

use crate::harness::worker::Connection;

/// Why a deployment fails that is to fail.
pub(crate) const REASON: &str = "the build failed";

/// One fake server; its profile has the name of the platform.
pub(crate) enum Scene {
    Coolify(FakeCoolify),
    Dokploy(FakeDokploy),
    Qovery(FakeQovery),
}

/// The three platforms.
pub(crate) async fn all() -> [Scene; 3] {
    // Polls of an example are faster than a genuine server allows.
    let coolify = FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await;
    let dokploy = FakeDokploy::start().await;
    dokploy.set_concurrency(8);
    [Scene::Coolify(coolify), Scene::Dokploy(dokploy), Scene::Qovery(FakeQovery::start().await)]
}

impl Scene {
    /// How a worker reaches it.
    pub(crate) fn connection(&self) -> Connection {
        let (profile, url, token) = match self {
            Self::Coolify(fake) => ("coolify", fake.url(), fake.token()),
            Self::Dokploy(fake) => ("dokploy", fake.url(), fake.token()),
            Self::Qovery(fake) => ("qovery", fake.url(), fake.token()),
        };
        Connection { profile: profile.to_owned(), url, token: token.to_owned() }
    }

    /// Adds a service, whose deployments fail if that is asked for; returns its id.
    pub(crate) fn add(&self, name: &str, fails: bool) -> String {
        let id = match self {
            Self::Coolify(fake) => fake.add_application(name),
            Self::Dokploy(fake) => fake.add_application(name),
            Self::Qovery(fake) => fake.add_application(name),
        };
        if fails {
            match self {
                Self::Coolify(fake) => fake.every_deployment(&id, CoolifyScript::fails_with(REASON)),
                Self::Dokploy(fake) => fake.every_deployment(&id, DokployScript::fails_with(REASON)),
                Self::Qovery(fake) => fake.every_deployment(&id, QoveryScript::fails_with(REASON)),
            }
        }
        id
    }

    /// The text of every trigger that was received, which holds the id of its service.
    pub(crate) fn posts(&self) -> Vec<String> {
        let requests = match self {
            Self::Coolify(fake) => fake.requests(),
            Self::Dokploy(fake) => fake.requests(),
            Self::Qovery(fake) => fake.requests(),
        };
        requests.iter().filter(|request| request.path.ends_with("deploy")).map(text).collect()
    }
}

fn text(request: &ReceivedRequest) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    format!("{}?{query} {}", request.path, String::from_utf8_lossy(&request.body))
}

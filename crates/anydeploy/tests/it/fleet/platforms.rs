//! Three fakes with services for a fleet, and what they count.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Coolify, Deployer, Dokploy, Qovery, Target, Timing};
use anydeploy_fakes::{
    CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript, QoveryServiceKind,
};

use crate::support::scene::LOST_AFTER;

/// The names of the profiles, in the order of the members.
pub(crate) const NAMES: [&str; 3] = ["coolify", "dokploy", "qovery"];

pub(crate) struct Platforms {
    coolify: FakeCoolify,
    dokploy: FakeDokploy,
    qovery: FakeQovery,
    deployers: [Arc<dyn Deployer>; 3],
    /// The ids of the services, one platform after the other.
    ids: Vec<String>,
}

impl Platforms {
    /// So many services on each platform, of which those with these places fail.
    pub(crate) async fn start(each: usize, failing: &[usize]) -> Self {
        const REASON: &str = "the build failed";
        let coolify = FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await;
        let (dokploy, qovery) = (FakeDokploy::start().await, FakeQovery::start().await);
        let timing = Timing::scaled_to(LOST_AFTER);
        macro_rules! deployer {
            ($adapter:ident, $fake:ident) => {{
                let builder = $adapter::builder().url($fake.url()).token($fake.token()).budget(Budget::unlimited());
                let deployer: Arc<dyn Deployer> = Arc::new(builder.timing(timing).build().unwrap());
                deployer
            }};
        }
        let deployers = [deployer!(Coolify, coolify), deployer!(Dokploy, dokploy), deployer!(Qovery, qovery)];
        let mut ids = Vec::new();
        for place in 0..each * NAMES.len() {
            let name = format!("service-{place}");
            let id = match place % NAMES.len() {
                0 => coolify.add_application(&name),
                1 => dokploy.add_application(&name),
                _ => {
                    // An environment deploys one thing at a time.
                    let environment = qovery.add_environment(&name);
                    qovery.add_service(&environment, QoveryServiceKind::Application, &name)
                }
            };
            if failing.contains(&place) {
                match place % NAMES.len() {
                    0 => coolify.every_deployment(&id, CoolifyScript::fails_with(REASON)),
                    1 => dokploy.every_deployment(&id, DokployScript::fails_with(REASON)),
                    _ => qovery.every_deployment(&id, QoveryScript::fails_with(REASON)),
                }
            }
            ids.push(id);
        }
        Self { coolify, dokploy, qovery, deployers, ids }
    }

    pub(crate) fn deployer(&self, name: &str) -> Arc<dyn Deployer> {
        let place = NAMES.iter().position(|known| *known == name).unwrap();
        Arc::clone(&self.deployers[place])
    }

    /// The platform, the name and the target of each service.
    pub(crate) fn services(&self) -> Vec<(&'static str, String, Target)> {
        let service = |(place, id): (usize, &String)| {
            let platform = NAMES[place % NAMES.len()];
            (platform, format!("{platform}-{}", place / NAMES.len()), Target::application(&**id))
        };
        self.ids.iter().enumerate().map(service).collect()
    }

    /// How often each service was truly triggered.
    pub(crate) fn triggers(&self) -> Vec<usize> {
        let coolify = self.coolify.triggered().into_iter().map(|one| one.target);
        let dokploy = self.dokploy.triggered().into_iter().map(|one| one.target);
        let qovery = self.qovery.triggered().into_iter().flat_map(|one| one.services).map(|one| one.service);
        let triggered: Vec<_> = coolify.chain(dokploy).chain(qovery).collect();
        self.ids.iter().map(|id| triggered.iter().filter(|triggered| *triggered == id).count()).collect()
    }

    /// How many deployments of each platform are not over.
    pub(crate) fn under_way(&self) -> [usize; 3] {
        [
            self.coolify.triggered().into_iter().filter(|one| one.ended_at.is_none()).count(),
            self.dokploy.triggered().into_iter().filter(|one| one.ended_at.is_none()).count(),
            self.qovery.triggered().into_iter().filter(|one| one.ended_at.is_none()).count(),
        ]
    }

    /// How many requests the fakes received.
    pub(crate) fn requests(&self) -> usize {
        self.coolify.requests().len() + self.dokploy.requests().len() + self.qovery.requests().len()
    }
}

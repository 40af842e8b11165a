//! A deployer of each platform that reaches its fake through a faulty network.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, Deployment, Dokploy, Qovery, Target, Timing};
use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery, Fault, FaultPlan, FaultyNetwork, RequestKind};

pub(crate) const LOST_AFTER: Duration = Duration::from_millis(600);
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);

/// A platform's fake behind a bad network, and the deployer that goes through it.
pub(crate) struct Scene {
    pub(crate) network: FaultyNetwork,
    pub(crate) deployer: Arc<dyn Deployer>,
    pub(crate) request: DeployRequest,
    pub(crate) token: String,
    triggered: Box<dyn Fn() -> Vec<String> + Send>,
}

impl Scene {
    pub(crate) async fn coolify(timing: Timing) -> Self {
        let fake = FakeCoolify::start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Coolify::builder().url(network.url()).token(fake.token());
        let deployer = Arc::new(builder.timeout(TIMEOUT).timing(timing).build().unwrap());
        let request = DeployRequest::new(Target::application(fake.application()));
        let token = fake.token().to_owned();
        let triggered = Box::new(move || fake.triggered().into_iter().map(|one| one.id).collect());
        Self { network, deployer, request, token, triggered }
    }

    pub(crate) async fn dokploy(timing: Timing) -> Self {
        let fake = FakeDokploy::start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Dokploy::builder().url(network.url()).token(fake.token());
        let deployer = Arc::new(builder.timeout(TIMEOUT).timing(timing).build().unwrap());
        let request = DeployRequest::new(Target::application(fake.application()));
        let of = |one: anydeploy_fakes::DokployTriggered| one.deployment_id.unwrap_or_else(|| "waiting".to_owned());
        let token = fake.token().to_owned();
        let triggered = Box::new(move || fake.triggered().into_iter().map(of).collect());
        Self { network, deployer, request, token, triggered }
    }

    pub(crate) async fn qovery(timing: Timing) -> Self {
        let fake = FakeQovery::start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Qovery::builder().url(network.url()).token(fake.token());
        let deployer = Arc::new(builder.timeout(TIMEOUT).timing(timing).build().unwrap());
        let target = Target::application(fake.application()).in_environment(fake.environment());
        let request = DeployRequest::new(target);
        let token = fake.token().to_owned();
        let triggered = Box::new(move || fake.triggered().into_iter().map(|one| one.execution_id).collect());
        Self { network, deployer, request, token, triggered }
    }

    /// One of each platform.
    pub(crate) async fn all() -> [Self; 3] {
        Self::all_with(Timing::scaled_to(LOST_AFTER)).await
    }

    /// One of each platform, with these times.
    pub(crate) async fn all_with(timing: Timing) -> [Self; 3] {
        [Self::coolify(timing).await, Self::dokploy(timing).await, Self::qovery(timing).await]
    }

    /// Deploys, while the next trigger meets this fault.
    pub(crate) async fn deploy(&self, fault: Fault) -> anydeploy::Result<Deployment> {
        self.network.follow(FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1));
        self.deployer.deploy(&self.request).await
    }

    /// What the platform calls the deployments that were truly triggered.
    pub(crate) fn ids(&self) -> Vec<String> {
        (self.triggered)()
    }
}

/// What the platform calls the deployment, as far as the id holds it.
pub(crate) fn native(deployment: &Deployment) -> Option<&str> {
    ["deployment", "row", "execution"].iter().find_map(|key| deployment.id.get(key))
}

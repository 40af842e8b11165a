//! A fake server of each platform, with two services that are deployed together.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Coolify, DeployRequest, Deployer, Dokploy, Qovery, Result, Selection, Target};
use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery};
use serde_json::json;

/// One platform with the services `shop` and `worker`.
pub(crate) struct Scene {
    pub(crate) deployer: Arc<dyn Deployer>,
    /// Both services, as the platform can name them in one request.
    pub(crate) selection: Option<Selection>,
    _server: Box<dyn Any + Send>,
}

/// The three platforms.
pub(crate) async fn all() -> Result<[Scene; 3]> {
    Ok([coolify().await?, dokploy().await?, qovery().await?])
}

/// Coolify deploys by tag.
async fn coolify() -> Result<Scene> {
    // Its polls are faster than the 200 requests a minute of a genuine server allow.
    let fake = FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await;
    let [shop, worker] = ["shop", "worker"].map(|name| fake.add_application(name));
    fake.set_domains(&shop, "https://shop.example.com,https://www.example.com:3000/start");
    for application in [&shop, &worker] {
        fake.add_tag(application, "nightly");
    }
    let builder = Coolify::builder().url(fake.url()).token(fake.token()).budget(Budget::unlimited());
    let selection = Some(Selection::Tag("nightly".to_owned()));
    Ok(Scene { deployer: Arc::new(builder.build()?), selection, _server: Box::new(fake) })
}

/// Dokploy has previews that are targets, and deploys one service a request.
async fn dokploy() -> Result<Scene> {
    let fake = FakeDokploy::start().await;
    let shop = fake.add_application("shop");
    let _ = fake.add_domain(&shop, "shop.example.com", json!({ "https": true }));
    let _ = fake.add_preview(&shop, 7, "new-colours");
    let deployer = Arc::new(Dokploy::builder().url(fake.url()).token(fake.token()).build()?);
    Ok(Scene { deployer, selection: None, _server: Box::new(fake) })
}

/// Qovery deploys services of one environment together, and touches no other.
async fn qovery() -> Result<Scene> {
    let fake = FakeQovery::start().await;
    let [shop, worker] = ["shop", "worker"].map(|name| fake.add_application(name));
    let _ = fake.add_domain(&shop, "shop.example.com");
    let deployer = Arc::new(Qovery::builder().url(fake.url()).token(fake.token()).build()?);
    let requests = [shop, worker].map(|id| DeployRequest::new(Target::application(id)));
    let selection = Some(Selection::Requests(requests.to_vec()));
    Ok(Scene { deployer, selection, _server: Box::new(fake) })
}

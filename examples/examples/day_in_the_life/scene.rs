//! A fake server of each platform, with a service that ran before and one whose image tag is set.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{Budget, Coolify, Deployer, Dokploy, Qovery, Result};
use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery};

/// What the service `shop` is built from, oldest first.
const COMMITS: [&str; 2] = ["1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222"];

/// More ticks than a deployment of a fake takes.
const LONG: u64 = 50;

/// One platform with the service `shop`.
pub(crate) struct Scene {
    pub(crate) deployer: Arc<dyn Deployer>,
    /// The name of the service whose image tag is set.
    pub(crate) image: &'static str,
    /// What the platform does not offer for these services, by step.
    pub(crate) refuses: &'static [&'static str],
    _server: Box<dyn Any + Send>,
}

/// The three platforms.
pub(crate) async fn all() -> Result<[Scene; 3]> {
    Ok([coolify().await?, dokploy().await?, qovery().await?])
}

/// An application built from a repository has commits to go back to, and one made from an image a tag to set.
async fn coolify() -> Result<Scene> {
    // Its polls are faster than the 200 requests a minute of a genuine server allow.
    let fake = FakeCoolify::builder().rate_limit(u32::MAX, Duration::from_mins(1)).start().await;
    let shop = fake.add_git_application("shop");
    fake.push(&shop, "main", COMMITS[0]);
    fake.deploy_by_someone_else(&shop);
    fake.advance(LONG);
    fake.push(&shop, "main", COMMITS[1]);
    let _ = fake.add_application("shop-proxy");
    let deployer =
        Arc::new(Coolify::builder().url(fake.url()).token(fake.token()).budget(Budget::unlimited()).build()?);
    let refuses = &["rollback of shop-proxy"];
    Ok(Scene { deployer, image: "shop-proxy", refuses, _server: Box::new(fake) })
}

/// An application has images to go back to once it keeps them.
async fn dokploy() -> Result<Scene> {
    let fake = FakeDokploy::start().await;
    let shop = fake.add_application("shop");
    fake.keep_images(&shop);
    let deployer = Arc::new(Dokploy::builder().url(fake.url()).token(fake.token()).build()?);
    Ok(Scene { deployer, image: "shop", refuses: &[], _server: Box::new(fake) })
}

/// A container is deployed by its tag, which is no setting of it.
async fn qovery() -> Result<Scene> {
    let fake = FakeQovery::start().await;
    let _ = fake.add_container("shop");
    let deployer = Arc::new(Qovery::builder().url(fake.url()).token(fake.token()).build()?);
    Ok(Scene { deployer, image: "shop", refuses: &["image tag as a setting of shop"], _server: Box::new(fake) })
}

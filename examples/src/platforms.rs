//! The table of platforms, from which every example takes its names, adapters and fakes.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use anydeploy::{Coolify, Deployer, Dokploy, Platform, Qovery, Result};
use anydeploy_fakes::{CoolifyScript, DokployScript, FakeCoolify, FakeDokploy, FakeQovery, QoveryScript};
use futures::future::BoxFuture;

use crate::scene::ScenePlatform;

/// What the examples know of one platform.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlatformEntry {
    /// Its name in lower case, as on the command line.
    pub name: &'static str,
    /// An adapter for the real server, configured by environment variables.
    pub from_env: fn() -> Result<Arc<dyn Deployer>>,
    /// An adapter for a server that nothing is sent to, for what is known without one.
    pub offline: fn() -> Result<Arc<dyn Deployer>>,
    /// Starts a fake server, and makes an adapter for it.
    pub start_fake: fn() -> BoxFuture<'static, Result<FakePlatform>>,
    /// The platform of a chaos or crash run.
    pub scene: ScenePlatform,
}

/// A fake server, which stops when dropped, and an adapter for it.
#[non_exhaustive]
pub struct FakePlatform {
    /// The address of the server.
    pub url: String,
    /// The adapter.
    pub deployer: Arc<dyn Deployer>,
    /// The id of an application whose deployments succeed.
    pub application: String,
    /// The id of an application whose deployments fail.
    pub broken: String,
    _server: Box<dyn Any + Send>,
}

macro_rules! entry {
    ($name:literal, $adapter:ident, $fake:ident, $script:ident, $scene:ident) => {
        PlatformEntry {
            name: $name,
            from_env: || Ok(Arc::new($adapter::from_env()?)),
            offline: || Ok(Arc::new($adapter::builder().url("https://deploy.example.com").token("none").build()?)),
            start_fake: || {
                Box::pin(async {
                    let fake = $fake::start().await;
                    let deployer = Arc::new($adapter::builder().url(fake.url()).token(fake.token()).build()?);
                    let (application, broken) = (fake.add_application("shop"), fake.add_application("broken"));
                    let failure = $script::fails_with("npm ERR! missing script: build").log(["npm run build"]);
                    fake.every_deployment(&broken, failure);
                    Ok(FakePlatform { url: fake.url(), deployer, application, broken, _server: Box::new(fake) })
                })
            },
            scene: ScenePlatform::$scene,
        }
    };
}

/// Every platform, in the order of [`platform::ALL`](anydeploy::platform::ALL).
pub const PLATFORMS: [PlatformEntry; 3] = [
    entry!("coolify", Coolify, FakeCoolify, CoolifyScript, COOLIFY),
    entry!("dokploy", Dokploy, FakeDokploy, DokployScript, DOKPLOY),
    entry!("qovery", Qovery, FakeQovery, QoveryScript, QOVERY),
];

impl PlatformEntry {
    /// The entry with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        const { &PLATFORMS }.iter().find(|entry| entry.name == name)
    }

    /// The platform as the adapters name it.
    #[must_use]
    pub fn platform(&self) -> Platform {
        Platform::from(self.name)
    }
}

impl fmt::Debug for FakePlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakePlatform").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use anydeploy::platform;

    use super::*;

    #[tokio::test]
    async fn every_entry_has_the_name_its_adapter_reports() {
        assert_eq!(PLATFORMS.map(|entry| entry.platform()), platform::ALL);
        for entry in PLATFORMS {
            let fake = (entry.start_fake)().await.unwrap();
            assert_eq!(fake.deployer.platform(), entry.platform());
            assert_eq!(PlatformEntry::find(entry.name).map(PlatformEntry::platform), Some(entry.platform()));
        }
        assert!(PlatformEntry::find("elsewhere").is_none());
    }
}

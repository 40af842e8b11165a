//! The table of scenes: how each platform's is set up, and how an adapter reaches it.

use std::fmt;
use std::sync::Arc;

use anydeploy::{Coolify, Deployer, Dokploy, Platform, Qovery, Result};
use futures::future::BoxFuture;

use super::{Conditions, Connection, Scene, coolify, dokploy, qovery};

/// A platform on which the chaos and the crash proof deploy.
#[derive(Clone, Copy)]
pub struct ScenePlatform {
    name: &'static str,
    new_scene: NewScene,
    adapter: fn(&Connection) -> Result<Arc<dyn Deployer>>,
}

type NewScene = for<'a> fn(&'a Conditions) -> BoxFuture<'a, Result<Arc<dyn Scene>>>;

macro_rules! platform {
    ($name:ident, $adapter:ident) => {
        ScenePlatform {
            name: stringify!($name),
            new_scene: |conditions| {
                Box::pin(async move {
                    let scene: Arc<dyn Scene> = Arc::new($name::Scene::new(conditions).await?);
                    Ok(scene)
                })
            },
            adapter: |connection| connection.adapter($adapter::builder()),
        }
    };
}

impl ScenePlatform {
    /// Coolify.
    pub const COOLIFY: Self = platform!(coolify, Coolify);
    /// Dokploy.
    pub const DOKPLOY: Self = platform!(dokploy, Dokploy);
    /// Qovery.
    pub const QOVERY: Self = platform!(qovery, Qovery);

    pub(crate) fn platform(self) -> Platform {
        Platform::from(self.name)
    }

    /// Sets up a scene.
    pub(crate) async fn scene(self, conditions: &Conditions) -> Result<Arc<dyn Scene>> {
        (self.new_scene)(conditions).await
    }

    /// An adapter that names its call in each of its requests.
    pub(crate) fn adapter(self, connection: &Connection) -> Result<Arc<dyn Deployer>> {
        (self.adapter)(connection)
    }
}

impl fmt::Debug for ScenePlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScenePlatform").field(&self.name).finish()
    }
}

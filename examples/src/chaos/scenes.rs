//! The scene of each platform.

mod coolify;
mod dokploy;
mod qovery;

use std::fmt;
use std::sync::Arc;

use anydeploy::{Platform, Result};
use fastrand::Rng;
use futures::future::BoxFuture;

use super::options::ChaosOptions;
use super::pacer::Pacer;
use super::scene::Scene;

/// A platform that a chaos run deploys on.
#[derive(Clone, Copy)]
pub struct ChaosPlatform {
    name: &'static str,
    new_scene: NewScene,
}

/// Sets up the scene of a batch, whose number and random numbers it takes.
type NewScene = for<'a> fn(&'a ChaosOptions, u64, &'a Pacer, Rng) -> BoxFuture<'a, Result<Arc<dyn Scene>>>;

macro_rules! platform {
    ($name:ident) => {
        ChaosPlatform {
            name: stringify!($name),
            new_scene: |options, batch, pacer, rng| {
                Box::pin(async move {
                    let scene: Arc<dyn Scene> = Arc::new($name::Scene::new(options, batch, pacer, rng).await?);
                    Ok(scene)
                })
            },
        }
    };
}

impl ChaosPlatform {
    /// Coolify.
    pub const COOLIFY: Self = platform!(coolify);
    /// Dokploy.
    pub const DOKPLOY: Self = platform!(dokploy);
    /// Qovery.
    pub const QOVERY: Self = platform!(qovery);

    pub(super) fn platform(self) -> Platform {
        Platform::from(self.name)
    }

    /// Sets up the scene of a batch.
    pub(super) async fn scene(self, options: &ChaosOptions, batch: u64, pacer: &Pacer) -> Result<Arc<dyn Scene>> {
        let rng = Rng::with_seed(options.seed_of(batch));
        (self.new_scene)(options, batch, pacer, rng).await
    }
}

impl fmt::Debug for ChaosPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChaosPlatform").field(&self.name).finish()
    }
}

//! Deploys on Coolify, Dokploy and Qovery through one trait, and knows the outcome.
//!
//! * [`Coolify`], [`Dokploy`] and [`Qovery`] are the adapters; each is built in code, from the environment or from a
//!   [`Config`] read by serde.
//! * [`Deployer`] is the trait they implement, with its groups; [`DeployerExt`] adds waiting and flat calls.
//! * [`adapter`] is for those who write an adapter of their own.
//! * Each platform's module has its own typed statuses, and says how a deployment's identity is proven there.
//!
//! ```
//! use std::time::Duration;
//!
//! use anydeploy::{Coolify, DeployRequest, DeployerExt, Target, WatchOptions};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), anydeploy::Error> {
//! # let fake = anydeploy_fakes::FakeCoolify::start().await;
//! # let (url, token, id) = (fake.url(), fake.token().to_owned(), fake.add_application("shop"));
//! let coolify = Coolify::builder().url(url).token(token).build()?;
//! let request = DeployRequest::new(Target::application(id));
//! let outcome = coolify.deploy_and_wait(&request, WatchOptions::within(Duration::from_secs(900))).await?;
//! assert!(outcome.is_success());
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
// Each platform uses a part of the common ground; all of it is in use when all of them are on.
#![cfg_attr(not(all(feature = "coolify", feature = "dokploy", feature = "qovery")), allow(dead_code))]

mod any_config;
mod excerpt;
#[cfg(all(test, any(feature = "coolify", feature = "dokploy", feature = "qovery")))]
mod fixtures;
#[cfg(any(feature = "coolify", feature = "dokploy", feature = "qovery"))]
mod groups;
pub mod guide;
pub mod platform;

#[cfg(feature = "coolify")]
pub mod coolify;
#[cfg(feature = "dokploy")]
pub mod dokploy;
#[cfg(feature = "qovery")]
pub mod qovery;

pub use any_config::AnyConfig;
pub use anydeploy_adapter as adapter;
pub use anydeploy_adapter::{Budget, Builder, ClassTraffic, Config, Connect, Timing, Traffic, config};
pub use anydeploy_core::*;
#[cfg(feature = "coolify")]
pub use coolify::Coolify;
#[cfg(feature = "dokploy")]
pub use dokploy::Dokploy;
#[cfg(feature = "qovery")]
pub use qovery::Qovery;

/// The example in the repository's README, so that it compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[expect(dead_code, reason = "it carries the text for the doctest alone")]
struct Readme;

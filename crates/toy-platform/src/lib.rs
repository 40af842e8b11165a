//! An adapter for *Toy*, a platform that does not exist, made of public items of `anydeploy` and `anydeploy-wire` alone.
//!
//! It shows how the adapter of a third party is laid out, and its tests keep [`anydeploy_adapter`] sufficient for one.
//! Its files are those of each adapter in `anydeploy`, so it is also the example to begin a new platform with; a platform
//! in the facade has a generated client where this one declares its requests by hand.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use anydeploy_adapter::{DeployRequest, DeployerExt, Target, WatchOptions};
//! use toy_platform::Toy;
//!
//! # async fn run() -> Result<(), anydeploy_adapter::Error> {
//! let toy = Toy::builder().url("https://toy.example.com").token("secret").build()?;
//! let request = DeployRequest::new(Target::application("shop"));
//! let outcome = toy.deploy_and_wait(&request, WatchOptions::within(Duration::from_secs(900))).await?;
//! assert!(outcome.is_success());
//! # Ok(())
//! # }
//! ```

mod toy;

pub use toy::{PLATFORM, State, Toy, ToyBuilder, ToyConfig, phase};

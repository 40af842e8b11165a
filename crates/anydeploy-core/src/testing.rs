//! Test doubles for programs that use a [`Deployer`](crate::Deployer), and a suite for those who implement one.
//!
//! * [`MemoryDeployer`] is a platform in memory: deployments queue, run and end as a test scripts them.
//! * [`ScriptedDeployer`] answers from a list and records its calls: for answers that no sane platform gives.
//! * [`conformance`] checks that an implementation keeps what the trait promises.

pub mod conformance;
mod memory;
mod scripted;

pub use memory::{MemoryDeployer, Script, Trigger, Write};
pub use scripted::{Call, ScriptedDeployer};

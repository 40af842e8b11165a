//! Test doubles for programs that use a [`Deployer`](crate::Deployer).

mod scripted;

pub use scripted::{Call, ScriptedDeployer};

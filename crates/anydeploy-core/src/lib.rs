//! The vocabulary of `anydeploy`: one trait for deploying on any platform, and everything that stands around it.
//!
//! * [`Deployer`] is the trait, [`DeployerExt`] the waiting on top of it.
//! * [`Target`], [`DeployRequest`] and [`Revision`] say what is deployed.
//! * [`Deployment`], [`DeploymentId`], [`DeploymentStatus`] and [`Outcome`] say what became of it.
//! * [`Error`] and [`ErrorKind`] say what went wrong and what to do next.
//! * [`Layered`] puts an [`Interceptor`] around every call: [`Retry`], [`Timeout`], [`ConcurrencyLimit`], [`Audit`],
//!   [`DryRun`], or one of your own.
//! * `testing` (feature `testing`) has doubles for the tests of programs that deploy, and a conformance suite for those
//!   who implement the trait.
//!
//! This crate speaks no HTTP and links no TLS, so whoever implements or wraps the trait compiles little.
//! The adapters for Coolify, Dokploy and Qovery are in the crate `anydeploy`, which re-exports all of this.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod capabilities;
mod check;
mod deployer;
mod deployment;
mod error;
mod ext;
mod group;
mod history;
mod id;
mod layer;
mod log;
mod method;
mod platform;
mod request;
mod service;
mod status;
mod target;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod watch;

pub use anydeploy_mask::mask;
pub use capabilities::{Capabilities, RequestOption};
pub use check::{Check, Permission, VersionSupport};
pub use deployer::Deployer;
pub use deployment::{Deployment, Identity, RanRevision};
pub use error::{Error, ErrorKind};
pub use ext::DeployerExt;
pub use group::{Cancel, Catalog, Group, History, Logs};
pub use history::HistoryOptions;
pub use id::DeploymentId;
pub use layer::{
    Answer, Audit, AuditRecord, Batch, Call, ConcurrencyLimit, DryRun, Interceptor, Layered, Next, Retry, RetryEvent,
    RetryOptions, Timeout,
};
pub use log::{LogLine, LogOptions, LogPage};
pub use method::{CallKind, Method};
pub use platform::Platform;
pub use request::{Adoption, DeployRequest, JobEvent, Revision, TerraformAction};
pub use service::{Service, ServiceState};
pub use status::{DeploymentStatus, Phase};
pub use target::{Target, TargetKind};
pub use watch::{Failure, Loss, Outcome, Watch, WatchEvent, WatchOptions};

/// What a deployer answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

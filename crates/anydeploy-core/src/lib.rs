//! One trait for deploying on any platform, with its requests, results, errors, waiting and layers.
//!
//! * [`Deployer`] is the trait; [`DeployerExt`] adds waiting, and one flat call for each method of a group.
//! * [`Target`], [`DeployRequest`] and [`Revision`] say what is deployed.
//! * [`Action`] says what a request does with its target: deploy, restart, redeploy or roll back.
//! * [`ServiceQuery`] finds services, and [`Selection`] deploys several of them by one request.
//! * [`Deployment`], [`DeploymentId`], [`DeploymentStatus`] and [`Outcome`] say where it stands and how it ended.
//! * [`Follow`] is the log of a deployment as a stream, [`Verdict`] says whether what was deployed works, and
//!   [`DeploymentEvent`] wakes watches.
//! * [`fleet`] deploys many targets on several platforms in waves, and goes on after a crash.
//! * [`Error`] and [`ErrorKind`] say what went wrong and what to do next.
//! * [`Layered`] puts an [`Interceptor`] around every call: [`Retry`], [`Timeout`], [`ConcurrencyLimit`], [`Audit`],
//!   [`DryRun`], [`Tracing`], or one of your own.
//! * `testing` (feature `testing`) has doubles for the tests of programs that deploy, and a conformance suite for those
//!   who implement the trait.
//!
//! This crate speaks no HTTP and links no TLS, so a program that implements or wraps the trait compiles little, and it
//! knows no platform: the adapters are in the crate `anydeploy`, which re-exports all of this.
//!
//! # JSON
//! Requests, options, answers, outcomes and errors are values: they are cloned, compared, and written and read by serde.
//! * [`DeployRequest`], [`Intent`], [`Deployment`], [`Outcome`], [`StateChange`], [`RunState`], [`RollbackTarget`],
//!   [`HealthReading`], [`Explanation`], [`HistoryPage`], [`Preview`], [`SelectionReport`], [`Error`], [`Capabilities`],
//!   [`RetryOptions`], [`FleetPlan`](fleet::FleetPlan), [`Checkpoint`](fleet::Checkpoint) and
//!   [`FleetReport`](fleet::FleetReport) carry the version of their form, `"v": 1`; a request that a release without actions and settings must not read as a plain deployment
//!   carries `"v": 2`.
//!   A later release reads what this one writes; a version that a release does not know is refused.
//! * Members that a release does not know are ignored, and optional ones may be absent.
//!   An unknown word where one of a list is expected is refused with an error that names the list.
//! * A [`Target`], a [`TargetKind`], a [`DeploymentId`], a [`Platform`] and a [`HistoryCursor`] are text, a moment is text of
//!   RFC 3339 in UTC, and a duration is a whole number of milliseconds under a name that ends in `_ms`.
//! * What is masked in a value is masked in its JSON; no form holds a credential of the deployer.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod action;
mod backoff;
mod batch_read;
mod call_kind;
mod capabilities;
mod check;
mod deployer;
mod deployment;
mod error;
mod event;
mod ext;
pub mod fleet;
mod follow;
mod group;
mod health;
mod history;
mod hub;
mod id;
mod intent;
mod json;
mod layer;
mod lifecycle;
mod log;
mod method;
mod parse;
mod platform;
mod preview;
mod request;
mod revision;
mod rollback;
mod selection;
mod service;
mod status;
mod target;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod variables;
mod watch;

pub use action::Action;
pub use anydeploy_mask::mask;
pub use backoff::{Backoff, Jitter};
pub use batch_read::read_by_batch;
pub use call_kind::CallKind;
pub use capabilities::{Ability, Capabilities};
pub use check::{Check, Permission, VersionSupport};
pub use deployer::Deployer;
pub use deployment::{Deployment, Identity, Progress};
pub use error::{Error, ErrorKind, Partial, RollbackObstacle};
pub use event::{DeploymentEvent, EventKind};
pub use ext::DeployerExt;
pub use follow::{Follow, FollowEvent, FollowOptions};
pub use group::{
    Cancel, Catalog, Group, Health, History, Lifecycle, Logs, Previews, Rollback, Selections, TwoPhase, Variables,
};
pub use health::{HealthReading, HealthState, Instance};
pub use history::{HistoryCursor, HistoryOptions, HistoryPage};
pub use hub::{BatchRead, Hub, Pace, ReportRead};
pub use id::DeploymentId;
pub use intent::Intent;
pub use layer::{
    Answer, Audit, AuditRecord, AuditResult, Call, ConcurrencyLimit, DryRun, Interceptor, Layered, Next, NextBatch,
    Retry, RetryEvent, RetryOptions, Timeout, Tracing,
};
pub use lifecycle::{DesiredState, RunState, StateChange};
pub use log::{
    ExplainedService, ExplainedStage, ExplainedStep, Explanation, LogFeed, LogLevel, LogLine, LogOptions, LogPage,
    ServiceLogOptions,
};
pub use method::Method;
pub use platform::Platform;
pub use preview::Preview;
pub use request::{Adoption, DeployRequest, JobEvent, RequestOption, Setting, TerraformAction};
pub use revision::{RanRevision, Revision};
pub use rollback::{RollbackPoint, RollbackTarget};
pub use selection::{Selection, SelectionEntry, SelectionReport};
pub use service::{Certificate, Service, ServiceDomain, ServiceQuery, ServiceState};
pub use status::{DeploymentStatus, Phase};
pub use target::{Target, TargetKind};
pub use variables::{
    Applied, Change, DesiredVariable, DesiredVariables, Origin, PlanEntry, PlanMode, PlanOptions, SecretText, Variable,
    VariablePlan, VariableScope, VariableSet, VariableValue,
};
pub use watch::{Failure, HealthWait, Healthy, Loss, Outcome, Rollout, Verdict, Watch, WatchEvent, WatchOptions};

/// What a deployer answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

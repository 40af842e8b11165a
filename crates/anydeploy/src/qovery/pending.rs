//! What is known of a deployment from its trigger until its execution is known, in the words of its id.

use crate::clock::Timestamps;
use crate::in_flight::Overlap;
use crate::{Deployment, DeploymentId, DeploymentStatus, Identity, Phase, Revision, Target, platform};

/// The environment whose queue and executions are read.
pub(super) const ENVIRONMENT: &str = "environment";
/// The request, if it had to wait.
pub(super) const REQUEST: &str = "request";
/// The newest execution that is known to be another one; missing if the environment never had one.
pub(super) const AFTER: &str = "after";
/// When the trigger was accepted, as a [`Timestamps`].
pub(super) const ACCEPTED_AT: &str = "since";
/// Set if the first fitting execution after [`AFTER`] can only be the one.
pub(super) const NEXT: &str = "next";
/// Set if the first fitting execution that started after [`ACCEPTED_AT`] can only be the one.
pub(super) const FIRST: &str = "first";
/// When the request was first seen to have left the queue, as a [`Timestamps`].
pub(super) const LEFT_QUEUE_AT: &str = "gone";
/// The execution, once it is known.
pub(super) const EXECUTION: &str = "execution";
/// Set if the execution is known by the order of executions alone.
pub(super) const INFERRED: &str = "inferred";
/// Set if the request was merged into one that waited already.
pub(super) const ADOPTED: &str = "adopted";
/// Set if a concurrent trigger of the same program may have deployed the target: [`SAME_TARGET`] if it was for this
/// very target, and not only for its environment or for a service of it.
pub(super) const OVERLAP: &str = "crowded";
/// The closest overlap, as a value of [`OVERLAP`].
pub(super) const SAME_TARGET: &str = "same";
/// Set if the request was cancelled while it waited.
pub(super) const CANCELLED: &str = "cancelled";
/// The commit that was asked for.
pub(super) const COMMIT: &str = "commit";
/// The image tag that was asked for.
pub(super) const TAG: &str = "tag";
/// The chart version that was asked for.
pub(super) const CHART: &str = "chart";
/// Set if commit, tag or chart version were not named by the caller, but read before the trigger.
pub(super) const RESOLVED: &str = "resolved";
/// What is done instead of a plain deployment, as a [word](super::action::Action::word).
pub(super) const ACTION: &str = "action";

/// The id of a deployment in an environment.
pub(super) fn id_of(target: &Target, environment: &str) -> DeploymentId {
    DeploymentId::new(platform::QOVERY, target.clone()).with(ENVIRONMENT, environment)
}

/// The id of an execution that Qovery itself lists for the target.
pub(super) fn id_of_execution(target: &Target, environment: &str, execution: &str) -> DeploymentId {
    id_of(target, environment).with(EXECUTION, execution)
}

/// The id with the revision that the deployment is to run.
pub(super) fn with_revision(id: DeploymentId, revision: &Revision) -> DeploymentId {
    match revision {
        Revision::Commit(commit) => id.with(COMMIT, commit),
        Revision::ImageTag(tag) => id.with(TAG, tag),
        Revision::ChartVersion(version) => id.with(CHART, version),
        _ => id,
    }
}

/// The revision that the deployment is to run, where one was asked for or read.
pub(super) fn revision_of(id: &DeploymentId) -> Revision {
    let named = |key: &str| id.get(key).map(str::to_owned);
    named(COMMIT)
        .map(Revision::Commit)
        .or_else(|| named(TAG).map(Revision::ImageTag))
        .or_else(|| named(CHART).map(Revision::ChartVersion))
        .unwrap_or_default()
}

/// The id with or without a detail.
pub(super) fn with_some(id: DeploymentId, key: &str, value: Option<&str>) -> DeploymentId {
    match value {
        Some(value) => id.with(key, value),
        None => id.without(key),
    }
}

/// The id with its execution, without what was needed to resolve it.
pub(super) fn with_execution(id: &DeploymentId, execution: &str) -> DeploymentId {
    id.clone()
        .with(EXECUTION, execution)
        .without(AFTER)
        .without(NEXT)
        .without(FIRST)
        .without(LEFT_QUEUE_AT)
        .without(OVERLAP)
}

/// The key of a trigger, which its id keeps from the answer until the execution is known.
pub(super) fn trigger_key(id: &DeploymentId) -> String {
    // `AFTER` of a request that waits moves on with the executions that it waits for.
    let known = id.get(REQUEST).or(id.get(AFTER)).unwrap_or_default();
    format!("{} {} {known}", id.target(), id.get(ACCEPTED_AT).unwrap_or_default())
}

/// The id with the closest overlap with concurrent triggers; a closer one that it has already stays.
pub(super) fn with_overlap(id: DeploymentId, overlap: Option<Overlap>) -> DeploymentId {
    match overlap {
        Some(Overlap::Target) => id.with(OVERLAP, SAME_TARGET),
        Some(Overlap::Environment) if id.get(OVERLAP).is_none() => id.with(OVERLAP, "around"),
        _ => id,
    }
}

/// How the deployment of a resolved id was identified.
pub(super) fn identity(id: &DeploymentId) -> Identity {
    if id.get(ADOPTED).is_some() {
        Identity::Adopted
    } else if id.get(INFERRED).is_some() {
        Identity::Inferred
    } else {
        Identity::Exact
    }
}

/// A deployment whose identity is resolved.
pub(super) fn to_deployment(id: DeploymentId, phase: Phase, raw: impl Into<String>) -> Deployment {
    let identity = identity(&id);
    deployment(id, identity, phase, raw)
}

/// A deployment that was accepted and is not resolved yet.
pub(super) fn pending(id: DeploymentId, phase: Phase, raw: impl Into<String>) -> Deployment {
    deployment(id, Identity::Pending, phase, raw)
}

fn deployment(id: DeploymentId, identity: Identity, phase: Phase, raw: impl Into<String>) -> Deployment {
    let created_at = Timestamps::read(&id, ACCEPTED_AT).and_then(Timestamps::date);
    let commit = id.get(COMMIT).map(str::to_owned);
    Deployment::new(id, identity, DeploymentStatus::new(phase, raw)).with_commit(commit).with_times(created_at, None)
}

//! Where a target stands: the environment that holds it.

use super::api::Api;
use super::row::row;
use super::snapshot::Snapshot;
use crate::adapter::retry_briefly;
use crate::{Error, ErrorKind, Result, Target, TargetKind, platform};

/// The environment that holds a target: as given, or by reading the target.
pub(super) async fn environment_of(api: &Api, target: &Target) -> Result<String> {
    match given_environment(target)? {
        Some(environment) => Ok(environment.to_owned()),
        None => row(api, target).await?.environment(target),
    }
}

/// Checks that a service which the statuses of an environment do not list is one of this kind in it.
pub(super) async fn check_place(api: &Api, target: &Target, environment: &str, snapshot: &Snapshot) -> Result<()> {
    if let Some(kind) = snapshot.kind_of(target.id()) {
        let message = format!("there is no such {}: `{target}` is of kind `{kind}`", target.kind());
        return Err(Error::new(ErrorKind::NotFound, message).with_platform(platform::QOVERY));
    }
    // In another environment the deployment would never be found again.
    if retry_briefly(|| row(api, target)).await?.environment(target)? == environment {
        Ok(())
    } else {
        Err(misplaced(target))
    }
}

/// The environment that a target itself names.
pub(super) fn given_environment(target: &Target) -> Result<Option<&str>> {
    match (target.environment_id(), target.kind()) {
        (None, TargetKind::Environment) => Ok(Some(target.id())),
        (Some(environment), TargetKind::Environment) if environment != target.id() => Err(misplaced(target)),
        (environment, _) => Ok(environment),
    }
}

/// The error of a target that is not in the environment it names.
pub(super) fn misplaced(target: &Target) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("the target `{target}` stands in another environment"))
        .with_platform(platform::QOVERY)
}

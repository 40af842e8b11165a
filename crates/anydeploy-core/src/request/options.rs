//! What a request may ask for besides its target and revision.

use serde::{Deserialize, Serialize};

/// Which deployment may answer a request that the platform merges into one that is under way.
///
/// A deployment that was running before the request was made cannot contain what was changed since it began: a variable,
/// an image tag, a commit that was pushed meanwhile.
/// One that still waits reads everything when it starts, so it is adopted in both modes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Adoption {
    /// Only one that starts after the request.
    ///
    /// Otherwise [`deploy`](crate::Deployer::deploy) ends with
    /// [`ErrorKind::AlreadyRunning`](crate::ErrorKind::AlreadyRunning), and
    /// [`deploy_and_wait`](crate::DeployerExt::deploy_and_wait) waits for the one that runs and triggers again.
    #[default]
    Fresh,
    /// Any that the platform takes the request for, even one that was running before.
    Any,
}

/// The event of a lifecycle or cron job that a deployment is to run, instead of what the environment's state asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobEvent {
    /// What a lifecycle job does when its environment starts.
    Start,
    /// What a lifecycle job does when its environment stops.
    Stop,
    /// What a lifecycle job does when its environment is deleted.
    Delete,
    /// One run of a cron job.
    Cron,
}

/// What is done with a Terraform service instead of planning and applying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TerraformAction {
    /// The plan is made, and not applied.
    Plan,
    /// The lock on the state is broken.
    ForceUnlock,
    /// The state is moved to the backend that is configured now.
    MigrateState,
}

//! What is ordered of the engine, and what it answers.

use anydeploy_core::{
    DeployRequest, Deployment, DeploymentId, Error, ErrorKind, HealthReading, Healthy, Identity, Result, Target,
    WatchOptions,
};
use serde::{Deserialize, Serialize};

/// A trigger to be sent by whichever worker has room: the request, and the profile whose deployer sends it.
///
/// It holds no credential, as the engine stores it and shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Order {
    /// The name of a deployer in the [`Deployers`](crate::Deployers) of every worker.
    pub profile: String,
    /// The request.
    pub request: DeployRequest,
    /// How the deployment is watched once it was triggered; `None` begins no [`Watch`](crate::Watch).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchOptions>,
    /// Whether the health of the target is read before the trigger, for a wait for health that follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub health: bool,
}

impl Order {
    /// Sends a request by the deployer of a profile, and watches nothing.
    #[must_use]
    pub fn new(profile: impl Into<String>, request: DeployRequest) -> Self {
        Self { profile: profile.into(), request, watch: None, health: false }
    }

    /// Watches the deployment as well, once it was triggered.
    #[must_use]
    pub fn with_watch(mut self, options: WatchOptions) -> Self {
        self.watch = Some(options);
        self
    }

    /// Reads the health of the target as well, right before it is triggered: [`Receipt::before`].
    #[must_use]
    pub fn with_health(mut self) -> Self {
        self.health = true;
        self
    }

    /// The key of the object that triggers this order.
    #[must_use]
    pub fn key(&self) -> String {
        target_key(&self.profile, self.request.target())
    }

    /// Checks that the order came to the object of its own target, which is what makes triggers take turns.
    pub(crate) fn expect_key(&self, key: &str) -> Result<()> {
        let own = self.key();
        if own == key {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidInput, format!("the order is for `{own}`, and came to `{key}`")))
    }
}

/// The key of the object that has the triggers of a target: `profile/kind:id`.
///
/// The environment of the target is no part of it, as it may be known to one caller and not to another.
/// Two profiles that reach the same server have two keys for one target, so give each server one profile.
#[must_use]
pub fn target_key(profile: &str, target: &Target) -> String {
    format!("{profile}/{}:{}", target.kind(), target.id())
}

/// What was triggered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The deployment.
    pub id: DeploymentId,
    /// How it is known to be the one that was ordered.
    pub identity: Identity,
    /// The health before the trigger, if the order [asked for it](Order::with_health).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<HealthReading>>,
}

impl Receipt {
    /// The receipt of a deployment.
    #[must_use]
    pub fn new(id: DeploymentId, identity: Identity) -> Self {
        Self { id, identity, before: None }
    }
}

impl From<&Deployment> for Receipt {
    fn from(deployment: &Deployment) -> Self {
        Self::new(deployment.id.clone(), deployment.identity)
    }
}

/// A deployment to be watched until it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WatchOrder {
    /// The profile whose deployer reads it.
    pub profile: String,
    /// The deployment.
    pub id: DeploymentId,
    /// How long and how often it is read; of its log only the reason of a failure is kept, as the engine stores what is.
    #[serde(default)]
    pub options: WatchOptions,
}

impl WatchOrder {
    /// Watches a deployment by the deployer of a profile, as long as the options say.
    #[must_use]
    pub fn new(profile: impl Into<String>, id: DeploymentId, options: WatchOptions) -> Self {
        Self { profile: profile.into(), id, options }
    }

    /// The key of the first workflow that watches: the deployment; [`Watch`](crate::Watch) names those after it.
    #[must_use]
    pub fn key(&self) -> String {
        self.id.to_string()
    }
}

/// A target whose health is awaited after its deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HealthOrder {
    /// The profile whose deployer reads it.
    pub profile: String,
    /// The target.
    pub target: Target,
    /// What "healthy" means, and how it was before.
    #[serde(default)]
    pub healthy: Healthy,
    /// How long and how often it is read.
    #[serde(default)]
    pub options: WatchOptions,
}

impl HealthOrder {
    /// Waits for the health of a target by the deployer of a profile, as long as the options say.
    #[must_use]
    pub fn new(profile: impl Into<String>, target: Target, healthy: Healthy, options: WatchOptions) -> Self {
        Self { profile: profile.into(), target, healthy, options }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_one_key_whether_its_environment_is_known_or_not() {
        let request = |target| Order::new("production", DeployRequest::new(target));
        let known = request(Target::application("web").in_environment("e1"));
        assert_eq!(known.key(), "production/application:web");
        assert_eq!(known.key(), request(Target::application("web")).key());
    }

    #[test]
    fn an_order_is_refused_by_the_object_of_another_target() {
        let order = Order::new("production", DeployRequest::new(Target::application("web")));
        assert!(order.expect_key("production/application:web").is_ok());
        let error = order.expect_key("production/application:api").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

//! Which deployer goes by which name, so that an order names credentials without holding them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anydeploy_core::{Deployer, Error, ErrorKind, Result};
use restate_sdk::errors::TerminalError;

use crate::verdict::terminal;

/// The deployers of a worker, each under the name of a **profile**.
///
/// Inputs, results and state of an invocation are stored by the engine and shown in its web interface.
/// So an [`Order`](crate::Order) names a profile, and the credential behind it stays in the environment of the worker.
/// Every worker of one Restate server must know the same profiles: an invocation goes on wherever there is room.
///
/// ```
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_restate::Deployers;
///
/// let deployers = Deployers::new().with("production", MemoryDeployer::new().with_application("web"));
/// assert!(deployers.get("production").is_ok());
/// assert!(deployers.get("staging").is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Deployers {
    by_profile: Arc<BTreeMap<String, Arc<dyn Deployer>>>,
}

impl Deployers {
    /// No deployer yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same deployers, with this one under the name of a profile; an earlier one of that name is replaced.
    #[must_use]
    pub fn with(mut self, profile: impl Into<String>, deployer: impl Deployer) -> Self {
        Arc::make_mut(&mut self.by_profile).insert(profile.into(), Arc::new(deployer));
        self
    }

    /// All of them, with their profiles.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Arc<dyn Deployer>)> {
        self.by_profile.iter().map(|(profile, deployer)| (profile.as_str(), deployer))
    }

    /// The deployer of a profile.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`] if this worker knows no such profile.
    pub fn get(&self, profile: &str) -> Result<Arc<dyn Deployer>> {
        self.by_profile.get(profile).cloned().ok_or_else(|| {
            let known: Vec<_> = self.by_profile.keys().map(String::as_str).collect();
            let message = format!("this worker has no profile `{profile}`; it has: {}", known.join(", "));
            Error::new(ErrorKind::InvalidConfiguration, message)
        })
    }

    /// The deployer of a profile, whose absence ends the invocation.
    pub(crate) fn require(&self, profile: &str) -> Result<Arc<dyn Deployer>, TerminalError> {
        self.get(profile).map_err(|error| terminal(&error))
    }
}

//! What was written on the platform in memory, beside the deployments.

use crate::{Method, Target};

/// A write that a [`MemoryDeployer`](super::MemoryDeployer) truly took, beside the deployments.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Write {
    /// What was changed.
    pub target: Target,
    /// The method that changed it; a setting is changed by [`Method::Deploy`].
    pub method: Method,
    /// The key of the variable, or the name of the setting.
    pub name: Option<String>,
}

impl Write {
    pub(super) fn new(target: Target, method: Method, name: Option<String>) -> Self {
        Self { target, method, name }
    }
}

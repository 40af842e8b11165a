//! The configuration of any platform, chosen by a file.

use std::sync::Arc;

use serde::Deserialize;

use crate::{Deployer, Result};

/// The configuration of any platform; the key `platform` says which.
///
/// ```
/// # #[cfg(feature = "coolify")] {
/// use anydeploy::{AnyConfig, platform};
///
/// let config: AnyConfig = serde_json::from_str(
///     r#"{ "platform": "coolify", "url": "https://coolify.example.com", "token": "1|secret" }"#,
/// )?;
/// assert_eq!(config.connect()?.platform(), platform::COOLIFY);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "platform", rename_all = "lowercase")]
#[non_exhaustive]
pub enum AnyConfig {
    /// Coolify.
    #[cfg(feature = "coolify")]
    Coolify(crate::coolify::CoolifyConfig),
    /// Dokploy.
    #[cfg(feature = "dokploy")]
    Dokploy(crate::dokploy::DokployConfig),
    /// Qovery.
    #[cfg(feature = "qovery")]
    Qovery(crate::qovery::QoveryConfig),
}

impl AnyConfig {
    /// Makes the deployer; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration) if something is missing or not
    /// usable.
    pub fn connect(&self) -> Result<Arc<dyn Deployer>> {
        match *self {
            #[cfg(feature = "coolify")]
            Self::Coolify(ref config) => Ok(Arc::new(config.connect()?)),
            #[cfg(feature = "dokploy")]
            Self::Dokploy(ref config) => Ok(Arc::new(config.connect()?)),
            #[cfg(feature = "qovery")]
            Self::Qovery(ref config) => Ok(Arc::new(config.connect()?)),
        }
    }
}

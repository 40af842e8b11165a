//! The platforms that this crate has adapters for.
//!
//! The constants are there whichever adapters are compiled in, so that a program can name a platform that it does not
//! deploy on.
//!
//! ```
//! use anydeploy::{DeploymentId, platform};
//!
//! let id: DeploymentId = "coolify:application:abc?deployment=d1".parse()?;
//! assert_eq!(*id.platform(), platform::COOLIFY);
//! # Ok::<(), anydeploy::Error>(())
//! ```

use crate::Platform;

/// Coolify, self-hosted or cloud.
pub const COOLIFY: Platform = Platform::new("coolify");

/// Dokploy, self-hosted or cloud.
pub const DOKPLOY: Platform = Platform::new("dokploy");

/// Qovery.
pub const QOVERY: Platform = Platform::new("qovery");

/// All of them.
pub const ALL: [Platform; 3] = [COOLIFY, DOKPLOY, QOVERY];

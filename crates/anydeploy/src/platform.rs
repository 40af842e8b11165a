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

/// All of them, in the order of `specs/platforms.json`, the table that the tools of the repository read.
pub const ALL: [Platform; 3] = [COOLIFY, DOKPLOY, QOVERY];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_constants_are_those_of_the_table() {
        let table: Vec<Value> = serde_json::from_str(include_str!("../../../specs/platforms.json")).unwrap();
        let names: Vec<_> = table.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        assert_eq!(ALL.each_ref().map(Platform::as_str).to_vec(), names);
    }
}

//! The calls that are measured: a deployment and three reads of it, by the adapter.

use std::io;
use std::sync::Arc;

use anydeploy::{Coolify, DeployRequest, Deployer, Dokploy, Qovery, Result, Target};

use super::fake::Address;

/// How often each deployment is read.
const READS: usize = 3;

/// An adapter for the server at this address.
pub(super) fn deployer(platform: &str, address: &Address) -> io::Result<Arc<dyn Deployer>> {
    let (url, token) = (address.url.as_str(), address.token.as_str());
    let deployer: Result<Arc<dyn Deployer>> = match platform {
        "coolify" => Coolify::builder().url(url).token(token).build().map(|deployer| Arc::new(deployer) as _),
        "dokploy" => Dokploy::builder().url(url).token(token).build().map(|deployer| Arc::new(deployer) as _),
        "qovery" => Qovery::builder().url(url).token(token).build().map(|deployer| Arc::new(deployer) as _),
        other => return Err(io::Error::other(format!("no adapter is measured for {other}"))),
    };
    deployer.map_err(io::Error::other)
}

/// Deploys a target and reads the deployment.
pub(super) async fn round(deployer: &Arc<dyn Deployer>, target: &Target) -> Result<()> {
    let mut id = deployer.deploy(&DeployRequest::new(target.clone())).await?.id;
    for _ in 0..READS {
        id = deployer.deployment(&id).await?.id;
    }
    Ok(())
}

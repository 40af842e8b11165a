//! What a token may do, found out without changing anything.

use coolify_client::types::DeployByTagOrUuidParams;

use super::api::Api;
use crate::{Check, Error, ErrorKind, Permission, Result};

/// What the token may do.
pub(super) async fn check(api: &Api) -> Result<Check> {
    let mut check = match api.version().await {
        Ok(version) => {
            let mut check = Check::new(Permission::Granted);
            check.version_support = super::version::support(&version);
            check.server_version = Some(version.trim().to_owned());
            // The route is there since 4.3.0; older servers do not report it.
            check.account = api.team().await.ok().and_then(|team| team.name);
            check
        }
        // Even the version needs the ability `read`.
        Err(error) if lacks_ability(&error) => Check::new(Permission::Denied),
        Err(error) => return Err(error),
    };
    check.deploy = may_deploy(api).await?;
    Ok(check)
}

/// Asks for a deployment of nothing: the ability is checked before the parameters are, and without any of them
/// Coolify answers 400 and does nothing (4.3.11).
async fn may_deploy(api: &Api) -> Result<Permission> {
    match api.deploy(&DeployByTagOrUuidParams::default()).await.map_err(Error::of_read) {
        Err(error) if error.kind() == ErrorKind::Unreadable => Err(error),
        Err(error) if error.status() == Some(400) => Ok(Permission::Granted),
        Err(error) if lacks_ability(&error) => Ok(Permission::Denied),
        // The API may be off, the address not allowed, or the role too low: no ability was checked then.
        Err(error) if error.status() == Some(403) => Err(error),
        Err(error) if error.is_transient() => Err(error),
        _ => Ok(Permission::Untested),
    }
}

/// Whether the token lacks an ability; the API being off, or the address not being allowed, is another matter.
pub(super) fn lacks_ability(error: &Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied
        && error.server_message().is_some_and(|sentence| sentence.contains("Missing required permissions"))
}

//! What a token may do, found out without changing anything.

use super::Qovery;
use super::error::map_error_of_known;
use crate::{Check, ErrorKind, Permission, Result, VersionSupport};

impl Qovery {
    /// Lists the organizations, which is how Qovery's own command line checks a token.
    ///
    /// No call reports what else its role allows.
    pub(super) async fn check_token(&self) -> Result<Check> {
        let organizations = match self.client.list_organization().await.map_err(map_error_of_known) {
            Ok(reply) => reply.into_value().results,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(Check::new(Permission::Denied)),
            Err(error) => return Err(error),
        };
        let mut check = Check::new(Permission::Granted);
        // Qovery does not report the version of its server.
        check.version_support = VersionSupport::Unknown;
        // Without a credit card an organization still deploys on demo clusters; any other restriction blocks every
        // deployment (document of 2026-08-20, line 24256).
        let restricted = |restriction: &Option<String>| {
            restriction.as_deref().is_some_and(|text| !matches!(text, "" | "NO_CREDIT_CARD"))
        };
        if !organizations.is_empty() && organizations.iter().all(|o| restricted(&o.billing_deployment_restriction)) {
            check.deploy = Permission::Denied;
        }
        let names: Vec<String> = organizations.into_iter().map(|o| o.name.unwrap_or(o.id)).collect();
        check.account = Some(names.join(", ")).filter(|names| !names.is_empty());
        Ok(check)
    }
}

//! What a key may do, found out without changing anything.

use dokploy_client::types::{Member, MemberRoleEnum};

use super::{Dokploy, fail};
use crate::{Check, Permission, Result};

impl Dokploy {
    pub(super) async fn check_key(&self) -> Result<Check> {
        let member = self.client.user_get().await.map_err(fail)?.into_value();
        let version = self.client.settings_get_dokploy_version().await.map_err(fail)?.into_value();
        let permission = member.as_ref().map_or(Permission::Untested, permission);
        let mut check = Check::new(permission);
        check.account = member.and_then(|member| member.user).map(|user| user.email);
        check.server_version = Some(version);
        (check.deploy, check.logs) = (permission, permission);
        Ok(check)
    }
}

/// Reading, deploying and logs go together: owners and admins may do all of it, members with the services they were
/// given, and roles of a licensed server whatever their makers chose.
fn permission(member: &Member) -> Permission {
    match &member.role {
        MemberRoleEnum::Member if member.accessed_services.is_empty() => Permission::Denied,
        MemberRoleEnum::Owner | MemberRoleEnum::Admin | MemberRoleEnum::Member => Permission::Granted,
        _ => Permission::Untested,
    }
}

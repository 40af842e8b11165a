//! What a key may do, found out without changing anything.

use dokploy_client::types::{Member, MemberRoleEnum};

use super::Dokploy;
use crate::{Check, ErrorKind, Permission, Result, VersionSupport};

/// The release whose answers the rules of this adapter were observed on; of later ones up to 0.30.7 only a client was
/// read.
const OBSERVED: [u32; 3] = [0, 30, 2];

pub(super) async fn check_key(dokploy: &Dokploy) -> Result<Check> {
    let member = dokploy.api.member().await?;
    let version = match dokploy.api.version().await {
        Ok(version) => Some(version),
        // The version is worth knowing, and says nothing about the key.
        Err(error) if is_about_the_version(error.kind()) => None,
        Err(error) => return Err(error),
    };
    let permission = member.as_ref().map_or(Permission::Untested, permission);
    let mut check = Check::new(permission);
    check.account = member.and_then(|member| member.user).map(|user| user.email);
    check.version_support = version.as_deref().map_or(VersionSupport::Unknown, version_support);
    check.server_version = version;
    (check.deploy, check.logs) = (permission, permission);
    Ok(check)
}

/// Whether an error only says that this key or this server does not report its version.
fn is_about_the_version(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::PermissionDenied | ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::Rejected)
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

/// How a version such as `v0.30.2` compares with the observed one; one with a suffix is not a release.
fn version_support(version: &str) -> VersionSupport {
    let numbers: Option<Vec<u32>> = version.trim().trim_start_matches('v').split('.').map(|n| n.parse().ok()).collect();
    match numbers.as_deref().map(|numbers| (numbers.len() == OBSERVED.len(), numbers.cmp(&OBSERVED))) {
        Some((true, std::cmp::Ordering::Equal)) => VersionSupport::Observed,
        Some((true, std::cmp::Ordering::Less)) => VersionSupport::Older,
        Some((true, std::cmp::Ordering::Greater)) => VersionSupport::Newer,
        _ => VersionSupport::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_its_numbers() {
        for (version, support) in [
            ("v0.30.2", VersionSupport::Observed),
            ("0.30.2", VersionSupport::Observed),
            ("v0.30.1", VersionSupport::Older),
            ("v0.9.10", VersionSupport::Older),
            ("v0.30.7", VersionSupport::Newer),
            ("v0.30.10", VersionSupport::Newer),
            ("v1.0.0", VersionSupport::Newer),
            ("canary", VersionSupport::Unknown),
            ("v0.30.2-canary.1", VersionSupport::Unknown),
            ("v0.30", VersionSupport::Unknown),
            ("", VersionSupport::Unknown),
        ] {
            assert_eq!(version_support(version), support, "{version}");
        }
    }
}

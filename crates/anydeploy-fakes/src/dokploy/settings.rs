//! The server itself and the user behind the key.

use serde_json::{Value, json};

use super::failure::Failure;
use super::procedure::{Call, Procedure, Reply};
use super::state::ORGANIZATION;

pub(super) const PROCEDURES: &[Procedure] = &[
    Procedure::get("settings.getDokployVersion", |call| Ok(call.state.quirks.release.to_string().into())),
    Procedure::get("settings.health", |_| Ok(json!({ "status": "ok" }).into())).public(),
    Procedure::get("settings.isCloud", |call| Ok(call.state.quirks.cloud.into())).public(),
    Procedure::post("settings.cleanAllDeploymentQueue", clean_all),
    Procedure::post("settings.updateBuildsConcurrency", update_concurrency).since(0, 29, 9),
    Procedure::get("user.get", |call| Ok(user(call).into())),
];

fn admins_only(call: &Call<'_>) -> Result<(), Failure> {
    if call.caller.is_member() {
        return Err(Failure::unauthorized("UNAUTHORIZED"));
    }
    Ok(())
}

fn clean_all(call: &mut Call<'_>) -> Reply {
    admins_only(call)?;
    call.state.drop_waiting(|_| true);
    Ok(true.into())
}

fn update_concurrency(call: &mut Call<'_>) -> Reply {
    let mut check = call.input.check();
    let jobs = check.number("buildsConcurrency", 1, 1, 100);
    check.finish()?;
    admins_only(call)?;
    call.state.queue.concurrency = usize::try_from(jobs).unwrap_or(1);
    Ok(true.into())
}

fn user(call: &Call<'_>) -> Value {
    let role = if call.caller.is_member() { "member" } else { "owner" };
    let mut user = json!({
        "id": "fake-member-0000001", "organizationId": ORGANIZATION, "userId": "fake-user-0000001", "role": role,
        "createdAt": "2026-01-01T00:00:00.000Z", "teamId": null, "isDefault": true,
        "user": {
            "id": "fake-user-0000001", "firstName": "Fake", "lastName": "Owner", "email": "owner@example.test",
            "image": null, "allowImpersonation": false, "twoFactorEnabled": false, "stripeCustomerId": null,
            "stripeSubscriptionId": null, "serversQuantity": 0, "isEnterpriseCloud": false,
            "sendInvoiceNotifications": false, "apiKeys": [],
        },
    });
    // An owner may do all this without a permission that says so.
    for right in [
        "canCreateProjects",
        "canAccessToSSHKeys",
        "canCreateServices",
        "canDeleteProjects",
        "canDeleteServices",
        "canAccessToDocker",
        "canAccessToAPI",
        "canAccessToGitProviders",
        "canAccessToTraefikFiles",
        "canDeleteEnvironments",
        "canCreateEnvironments",
    ] {
        user[right] = false.into();
    }
    for list in ["accessedProjects", "accessedEnvironments", "accessedGitProviders", "accessedServers"] {
        user[list] = json!([]);
    }
    user["accessedServices"] = call.caller.services().into();
    user
}

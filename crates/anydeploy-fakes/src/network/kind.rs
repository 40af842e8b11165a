//! What a request is for, by its method and path.

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// It asks a platform to deploy, start, restart or roll back something: sent twice, it may do so twice.
    Trigger,
    /// It changes nothing.
    Read,
    /// It changes something that no other kind names, such as cancelling a deployment or creating a service.
    Other,
    /// It changes what a target is set to or stops it, and starts nothing: a stop, a variable, an image tag, the end of a
    /// preview.
    Write,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Trigger, Self::Read, Self::Other, Self::Write];

    /// The kind of a request with this method and path; the path may have a query.
    #[must_use]
    pub fn of(method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        // The verb is the last segment on Coolify and Qovery, the last word of `application.deploy` on Dokploy.
        let verb = path.rsplit(['/', '.']).next().unwrap_or_default();
        let verbs = ["deploy", "redeploy", "start", "reload", "restart", "restart-service", "rollback"];
        // A webhook of Dokploy ends in its token. Coolify up to v4.1.2 deploys on GET.
        if verbs.contains(&verb) || path.starts_with("/api/deploy/") {
            Self::Trigger
        } else if matches!(method, "GET" | "HEAD") {
            Self::Read
        } else if writes(method, path, verb) {
            Self::Write
        } else {
            Self::Other
        }
    }
}

/// Whether a request that triggers nothing changes what a target is set to, or stops it.
fn writes(method: &str, path: &str, verb: &str) -> bool {
    // A verb of Dokploy names what it saves, such as `application.saveEnvironment`.
    matches!(method, "PATCH" | "PUT")
        || matches!(verb, "stop" | "update")
        || verb.starts_with("save")
        || path.ends_with("/previewDeployment.delete")
        || path
            .split('/')
            .any(|part| matches!(part, "envs" | "previews" | "variable" | "environmentVariable" | "secret"))
}

#[cfg(test)]
mod tests {
    use super::RequestKind::{self, Other, Read, Trigger, Write};

    #[test]
    fn triggers_reads_writes_and_other_requests_are_distinguished_on_every_platform() {
        for (method, path, kind) in [
            ("POST", "/api/v1/deploy?uuid=a.b/c", Trigger),
            ("GET", "/api/v1/deploy?uuid=a", Trigger),
            ("POST", "/api/v1/applications/a/restart", Trigger),
            ("GET", "/api/v1/deployments/a", Read),
            ("POST", "/api/v1/deployments/a/cancel", Other),
            ("POST", "/api/application.redeploy", Trigger),
            ("POST", "/api/rollback.rollback", Trigger),
            ("POST", "/api/deploy/compose/token", Trigger),
            ("GET", "/api/deployment.all?applicationId=deploy", Read),
            ("POST", "/api/v1/services/a/stop?docker_cleanup=true", Write),
            ("PATCH", "/api/v1/applications/a/envs/bulk", Write),
            ("DELETE", "/api/v1/applications/a/envs/b", Write),
            ("DELETE", "/api/v1/applications/a/previews/7", Write),
            ("PATCH", "/api/v1/applications/a", Write),
            ("DELETE", "/api/v1/applications/a", Other),
            ("POST", "/api/application.stop", Write),
            ("POST", "/api/application.reload", Trigger),
            ("POST", "/api/application.saveEnvironment", Write),
            ("POST", "/api/compose.update", Write),
            ("POST", "/api/previewDeployment.delete", Write),
            ("POST", "/api/application.delete", Other),
            ("POST", "/api/application.cleanQueues", Other),
            ("POST", "/environment/a/service/deploy", Trigger),
            ("POST", "/container/a/restart-service", Trigger),
            ("GET", "/service/a/deploymentQueue", Read),
            ("POST", "/deploymentQueue/a/cancelDeployment", Other),
            ("POST", "/environment/a/service/stop", Write),
            ("POST", "/container/a/environmentVariable/import", Write),
            ("POST", "/variable/a/override", Write),
            ("PUT", "/variable/a", Write),
            ("POST", "/environment/a/clone", Other),
        ] {
            assert_eq!(RequestKind::of(method, path), kind, "{method} {path}");
        }
    }
}

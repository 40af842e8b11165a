//! What a request is for, by its method and path.

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// It asks a platform to deploy, start, restart or roll back something: sent twice, it may do so twice.
    Trigger,
    /// It changes nothing.
    Read,
    /// It changes something and starts nothing, such as cancelling, stopping or setting a variable.
    Other,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Trigger, Self::Read, Self::Other];

    /// The kind of a request with this method and path; the path may have a query.
    #[must_use]
    pub fn of(method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        // The verb is the last segment on Coolify and Qovery, the last word of `application.deploy` on Dokploy.
        let verb = path.rsplit(['/', '.']).next().unwrap_or_default();
        let verbs = ["deploy", "redeploy", "start", "restart", "restart-service", "rollback"];
        // A webhook of Dokploy ends in its token. Coolify up to v4.1.2 deploys on GET.
        if verbs.contains(&verb) || path.starts_with("/api/deploy/") {
            Self::Trigger
        } else if matches!(method, "GET" | "HEAD") {
            Self::Read
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RequestKind::{self, Other, Read, Trigger};

    #[test]
    fn triggers_reads_and_other_requests_are_distinguished_on_every_platform() {
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
            ("POST", "/api/application.stop", Other),
            ("POST", "/environment/a/service/deploy", Trigger),
            ("POST", "/container/a/restart-service", Trigger),
            ("GET", "/service/a/deploymentQueue", Read),
            ("POST", "/deploymentQueue/a/cancelDeployment", Other),
            ("PUT", "/variable/a", Other),
        ] {
            assert_eq!(RequestKind::of(method, path), kind, "{method} {path}");
        }
    }
}

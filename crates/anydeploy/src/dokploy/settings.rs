//! What a target is set to, as far as it decides something.

use dokploy_client::wire::object;

use super::ApplicationStatusEnum;

/// The columns of a target that decide something.
///
/// The whole row holds passwords and variables in clear, so that only these are read.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The name of its service and containers, which no user changes.
    pub(super) app_name: String,
    /// The status of its last operation.
    pub(super) status: ApplicationStatusEnum,
    /// Whether it is deployed as a stack of a swarm, where Dokploy only stops and deploys.
    pub(super) is_stack: bool,
    /// The remote server that it lies on, if any.
    pub(super) server: Option<String>,
}

/// An application or a database.
pub(super) struct Service {
    app_name: String,
    status: ApplicationStatusEnum,
    server: Option<String>,
}

object!(Service:
    required { app_name = "appName", status = "applicationStatus" }
    optional { server = "serverId" }
);

/// A compose stack.
pub(super) struct Compose {
    app_name: String,
    status: ApplicationStatusEnum,
    form: Option<String>,
    server: Option<String>,
}

object!(Compose:
    required { app_name = "appName", status = "composeStatus" }
    optional { form = "composeType", server = "serverId" }
);

impl From<Service> for Settings {
    fn from(row: Service) -> Self {
        Self { app_name: row.app_name, status: row.status, is_stack: false, server: row.server }
    }
}

impl From<Compose> for Settings {
    fn from(row: Compose) -> Self {
        let is_stack = row.form.as_deref() == Some("stack");
        Self { app_name: row.app_name, status: row.status, is_stack, server: row.server }
    }
}

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

/// A preview, which lies where its application does.
pub(super) struct Preview {
    app_name: String,
    status: ApplicationStatusEnum,
    application: Option<PreviewedApplication>,
}

object!(Preview:
    required { app_name = "appName", status = "previewStatus" }
    nullable { application = "application" }
);

/// The application of a preview.
pub(super) struct PreviewedApplication {
    server: Option<String>,
}

object!(PreviewedApplication: nullable { server = "serverId" });

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

impl From<Preview> for Settings {
    fn from(row: Preview) -> Self {
        let server = row.application.and_then(|application| application.server);
        Self { app_name: row.app_name, status: row.status, is_stack: false, server }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_preview_lies_on_the_server_of_its_application() {
        for (application, server) in [
            (json!({ "applicationId": "a", "serverId": "s" }), Some("s")),
            (json!({ "serverId": null }), None),
            (json!(null), None),
        ] {
            let row = json!({ "appName": "preview-web-abc", "previewStatus": "done", "application": application });
            let settings = Settings::from(serde_json::from_value::<Preview>(row).unwrap());
            assert_eq!((settings.app_name.as_str(), settings.server.as_deref()), ("preview-web-abc", server));
        }
    }
}

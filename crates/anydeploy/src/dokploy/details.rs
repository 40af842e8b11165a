//! What is shown of an application or a compose stack.
//!
//! The whole rows hold passwords and variables in clear, so that only these columns are read.

use dokploy_client::wire::object;

use super::ApplicationStatusEnum;

/// An application.
pub(super) struct Application {
    pub(super) name: String,
    pub(super) status: ApplicationStatusEnum,
    pub(super) domains: Vec<Domain>,
}

object!(Application:
    required { name = "name", status = "applicationStatus" }
    optional { domains = "domains" }
);

/// A compose stack.
pub(super) struct Compose {
    pub(super) name: String,
    pub(super) status: ApplicationStatusEnum,
    pub(super) domains: Vec<Domain>,
}

object!(Compose:
    required { name = "name", status = "composeStatus" }
    optional { domains = "domains" }
);

/// An address that leads to either.
pub(super) struct Domain {
    pub(super) host: Option<String>,
    pub(super) path: Option<String>,
    pub(super) https: Option<bool>,
    pub(super) enabled: Option<bool>,
}

object!(Domain: nullable { host = "host", path = "path", https = "https", enabled = "enabled" });

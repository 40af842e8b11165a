//! What a deployer can do, asked before it is asked to do it.

use std::time::Duration;

use crate::{Method, TargetKind};

/// What a [`Deployer`](crate::Deployer) can do.
///
/// A method whose flag is `false` answers [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported); a request option
/// whose flag is `false` is refused before anything is sent.
/// Everything is off by default, so whoever implements the trait switches on what they built:
///
/// ```
/// use anydeploy_core::{Capabilities, TargetKind};
///
/// let mut capabilities = Capabilities::new(&[TargetKind::Application]);
/// capabilities.history = true;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is an independent fact with its own name")]
#[non_exhaustive]
pub struct Capabilities {
    /// The kinds of target that can be deployed.
    pub target_kinds: &'static [TargetKind],
    /// A commit can be chosen; a platform may still refuse it for some kinds of target.
    pub commit: bool,
    /// An image tag can be chosen; a platform may still refuse it for some kinds of target.
    pub image_tag: bool,
    /// [`Revision::Deployed`](crate::Revision::Deployed) can be chosen; a platform may still refuse it for some kinds of
    /// target.
    pub deployed: bool,
    /// A chart version can be chosen for a Helm release.
    pub chart_version: bool,
    /// The commit of a Helm release's values can be chosen.
    pub values_commit: bool,
    /// The event a job is run for can be chosen.
    pub job_event: bool,
    /// Another action than planning and applying can be chosen for a Terraform service.
    pub terraform_action: bool,
    /// The build cache can be left out.
    pub no_cache: bool,
    /// A reason is shown by the platform.
    pub reason: bool,
    /// The preview of a pull request can be deployed.
    pub pull_request: bool,
    /// [`history`](crate::Deployer::history) works.
    pub history: bool,
    /// [`cancel`](crate::Deployer::cancel) works.
    pub cancel: bool,
    /// [`logs`](crate::Deployer::logs) works.
    pub logs: bool,
    /// [`service`](crate::Deployer::service) works.
    pub service: bool,
    /// [`services`](crate::Deployer::services) works.
    pub services: bool,
    /// [`check`](crate::Deployer::check) works.
    pub check: bool,
    /// After a lost answer the deployment is known by a mark of its own; without one it is inferred, or undecidable.
    pub reconcile: bool,
    /// The shortest time between two reads of one deployment that keeps to the platform's rate limit.
    pub poll_interval: Duration,
}

impl Capabilities {
    /// A deployer that deploys these kinds of target, and can do nothing else.
    #[must_use]
    pub const fn new(target_kinds: &'static [TargetKind]) -> Self {
        Self {
            target_kinds,
            commit: false,
            image_tag: false,
            deployed: false,
            chart_version: false,
            values_commit: false,
            job_event: false,
            terraform_action: false,
            no_cache: false,
            reason: false,
            pull_request: false,
            history: false,
            cancel: false,
            logs: false,
            service: false,
            services: false,
            check: false,
            reconcile: false,
            poll_interval: Duration::from_secs(1),
        }
    }

    /// Whether a method works; `deploy`, `deployment` and `deployments_by_id` always do.
    #[must_use]
    pub const fn offers(&self, method: Method) -> bool {
        match method {
            Method::Deploy | Method::Deployment | Method::DeploymentsById => true,
            Method::History => self.history,
            Method::Cancel => self.cancel,
            Method::Logs => self.logs,
            Method::Service => self.service,
            Method::Services => self.services,
            Method::Check => self.check,
        }
    }
}

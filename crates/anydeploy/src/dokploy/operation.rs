//! The operations of Dokploy that the actions of a request stand for.

use crate::{Action, DeployRequest, Deployment, DeploymentId, Error, ErrorKind, Result, Setting, TargetKind, platform};

/// The detail of an id that names the operation; without it, the deployment was a `deploy`.
const OPERATION: &str = "operation";

/// The detail of an id that names the tag which was set before the deployment.
const TAG: &str = "tag";

/// The detail of an id that names the pull request whose preview was asked for.
const PULL_REQUEST: &str = "pull_request";

/// An operation that a trigger sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Deploy,
    Redeploy,
    /// Applies the settings within the request, and leaves no row.
    Reload,
    /// Applies a kept image within the request, and leaves no row.
    Rollback,
}

impl Operation {
    /// The operation of an action; the capabilities list no other action.
    pub(super) fn of(action: Action) -> Result<Self> {
        match action {
            Action::Deploy => Ok(Self::Deploy),
            Action::Redeploy => Ok(Self::Redeploy),
            Action::Restart => Ok(Self::Reload),
            Action::Rollback => Ok(Self::Rollback),
            other => Err(Error::unsupported(platform::DOKPLOY, format_args!("the action `{other}`"))),
        }
    }

    /// The operation that an id names.
    pub(super) fn of_id(id: &DeploymentId) -> Result<Self> {
        match id.get(OPERATION) {
            None => Ok(Self::Deploy),
            Some("redeploy") => Ok(Self::Redeploy),
            Some("reload") => Ok(Self::Reload),
            Some("rollback") => Ok(Self::Rollback),
            Some(_) => {
                let message = format!("the deployment id `{id}` names an operation that this version does not know");
                Err(Error::new(ErrorKind::InvalidInput, message).with_platform(platform::DOKPLOY))
            }
        }
    }

    fn word(self) -> Option<&'static str> {
        match self {
            Self::Deploy => None,
            Self::Redeploy => Some("redeploy"),
            Self::Reload => Some("reload"),
            Self::Rollback => Some("rollback"),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Deploy => Action::Deploy,
            Self::Redeploy => Action::Redeploy,
            Self::Reload => Action::Restart,
            Self::Rollback => Action::Rollback,
        }
    }

    /// Whether it leaves a row, and with it a log.
    pub(super) fn leaves_row(self) -> bool {
        matches!(self, Self::Deploy | Self::Redeploy)
    }

    /// The id of a deployment that this operation made.
    pub(super) fn name_in(self, id: DeploymentId) -> DeploymentId {
        match self.word() {
            Some(word) => id.with(OPERATION, word),
            None => id,
        }
    }

    /// The deployment that this operation made.
    pub(super) fn made(self, mut deployment: Deployment) -> Deployment {
        deployment.id = self.name_in(deployment.id);
        deployment.with_action(self.action())
    }
}

/// What a request asked for, as far as the id of its deployment keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) operation: Operation,
    /// The tag that was set before the deployment.
    pub(super) tag: Option<String>,
    /// The pull request whose preview was asked for.
    pull_request: Option<u64>,
}

impl Asked {
    /// What a request for a deployment with a row asks for.
    pub(super) fn of(request: &DeployRequest) -> Self {
        let redeploys = request.action() == Action::Redeploy;
        let tag = match request.setting() {
            Some(Setting::ImageTag(tag)) => Some(tag.clone()),
            _ => None,
        };
        let operation = if redeploys { Operation::Redeploy } else { Operation::Deploy };
        Self { operation, tag, pull_request: request.pull_request() }
    }

    pub(super) fn of_id(id: &DeploymentId) -> Result<Self> {
        let pull_request = id.get(PULL_REQUEST).and_then(|number| number.parse().ok());
        Ok(Self { operation: Operation::of_id(id)?, tag: id.get(TAG).map(str::to_owned), pull_request })
    }

    /// The deployment that was made of it.
    pub(super) fn made(&self, deployment: Deployment) -> Deployment {
        let mut deployment = self.operation.made(deployment);
        if let Some(tag) = &self.tag {
            deployment.id = deployment.id.with(TAG, &**tag);
        }
        if let Some(number) = self.pull_request {
            deployment.id = deployment.id.with(PULL_REQUEST, number.to_string());
        }
        deployment.with_pull_request(self.pull_request)
    }
}

/// What to do instead of an action that a kind of target does not have.
pub(super) fn advice(kind: &TargetKind, action: Action) -> Option<&'static str> {
    match (kind, action) {
        (TargetKind::Compose, Action::Restart) => {
            Some("Dokploy restarts no compose stack without deploying it: redeploy it, or stop and start it")
        }
        (TargetKind::Preview, Action::Restart) => Some("Dokploy restarts no preview without deploying it: redeploy it"),
        (TargetKind::Compose | TargetKind::Database | TargetKind::Preview, Action::Rollback) => {
            Some("Dokploy keeps images of applications alone: deploy it again")
        }
        _ => None,
    }
}

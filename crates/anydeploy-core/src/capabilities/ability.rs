//! What a deployer can do with targets of a kind besides the actions of a request.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a deployer can do with targets of a kind besides what a [`DeployRequest`](crate::DeployRequest) asks for.
///
/// A [group](crate::Group) is offered as a whole; an ability says for which kinds of target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ability {
    /// [`Lifecycle::start_target`](crate::Lifecycle::start_target).
    Start,
    /// [`Lifecycle::stop_target`](crate::Lifecycle::stop_target).
    Stop,
    /// [`Rollback::list_rollback_targets`](crate::Rollback::list_rollback_targets).
    Rollback,
    /// The methods of [`Variables`](crate::Variables).
    Variables,
    /// The methods of [`Previews`](crate::Previews).
    Previews,
    /// [`Catalog::list_domains`](crate::Catalog::list_domains).
    Domains,
    /// [`Selection::Tag`](crate::Selection::Tag).
    DeployByTag,
    /// [`Selection::Requests`](crate::Selection::Requests).
    DeployTogether,
    /// [`History::list_deployments`](crate::History::list_deployments).
    History,
    /// [`Cancel::request_cancel`](crate::Cancel::request_cancel).
    Cancel,
    /// [`Logs::read_log`](crate::Logs::read_log).
    Logs,
}

impl Ability {
    /// Every ability.
    pub const ALL: &'static [Self] = &[
        Self::Start,
        Self::Stop,
        Self::Rollback,
        Self::Variables,
        Self::Previews,
        Self::Domains,
        Self::DeployByTag,
        Self::DeployTogether,
        Self::History,
        Self::Cancel,
        Self::Logs,
    ];

    /// The word in lower case, as it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Rollback => "rollback",
            Self::Variables => "variables",
            Self::Previews => "previews",
            Self::Domains => "domains",
            Self::DeployByTag => "deploy_by_tag",
            Self::DeployTogether => "deploy_together",
            Self::History => "history",
            Self::Cancel => "cancel",
            Self::Logs => "logs",
        }
    }

    /// What it is, as a part of "this platform does not offer … of a target of kind `job`".
    pub(super) const fn purpose(self) -> &'static str {
        match self {
            Self::Start => "the start",
            Self::Stop => "the stop",
            Self::Rollback => "versions to go back to",
            Self::Variables => "the variables",
            Self::Previews => "the previews",
            Self::Domains => "the domains",
            Self::DeployByTag => "deploying by a tag",
            Self::DeployTogether => "deploying together with others",
            Self::History => "a history of deployments",
            Self::Cancel => "cancelling a deployment",
            Self::Logs => "the log of a deployment",
        }
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

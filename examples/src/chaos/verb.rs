//! What a chaos run does with its targets.

use std::fmt;

use anydeploy::{Ability, Action, Capabilities, DeployRequest, TargetKind};

/// What a chaos run does with its targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verb {
    /// Deploys them.
    #[default]
    Deploy,
    /// Restarts them, which is a trigger as a deployment is.
    Restart,
    /// Goes back to a version that ran before, which is one as well.
    Rollback,
    /// Stops them and starts them again, and waits for each state.
    Stop,
    /// Plans and applies changing variables.
    Variables,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 5] = [Self::Deploy, Self::Restart, Self::Rollback, Self::Stop, Self::Variables];

    /// Its word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Restart => "restart",
            Self::Rollback => "rollback",
            Self::Stop => "stop",
            Self::Variables => "variables",
        }
    }

    /// The verb of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == word)
    }

    /// Whether it leads to a deployment that is waited for.
    pub(super) const fn is_trigger(self) -> bool {
        matches!(self, Self::Deploy | Self::Restart | Self::Rollback)
    }

    /// Whether a platform has it for the target of this deployment.
    pub(super) fn is_offered(self, request: &DeployRequest, capabilities: &Capabilities) -> bool {
        let kind = request.target().kind();
        // A preview and a whole environment are no service of their own.
        let is_service = request.pull_request().is_none() && *kind != TargetKind::Environment;
        let can = |ability| is_service && capabilities.can(kind, ability);
        match self {
            Self::Deploy => true,
            Self::Restart => is_service && capabilities.acts(kind, Action::Restart),
            Self::Rollback => can(Ability::Rollback) && capabilities.acts(kind, Action::Rollback),
            Self::Stop => can(Ability::Stop) && can(Ability::Start),
            Self::Variables => can(Ability::Variables),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_each_verb_is_read_back() {
        for verb in Verb::ALL {
            assert_eq!(Verb::of(verb.as_str()), Some(verb));
        }
        assert_eq!(Verb::of("uninstall"), None);
    }
}

//! What a deployer can do, by kind of target.

mod ability;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use ability::Ability;

use crate::json::{VersionOne, millis};
use crate::{Action, DeployRequest, Error, Platform, RequestOption, TargetKind};

/// What a [`Deployer`](crate::Deployer) can do, known before anything is sent.
///
/// A kind of target that is not listed, an action or ability that its kind does not list, and an option that the action
/// does not list, is refused with [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported).
/// Which groups of methods a deployer offers at all is [`DeployerExt::offers`](crate::DeployerExt::offers).
///
/// In their [JSON form](crate#json) the kinds are a list, each with the options of a deployment, the other actions with
/// their options, and the abilities.
///
/// ```
/// use anydeploy_core::{Ability, Action, Capabilities, RequestOption, TargetKind};
///
/// let capabilities = Capabilities::new()
///     .with_kind(TargetKind::Application, &[RequestOption::Commit, RequestOption::NoCache])
///     .with_kind(TargetKind::Database, &[])
///     .with_action(TargetKind::Database, Action::Restart, &[])
///     .with_abilities(TargetKind::Database, &[Ability::Start, Ability::Stop]);
/// assert!(capabilities.takes(&TargetKind::Application, RequestOption::Commit));
/// assert!(!capabilities.takes(&TargetKind::Database, RequestOption::Commit));
/// assert!(!capabilities.deploys(&TargetKind::Helm));
/// assert!(capabilities.acts(&TargetKind::Database, Action::Restart));
/// assert!(!capabilities.can(&TargetKind::Application, Ability::Stop));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capabilities {
    #[serde(default)]
    v: VersionOne,
    #[serde(default)]
    kinds: Vec<OfferedKind>,
    /// The platform keeps a text of the caller's with a deployment that it keeps a record of, so that such a deployment is
    /// recognised after a lost answer; without one it is inferred, or undecidable.
    #[serde(default)]
    pub correlates: bool,
    /// The shortest time between two reads of one deployment that keeps to the platform's rate limit; 1 s by default.
    #[serde(rename = "poll_interval_ms", with = "millis", default = "default_poll_interval")]
    pub poll_interval: Duration,
}

/// A kind of target that can be deployed, with the options that a deployment may set, and what else can be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OfferedKind {
    kind: TargetKind,
    #[serde(default)]
    options: Vec<RequestOption>,
    /// Those besides [`Action::Deploy`], which every listed kind has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actions: Vec<OfferedAction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    abilities: Vec<Ability>,
}

/// An action, and the options that a request for it may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OfferedAction {
    action: Action,
    #[serde(default)]
    options: Vec<RequestOption>,
}

impl OfferedKind {
    const fn new(kind: TargetKind) -> Self {
        Self { kind, options: Vec::new(), actions: Vec::new(), abilities: Vec::new() }
    }

    /// The options of an action; `None` if it is not offered.
    fn options_of(&self, action: Action) -> Option<&[RequestOption]> {
        if action == Action::Deploy {
            return Some(&self.options);
        }
        self.actions.iter().find(|offered| offered.action == action).map(|offered| &*offered.options)
    }
}

const fn default_poll_interval() -> Duration {
    Duration::from_secs(1)
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::new()
    }
}

impl Capabilities {
    /// A deployer that deploys nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { v: VersionOne, kinds: Vec::new(), correlates: false, poll_interval: default_poll_interval() }
    }

    /// Adds a kind of target that can be deployed, or replaces the options of one.
    #[must_use]
    pub fn with_kind(mut self, kind: TargetKind, options: &[RequestOption]) -> Self {
        self.kind_mut(kind).options = options.to_vec();
        self
    }

    /// Adds an action for a kind of target, with the options that a request for it may set, or replaces these.
    ///
    /// A kind that is not listed yet is added, and can then be deployed without options.
    #[must_use]
    pub fn with_action(mut self, kind: TargetKind, action: Action, options: &[RequestOption]) -> Self {
        let (kind, options) = (self.kind_mut(kind), options.to_vec());
        if action == Action::Deploy {
            kind.options = options;
            return self;
        }
        kind.actions.retain(|offered| offered.action != action);
        kind.actions.push(OfferedAction { action, options });
        self
    }

    /// Adds abilities to a kind of target.
    ///
    /// A kind that is not listed yet is added, and can then be deployed without options.
    #[must_use]
    pub fn with_abilities(mut self, kind: TargetKind, abilities: &[Ability]) -> Self {
        let kind = self.kind_mut(kind);
        kind.abilities.retain(|known| !abilities.contains(known));
        kind.abilities.extend(abilities);
        self
    }

    /// The entry of a kind, which is added at the end if it is not there yet.
    fn kind_mut(&mut self, kind: TargetKind) -> &mut OfferedKind {
        let place = self.kinds.iter().position(|offered| offered.kind == kind).unwrap_or_else(|| {
            self.kinds.push(OfferedKind::new(kind));
            self.kinds.len() - 1
        });
        &mut self.kinds[place]
    }

    /// The platform keeps a text of the caller's with a deployment.
    #[must_use]
    pub const fn with_correlation(mut self) -> Self {
        self.correlates = true;
        self
    }

    /// Reads of one deployment keep to the rate limit if this time is between them.
    #[must_use]
    pub const fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Takes an option away from every kind of target and every action.
    #[must_use]
    pub fn without(mut self, option: RequestOption) -> Self {
        for kind in &mut self.kinds {
            kind.options.retain(|offered| *offered != option);
            for action in &mut kind.actions {
                action.options.retain(|offered| *offered != option);
            }
        }
        self
    }

    /// The kinds of target that can be deployed, in the order in which they were added.
    pub fn target_kinds(&self) -> impl Iterator<Item = &TargetKind> {
        self.kinds.iter().map(|offered| &offered.kind)
    }

    /// Whether targets of a kind can be deployed.
    #[must_use]
    pub fn deploys(&self, kind: &TargetKind) -> bool {
        self.target_kinds().any(|offered| offered == kind)
    }

    /// Whether a request may ask for an action on targets of a kind.
    #[must_use]
    pub fn acts(&self, kind: &TargetKind, action: Action) -> bool {
        self.kind(kind).is_some_and(|offered| offered.options_of(action).is_some())
    }

    /// Whether targets of a kind have an ability.
    #[must_use]
    pub fn can(&self, kind: &TargetKind, ability: Ability) -> bool {
        self.kind(kind).is_some_and(|offered| offered.abilities.contains(&ability))
    }

    /// Checks that targets of a kind have an ability; adapters call it before they send anything.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if they do not.
    pub fn require(&self, platform: &Platform, kind: &TargetKind, ability: Ability) -> Result<(), Error> {
        if self.can(kind, ability) {
            return Ok(());
        }
        let what = format!("{} of a target of kind `{kind}`", ability.purpose());
        Err(Error::unsupported(platform.clone(), what))
    }

    /// The options that a deployment of a target of a kind may set.
    #[must_use]
    pub fn options(&self, kind: &TargetKind) -> &[RequestOption] {
        self.kind(kind).map_or(&[], |offered| &offered.options)
    }

    /// Whether a deployment of a target of a kind may set an option; the platform may still refuse a value of it, or two
    /// options together.
    #[must_use]
    pub fn takes(&self, kind: &TargetKind, option: RequestOption) -> bool {
        self.takes_with(kind, Action::Deploy, option)
    }

    /// Whether a request for an action on targets of a kind may set an option.
    #[must_use]
    pub fn takes_with(&self, kind: &TargetKind, action: Action, option: RequestOption) -> bool {
        let options = self.kind(kind).and_then(|offered| offered.options_of(action));
        options.is_some_and(|options| options.contains(&option))
    }

    fn kind(&self, kind: &TargetKind) -> Option<&OfferedKind> {
        self.kinds.iter().find(|offered| offered.kind == *kind)
    }

    /// Whether a deployment of a target of any kind may set an option.
    #[must_use]
    pub fn takes_anywhere(&self, option: RequestOption) -> bool {
        self.kinds.iter().any(|offered| offered.options.contains(&option))
    }
}

impl DeployRequest {
    /// Checks that a platform with these capabilities can do what is asked; adapters call it before they send anything.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the target or a text is not usable,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the platform lacks the kind of target, its action, or
    /// an option that is set.
    pub fn check(&self, platform: &Platform, capabilities: &Capabilities) -> Result<(), Error> {
        self.validate().map_err(|error| error.with_platform(platform.clone()))?;
        let kind = self.target().kind();
        if !capabilities.deploys(kind) {
            let offered: Vec<_> = capabilities.target_kinds().map(TargetKind::as_str).collect();
            let offered = offered.join(", ");
            let what = format!("deploying a target of kind `{kind}`; the kinds it deploys are: {offered}");
            return Err(Error::unsupported(platform.clone(), what));
        }
        let action = self.action();
        if !capabilities.acts(kind, action) {
            let what = format!("{} of a target of kind `{kind}`", action.purpose());
            return Err(Error::unsupported(platform.clone(), what));
        }
        let mut set = RequestOption::ALL.iter().filter(|option| option.is_set(self));
        match set.find(|option| !capabilities.takes_with(kind, action, **option)) {
            Some(option) => {
                let option = option.purpose();
                let what = match action {
                    Action::Deploy => format!("{option} of a target of kind `{kind}`"),
                    _ => format!("{} of a target of kind `{kind}` together with {option}", action.purpose()),
                };
                Err(Error::unsupported(platform.clone(), what))
            }
            None => Ok(()),
        }
    }
}

//! What a fake did, in the same form for every platform.

use std::fmt;
use std::time::Instant;

use anydeploy::Outcome;
use anydeploy_fakes::Sender;

/// One deployment that a fake accepted.
pub(crate) struct ServerRecord {
    /// The platform's own id, if it ever got one.
    pub(crate) id: Option<String>,
    /// The ids of requests that led to it, where the platform gives them any.
    pub(crate) requests: Vec<String>,
    /// The requests that it stands for: the first one made it, others were merged into it.
    pub(crate) senders: Vec<Sender>,
    /// Whether another program with the same token asked for it.
    pub(crate) foreign: bool,
    /// Whether it failed in the check before it, and changed nothing.
    pub(crate) changed_nothing: bool,
    /// How it ended for each target in it.
    pub(crate) parts: Vec<Part>,
}

/// How a deployment ended for one target.
pub(crate) struct Part {
    pub(crate) target: String,
    /// The version that was deployed, where a call names one.
    pub(crate) version: Option<String>,
    /// Whether the platform was asked to build: it is no restart, and no return to an image that there is.
    pub(crate) builds: bool,
    pub(crate) ending: Ending,
    /// When it ended.
    pub(crate) ended_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It goes on.
    Open,
    Succeeded,
    Failed,
    Cancelled,
    /// It was accepted and given up before it began.
    Never,
}

impl Ending {
    /// Whether an outcome says so; what never began may be reported as anything but a success.
    pub(crate) fn is(self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Succeeded(_) => self == Self::Succeeded,
            Outcome::Failed(_) => matches!(self, Self::Failed | Self::Never),
            Outcome::Cancelled(_) => matches!(self, Self::Cancelled | Self::Never),
            Outcome::Lost(_) => self == Self::Never,
            _ => false,
        }
    }
}

impl ServerRecord {
    /// Every id that leads to it.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.id.iter().chain(&self.requests).map(String::as_str)
    }

    /// How it ended for a target.
    pub(crate) fn part(&self, target: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.target == target)
    }

    /// Whether it stands for a request of a call.
    pub(crate) fn is_for(&self, call: &str) -> bool {
        self.senders_of(call).next().is_some()
    }

    /// The requests of a call that it stands for.
    pub(crate) fn senders_of(&self, call: &str) -> impl Iterator<Item = &Sender> {
        self.senders.iter().filter(move |sender| sender.call.as_deref() == Some(call))
    }

    /// When all of it was over.
    pub(crate) fn ended_at(&self) -> Option<Instant> {
        let ends: Option<Vec<Instant>> = self.parts.iter().map(|part| part.ended_at).collect();
        ends?.into_iter().max()
    }

    /// Whether it began to deploy anything.
    pub(crate) fn has_begun(&self) -> bool {
        self.parts.iter().any(|part| part.ending != Ending::Never)
    }

    /// Whether it began to deploy a target; it may leave out what it was asked for.
    pub(crate) fn started(&self, target: &str) -> bool {
        self.part(target).is_some_and(|part| part.ending != Ending::Never)
    }
}

impl fmt::Display for ServerRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id.as_deref().unwrap_or("no id"))?;
        let other = if self.foreign { "another program" } else { "no call" };
        let calls: Vec<&str> = self.senders.iter().map(|sender| sender.call.as_deref().unwrap_or(other)).collect();
        write!(f, " for {}", calls.join("+"))?;
        self.parts.iter().try_for_each(|part| write!(f, " {:?}", part.ending))
    }
}

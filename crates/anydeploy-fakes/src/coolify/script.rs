//! How the next deployments of an application go: the part a test writes.

use std::collections::VecDeque;

/// How one deployment goes once it has left the queue.
///
/// ```
/// use anydeploy_fakes::CoolifyScript;
///
/// let script = CoolifyScript::fails_with("port 80 is taken").lasting(10).log(["building", "starting"]);
/// # let _ = script;
/// ```
#[derive(Clone, Debug)]
pub struct CoolifyScript {
    pub(super) ending: Ending,
    pub(super) ticks: u64,
    pub(super) lines: Vec<String>,
    pub(super) commit: Option<String>,
    /// The word for the end, if it is not the server's own.
    pub(super) word: Option<String>,
    /// Its container never becomes healthy.
    pub(super) unhealthy: bool,
    /// It waits for the health check of its new container until it ends.
    pub(super) health_checked: bool,
}

/// How a scripted deployment ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Finished,
    Failed(String),
    Cancelled,
    Never,
    /// The machine does not work, which ends it at once.
    NotFunctional,
}

impl CoolifyScript {
    fn new(ending: Ending) -> Self {
        Self { ending, ticks: 3, lines: Vec::new(), commit: None, word: None, unhealthy: false, health_checked: false }
    }

    /// Ends as `finished`.
    #[must_use]
    pub fn succeeds() -> Self {
        Self::new(Ending::Finished)
    }

    /// Ends as `failed`, with `reason` in the log.
    #[must_use]
    pub fn fails_with(reason: impl Into<String>) -> Self {
        Self::new(Ending::Failed(reason.into()))
    }

    /// Ends as `failed`, because the health check of the new container never passes.
    ///
    /// Its log has no summary, and continues with lines that report success.
    #[must_use]
    pub fn unhealthy() -> Self {
        Self { unhealthy: true, ..Self::fails_with("") }
    }

    /// Ends as `cancelled-by-user`, because a user cancelled it in the web interface.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Ending::Cancelled)
    }

    /// Ends in this word, which may be one that no version of the server has used so far.
    #[must_use]
    pub fn ends_as(word: impl Into<String>) -> Self {
        Self { word: Some(word.into()), ..Self::succeeds() }
    }

    /// Stays `in_progress` until it is cancelled or the server restarts.
    #[must_use]
    pub fn hangs() -> Self {
        Self::new(Ending::Never)
    }

    /// Waits for the health check of its new container until it ends.
    ///
    /// A stop in that time removes the container, and the deployment fails; without a health check it goes on, and
    /// starts the application again.
    #[must_use]
    pub fn health_checked(mut self) -> Self {
        self.health_checked = true;
        self
    }

    /// How many ticks it is `in_progress`; at least 1, by default 3.
    #[must_use]
    pub fn lasting(mut self, ticks: u64) -> Self {
        self.ticks = ticks.max(1);
        self
    }

    /// Adds visible lines to the deployment log; they come spread over its duration.
    #[must_use]
    pub fn log<L: Into<String>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        self.lines.extend(lines.into_iter().map(Into::into));
        self
    }

    /// The commit that `HEAD` turns out to be, one tick after the start.
    ///
    /// Without it the deployment keeps the commit it was asked for, as an application made from an image does.
    #[must_use]
    pub fn resolving_to(mut self, commit: impl Into<String>) -> Self {
        self.commit = Some(commit.into());
        self
    }
}

/// The scripts one application still has to play.
#[derive(Debug, Default)]
pub(super) struct Repertoire {
    pub(super) next: VecDeque<CoolifyScript>,
    pub(super) otherwise: Option<CoolifyScript>,
}

impl Repertoire {
    pub(super) fn take(&mut self) -> CoolifyScript {
        self.next.pop_front().or_else(|| self.otherwise.clone()).unwrap_or_else(CoolifyScript::succeeds)
    }
}

//! What the next execution of a service will do.

/// What the next execution that includes a service does with it: how long it takes, what it logs, how it ends.
///
/// A script is used up by the next execution of the service that starts, whatever its action: a script that fails
/// makes a deployment end in `BUILD_ERROR` (services built from git) or `DEPLOYMENT_ERROR`, a stop in `STOP_ERROR`,
/// a restart in `RESTART_ERROR`, a deletion in `DELETE_ERROR`.
///
/// # Examples
///
/// ```
/// use anydeploy_fakes::QoveryScript;
///
/// let script = QoveryScript::fails_with("npm: not found").log(["cloning", "npm install"]).lasting(10);
/// # let _ = script;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct QoveryScript {
    pub(super) ending: Ending,
    pub(super) reason: Option<String>,
    pub(super) lasting: Option<u64>,
    pub(super) log: Vec<String>,
    pub(super) middle_word: Option<String>,
    /// The reason comes from the engine's task manager, as when a repository cannot be cloned.
    pub(super) by_task_manager: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    Failed,
    Cancelled,
    Word(String),
    PreCheckFailed,
    NeverStarts,
}

impl QoveryScript {
    fn new(ending: Ending, reason: Option<String>) -> Self {
        Self { ending, reason, lasting: None, log: Vec::new(), middle_word: None, by_task_manager: false }
    }

    /// Ends well.
    pub fn succeeds() -> Self {
        Self::new(Ending::Done, None)
    }

    /// Fails, with this reason in the log.
    pub fn fails_with(reason: impl Into<String>) -> Self {
        Self::new(Ending::Failed, Some(reason.into()))
    }

    /// Fails, with this reason in a line of the engine's task manager instead of the service's own.
    pub fn fails_before_the_service(reason: impl Into<String>) -> Self {
        Self { by_task_manager: true, ..Self::fails_with(reason) }
    }

    /// The check before the deployment fails, with this reason in the log: the environment's deployment ends in
    /// `DEPLOYMENT_ERROR` and no service of it is touched.
    pub fn fails_pre_check(reason: impl Into<String>) -> Self {
        Self::new(Ending::PreCheckFailed, Some(reason.into()))
    }

    /// Goes on until someone cancels it, as a service does that never becomes ready.
    pub fn hangs() -> Self {
        Self::succeeds().lasting(u64::MAX)
    }

    /// The call is accepted and nothing ever starts.
    pub fn never_starts() -> Self {
        Self::new(Ending::NeverStarts, None)
    }

    /// Ends in `CANCELED`, as if someone had cancelled it.
    pub fn cancelled() -> Self {
        Self::new(Ending::Cancelled, None)
    }

    /// Writes these lines to the deployment log on the way.
    pub fn log(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.log.extend(lines.into_iter().map(Into::into));
        self
    }

    /// Takes this many ticks from the first status that shows it to the last; 8 by default.
    pub fn lasting(mut self, ticks: u64) -> Self {
        self.lasting = Some(ticks);
        self
    }

    /// Ends in this word, such as `RECAP`, `UNAVAILABLE` or a word that no document lists.
    pub fn ends_as(mut self, word: impl Into<String>) -> Self {
        self.ending = Ending::Word(word.into());
        self
    }

    /// Shows this word for a while in the middle, such as `UNAVAILABLE`.
    pub fn passing_through(mut self, word: impl Into<String>) -> Self {
        self.middle_word = Some(word.into());
        self
    }
}

impl Default for QoveryScript {
    fn default() -> Self {
        Self::succeeds()
    }
}

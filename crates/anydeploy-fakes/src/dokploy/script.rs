//! What one deployment will do: how it ends, how long it takes, what its log says.

/// What a deployment of the fake server will do.
///
/// By default a deployment lasts three ticks, counted from its row to its last status; that of a database none.
#[derive(Clone, Debug)]
pub struct DokployScript {
    pub(super) ending: Ending,
    pub(super) lines: Vec<String>,
    pub(super) ticks: u64,
    pub(super) row_after: Option<u64>,
    pub(super) commit: Option<Commit>,
    pub(super) cloned: bool,
    /// The word for the end, if it is not the server's own.
    pub(super) word: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Done,
    Error(Option<String>),
    /// No row is ever inserted, and the service stays `running`.
    NoRow,
    /// The error path fails too: the job leaves the queue, and row and service stay `running`.
    GivenUp,
    /// The first insert fails, and a second one leaves a row that is already over.
    FailedInsert(String),
}

#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) message: String,
}

impl Commit {
    /// The commit at the head of every branch, unless a script says otherwise.
    pub(super) fn of_fake() -> Self {
        let sha = "fa4ec0de0123456789abcdef0123456789abcdef".to_owned();
        Self { sha, message: "Fake commit subject\n\nFake commit body".to_owned() }
    }
}

impl DokployScript {
    fn new(ending: Ending) -> Self {
        Self { ending, lines: Vec::new(), ticks: 3, row_after: None, commit: None, cloned: true, word: None }
    }

    /// A deployment that ends `done`.
    #[must_use]
    pub fn succeeds() -> Self {
        Self::new(Ending::Done)
    }

    /// A deployment that ends `error`; the reason stands in its log and nowhere else.
    #[must_use]
    pub fn fails_with(reason: impl Into<String>) -> Self {
        Self::new(Ending::Error(Some(reason.into())))
    }

    /// A deployment whose row ends in this word, which may be one that no version of the server has used so far.
    ///
    /// In [`triggered`](crate::FakeDokploy::triggered) it counts as done.
    #[must_use]
    pub fn ends_as(word: impl Into<String>) -> Self {
        Self { word: Some(word.into()), ..Self::succeeds() }
    }

    /// A deployment that never ends: its row stays `running`, and the queue stays blocked.
    #[must_use]
    pub fn hangs() -> Self {
        Self::succeeds().hanging()
    }

    /// A deployment whose row can not be inserted: it is gone from the queue, no row ever appears, and its service
    /// stays `running`.
    ///
    /// A title with U+0000 does the same without any script.
    #[must_use]
    pub fn never_starts() -> Self {
        Self::new(Ending::NoRow)
    }

    /// A deployment that the server gives up: its job is gone from the queue after its time, and row and service stay
    /// `running` for good.
    ///
    /// So does a preview if GitHub cannot be called, and any other service if its remote server cannot be reached.
    #[must_use]
    pub fn is_given_up() -> Self {
        Self::new(Ending::GivenUp)
    }

    /// A deployment that fails before its log exists: its row is `error` at once, without a log path, and the reason
    /// stands in `errorMessage`.
    #[must_use]
    pub fn fails_to_start(reason: impl Into<String>) -> Self {
        Self::new(Ending::FailedInsert(reason.into()))
    }

    /// Adds lines to the log, in the order they are written while the deployment runs.
    #[must_use]
    pub fn log<L: Into<String>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        self.lines.extend(lines.into_iter().map(Into::into));
        self
    }

    /// Ticks from the row's appearance to its last status.
    #[must_use]
    pub fn lasting(mut self, ticks: u64) -> Self {
        self.ticks = ticks;
        self
    }

    /// Never ends: the row stays `running` and the queue stays blocked.
    #[must_use]
    pub fn hanging(self) -> Self {
        self.lasting(u64::MAX)
    }

    /// Ticks from the start of the job to the row's appearance, instead of what
    /// [`LateRow`](crate::DokployQuirk::LateRow) says.
    #[must_use]
    pub fn row_after(mut self, ticks: u64) -> Self {
        self.row_after = Some(ticks);
        self
    }

    /// The commit that a deployment from git finds at the head of its branch.
    #[must_use]
    pub fn commit(mut self, sha: impl Into<String>, message: impl Into<String>) -> Self {
        self.commit = Some(Commit { sha: sha.into(), message: message.into() });
        self
    }

    /// Nothing is cloned, so that there is no commit and the caller's title survives, unless an earlier deployment cloned: then
    /// the row gets the commit and the title of that one.
    ///
    /// This is what a missing branch or an unreachable host does, together with [`fails_with`](Self::fails_with).
    #[must_use]
    pub fn without_clone(mut self) -> Self {
        self.cloned = false;
        self
    }
}

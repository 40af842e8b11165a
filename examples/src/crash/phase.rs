//! How far a process came.

/// How far the first process came before it was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// No intent was stored.
    Preparing,
    /// The server had not taken the trigger.
    Stored,
    /// The server had taken it, and the process had no answer.
    Sent,
    /// The process had an answer, and had not stored what it says.
    Answered,
    /// It had ended.
    Ended,
}

impl Phase {
    pub(super) const ALL: [Self; 5] = [Self::Preparing, Self::Stored, Self::Sent, Self::Answered, Self::Ended];

    /// Its name in the figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Stored => "stored",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Ended => "ended",
        }
    }
}

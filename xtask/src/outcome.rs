//! What every command returns: nothing, or a failure that names the command that repairs it.

use std::fmt;
use std::process::ExitCode;

/// The result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command failed, and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    reason: String,
    repair: String,
    status: u8,
}

impl Failure {
    /// A failure with exit status 1; `repair` is a command, or what to do before one.
    pub(crate) fn new(reason: impl fmt::Display, repair: impl Into<String>) -> Self {
        Self { reason: reason.to_string(), repair: repair.into(), status: 1 }
    }

    /// The same with another exit status.
    pub(crate) fn with_status(self, status: u8) -> Self {
        Self { status, ..self }
    }

    /// The exit status of the whole program.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nrepair: {}", self.reason, self.repair)
    }
}

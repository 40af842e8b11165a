//! The kinds of failure, and what each lets a caller do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong, in terms a caller can act on.
///
/// In JSON it is its name in snake case, such as `not_triggered`; an unknown word is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// What the caller passed is not usable; nothing was sent.
    InvalidInput,
    /// The configuration is not usable; nothing was sent.
    InvalidConfiguration,
    /// This platform, version or adapter cannot do what was asked; nothing was sent, or the server said so.
    Unsupported,
    /// The server does not accept the credential.
    Unauthorized,
    /// The server does not accept the credential, or its rate limit is used up: it answers both alike.
    UnauthorizedOrRateLimited,
    /// The credential is good, but may not do this.
    PermissionDenied,
    /// The API is switched off in the settings of the instance.
    ApiDisabled,
    /// The instance does not accept requests from this address.
    AddressNotAllowed,
    /// The role of the credential's user is too low for what the credential may do.
    RoleTooLow,
    /// There is no such thing, or not any more.
    NotFound,
    /// There is no such thing, or the credential may not see it: the server answers both alike.
    NotFoundOrForbidden,
    /// Several things go by the name that was given; nothing was sent to any of them.
    Ambiguous,
    /// The thing is busy or in a state that does not allow this, or it was changed by somebody else since it was read.
    Conflict,
    /// A deployment of the target that was running before the request took its place, so that nothing new was started.
    ///
    /// [`Error::last`](crate::Error::last) is that deployment.
    AlreadyRunning,
    /// Too many requests.
    RateLimited,
    /// The deployment queue of the server is full.
    QueueFull,
    /// The server understood the request and refused it.
    Rejected,
    /// The server failed or is not available.
    Unavailable,
    /// No connection could be made; nothing was sent.
    Unreachable,
    /// The server's certificate is not trusted, or not for this host; nothing was sent.
    CertificateRefused,
    /// The request may have been sent, and no answer came.
    NoAnswer,
    /// An answer came that could not be understood, or that is not the platform's: a page of a proxy, a login, a challenge.
    Unreadable,
    /// An answer is longer than the limit for a body.
    AnswerTooLarge,
    /// A trigger got no usable answer, and was then found not to have been acted on, or to have failed before it changed
    /// anything.
    NotTriggered,
    /// A trigger got no usable answer, and nothing shows whether it was acted on; or it was accepted, and its deployment
    /// cannot be distinguished from others.
    Undecidable,
    /// The intent was prepared too long ago, or another trigger came first; nothing was sent.
    IntentExpired,
    /// The deadline passed before the deployment was over.
    TimedOut,
    /// Some of several writes were made, and others not.
    ///
    /// [`Error::partial`](crate::Error::partial) names both.
    Incomplete,
    /// The call would have changed something, and a [`DryRun`](crate::DryRun) refused it; nothing was sent.
    DryRun,
}

impl ErrorKind {
    /// Every kind of this release, in the order in which they are declared: for a program that has a rule for each of them.
    pub const ALL: &'static [Self] = &[
        Self::InvalidInput,
        Self::InvalidConfiguration,
        Self::Unsupported,
        Self::Unauthorized,
        Self::UnauthorizedOrRateLimited,
        Self::PermissionDenied,
        Self::ApiDisabled,
        Self::AddressNotAllowed,
        Self::RoleTooLow,
        Self::NotFound,
        Self::NotFoundOrForbidden,
        Self::Ambiguous,
        Self::Conflict,
        Self::AlreadyRunning,
        Self::RateLimited,
        Self::QueueFull,
        Self::Rejected,
        Self::Unavailable,
        Self::Unreachable,
        Self::CertificateRefused,
        Self::NoAnswer,
        Self::Unreadable,
        Self::AnswerTooLarge,
        Self::NotTriggered,
        Self::Undecidable,
        Self::IntentExpired,
        Self::TimedOut,
        Self::Incomplete,
        Self::DryRun,
    ];

    /// The kind in a few lower-case words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid input",
            Self::InvalidConfiguration => "invalid configuration",
            Self::Unsupported => "unsupported",
            Self::Unauthorized => "credential refused",
            Self::UnauthorizedOrRateLimited => "credential refused or rate-limited",
            Self::PermissionDenied => "permission denied",
            Self::ApiDisabled => "API switched off",
            Self::AddressNotAllowed => "address not allowed",
            Self::RoleTooLow => "role too low",
            Self::NotFound => "not found",
            Self::NotFoundOrForbidden => "not found or forbidden",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::AlreadyRunning => "already running",
            Self::RateLimited => "rate-limited",
            Self::QueueFull => "deployment queue full",
            Self::Rejected => "refused by the server",
            Self::Unavailable => "server unavailable",
            Self::Unreachable => "server unreachable",
            Self::CertificateRefused => "certificate refused",
            Self::NoAnswer => "no answer",
            Self::Unreadable => "unreadable answer",
            Self::AnswerTooLarge => "answer too large",
            Self::NotTriggered => "not triggered",
            Self::Undecidable => "outcome of the trigger unknown",
            Self::IntentExpired => "intent expired",
            Self::TimedOut => "timed out",
            Self::Incomplete => "incomplete",
            Self::DryRun => "dry run",
        }
    }

    /// Whether the same request may well succeed a little later.
    #[must_use]
    pub(super) const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::AlreadyRunning
                | Self::RateLimited
                | Self::QueueFull
                | Self::Unavailable
                | Self::Unreachable
                | Self::NoAnswer
        )
    }

    /// Whether a request that failed so was provably not acted on.
    #[must_use]
    pub(super) const fn is_safe_to_repeat(self) -> bool {
        match self {
            Self::InvalidInput
            | Self::InvalidConfiguration
            | Self::Unsupported
            | Self::Unauthorized
            | Self::UnauthorizedOrRateLimited
            | Self::PermissionDenied
            | Self::ApiDisabled
            | Self::AddressNotAllowed
            | Self::RoleTooLow
            | Self::NotFound
            | Self::NotFoundOrForbidden
            | Self::Ambiguous
            | Self::Conflict
            | Self::AlreadyRunning
            | Self::RateLimited
            | Self::QueueFull
            | Self::Rejected
            | Self::Unreachable
            | Self::CertificateRefused
            | Self::NotTriggered
            | Self::IntentExpired
            | Self::DryRun => true,
            Self::Unavailable
            | Self::NoAnswer
            | Self::Unreadable
            | Self::AnswerTooLarge
            | Self::Undecidable
            | Self::TimedOut
            | Self::Incomplete => false,
        }
    }

    /// Whether it is open if a request that failed so was acted on.
    #[must_use]
    pub(super) const fn is_ambiguous(self) -> bool {
        matches!(self, Self::Unavailable | Self::NoAnswer | Self::Unreadable | Self::AnswerTooLarge | Self::Undecidable)
    }

    /// What to do next, as the last part of a message; empty where the message itself says it.
    ///
    /// `safe` says that the request was provably not acted on, for whichever reason; `read`, that it asked for nothing to
    /// be done.
    pub(super) const fn advice(self, safe: bool, read: bool) -> &'static str {
        match self {
            Self::Unavailable | Self::NoAnswer if read => "try again later",
            Self::Unreadable if read => {
                "check that the URL is that of the platform's API, not of a proxy or login page"
            }
            Self::Unavailable | Self::NoAnswer | Self::Unreadable if safe => "nothing was triggered; try again later",
            Self::Unauthorized => "check that the token is complete, not expired and meant for this server",
            Self::UnauthorizedOrRateLimited => {
                "check the API key and its rate limit; wait before trying again, because every try counts"
            }
            Self::PermissionDenied => "give the token the permission that is missing",
            Self::ApiDisabled => "switch the API on in the settings of the instance",
            Self::AddressNotAllowed => "add this address to the allow list of the instance",
            Self::RoleTooLow => "use a token of an owner or admin, or one that may only read",
            Self::NotFound => "check the id, and that the token belongs to the team or organization that owns it",
            Self::NotFoundOrForbidden => "check the id, and what the token's role may see",
            Self::Ambiguous => "give the id of the one that is meant",
            Self::Conflict => "read its state again",
            Self::AlreadyRunning => "wait until it is over, then deploy again",
            Self::RateLimited => "wait before trying again",
            Self::QueueFull => "wait until running deployments are over",
            Self::Unavailable => "try again later; a trigger may have been acted on",
            Self::Unreachable if read => "check the URL and the network",
            Self::Unreachable => "check the URL and the network; nothing was sent",
            Self::CertificateRefused if read => {
                "check the host of the URL, or give the certificate authority that signed the certificate"
            }
            Self::CertificateRefused => {
                "check the host of the URL, or give the certificate authority that signed the certificate; nothing was sent"
            }
            Self::NoAnswer => "the request may have been acted on: read the state before sending it again",
            Self::Unreadable => "check that the URL is that of the platform's API, not of a proxy or login page",
            Self::AnswerTooLarge => "raise the limit with `max_body`, or ask for less",
            Self::NotTriggered => "it is safe to deploy again",
            Self::Undecidable => "look at the target's deployments before deploying again",
            Self::IntentExpired => "prepare the request again",
            Self::TimedOut => "the deployment goes on; watch its id again to learn its outcome",
            Self::Incomplete => "read the state, and plan what is left",
            Self::InvalidInput | Self::InvalidConfiguration | Self::Unsupported | Self::Rejected | Self::DryRun => "",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_all_kinds_leaves_none_out() {
        // A variant without fields is numbered by its place, and `DryRun` is the last one.
        assert_eq!(ErrorKind::ALL.len(), ErrorKind::DryRun as usize + 1);
        assert!(ErrorKind::ALL.iter().enumerate().all(|(place, kind)| place == *kind as usize));
    }
}

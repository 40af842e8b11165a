//! The failed polls of a watch, and what follows from one.

use std::time::Duration;

use tokio::time::Instant;

use super::options::WatchOptions;
use crate::{Error, ErrorKind};

/// The polls of one watch since the last one that read the deployment.
#[derive(Debug, Default)]
pub(super) struct Polls {
    /// A poll of this watch read the deployment, so the credential may read it.
    worked: bool,
    /// When the first of the failed polls began.
    pub(super) first_failed_at: Option<Instant>,
    /// The failed polls of every class, and how many attempts they were.
    pub(super) in_a_row: u32,
    attempts: u32,
    /// The failed polls of the class that is tolerated up to a bound.
    transient: u32,
    /// The credential was refused.
    refused: bool,
    /// The deployment was not found.
    pub(super) missing: Option<Error>,
    /// The last failure.
    pub(super) failure: Option<Error>,
}

/// What follows from a failed poll.
#[derive(Debug)]
pub(super) enum Next {
    /// Another poll.
    Poll {
        /// It comes after the interval, and at least after this time.
        at_least: Option<Duration>,
        /// Why this one failed.
        error: Error,
        /// How many failures of this kind in a row do not end the watch; `None` if only its deadline does.
        tolerated: Option<u32>,
    },
    /// The end of the watch.
    End(Error),
    /// The platform does not know the deployment.
    Lost(Error),
}

/// What a failed poll says about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The next poll may succeed.
    Transient,
    /// The next poll may succeed after the wait that the server asks for.
    Paced,
    /// The credential is refused, or the server says so when its rate limit is used up.
    Refused,
    /// The platform does not know the deployment.
    Missing,
    /// It fails in the same way.
    Final,
}

fn classify(error: &Error) -> Class {
    match error.kind() {
        ErrorKind::NotFound => Class::Missing,
        // A server that says how long to wait is working.
        ErrorKind::RateLimited if error.retry_after().is_some() => Class::Paced,
        // A proxy's page is as temporary as a refused connection; an answer is too large only while its log is long.
        ErrorKind::Unreadable | ErrorKind::AnswerTooLarge => Class::Transient,
        // The kinds of a 401 or 403; a platform may answer 401 also when the key's rate limit is used up.
        ErrorKind::Unauthorized
        | ErrorKind::UnauthorizedOrRateLimited
        | ErrorKind::PermissionDenied
        | ErrorKind::ApiDisabled
        | ErrorKind::AddressNotAllowed
        | ErrorKind::RoleTooLow
        | ErrorKind::NotFoundOrForbidden => Class::Refused,
        _ if error.is_transient() => Class::Transient,
        _ => Class::Final,
    }
}

impl Polls {
    /// Records a poll that read the deployment.
    pub(super) fn succeeded(&mut self) {
        *self = Self { worked: true, ..Self::default() };
    }

    /// Records a failed poll that began at `began`, and decides what follows.
    pub(super) fn failed(&mut self, error: Error, began: Instant, options: &WatchOptions) -> Next {
        // What failed is a read of a deployment that was triggered: to trigger it again would deploy twice.
        let error = error.with_safe_to_repeat(false);
        let class = classify(&error);
        self.attempts = self.attempts.saturating_add(error.attempts());
        self.in_a_row += 1;
        if class == Class::Missing {
            // One endpoint or one replica may not know it yet; a second answer confirms it.
            if self.missing.is_some() {
                return Next::Lost(error);
            }
            self.missing = Some(error.clone());
            return Next::Poll { at_least: None, error, tolerated: Some(1) };
        }
        self.first_failed_at.get_or_insert(began);
        self.transient += u32::from(class == Class::Transient);
        let asked = error.retry_after();
        let (at_least, tolerated) = match class {
            Class::Paced => (asked, None),
            Class::Transient if self.transient <= options.tolerated_failures => {
                (asked, Some(options.tolerated_failures))
            }
            Class::Refused if self.worked && !self.refused => {
                self.refused = true;
                (Some(asked.unwrap_or_default().max(options.longest_interval)), Some(1))
            }
            _ => {
                return match self.missing.take() {
                    Some(missing) => Next::Lost(missing),
                    None => Next::End(error.with_attempts(self.attempts)),
                };
            }
        };
        self.failure = Some(error.clone());
        Next::Poll { at_least, error, tolerated }
    }

    /// Records a poll that began at `began` and got no answer in its time.
    pub(super) fn unanswered(&mut self, began: Instant) {
        self.first_failed_at.get_or_insert(began);
        self.failure.get_or_insert_with(|| {
            Error::new(ErrorKind::NoAnswer, "the last poll got no answer in its time").of_read()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_class() {
        use ErrorKind as K;
        let table = [
            (K::RateLimited, Class::Transient),
            (K::QueueFull, Class::Transient),
            (K::Unavailable, Class::Transient),
            (K::Unreachable, Class::Transient),
            (K::NoAnswer, Class::Transient),
            (K::Unreadable, Class::Transient),
            (K::AnswerTooLarge, Class::Transient),
            (K::Unauthorized, Class::Refused),
            (K::UnauthorizedOrRateLimited, Class::Refused),
            (K::PermissionDenied, Class::Refused),
            (K::ApiDisabled, Class::Refused),
            (K::AddressNotAllowed, Class::Refused),
            (K::RoleTooLow, Class::Refused),
            (K::NotFoundOrForbidden, Class::Refused),
            (K::NotFound, Class::Missing),
            (K::CertificateRefused, Class::Final),
            (K::InvalidInput, Class::Final),
            (K::Unsupported, Class::Final),
            (K::Rejected, Class::Final),
            (K::Undecidable, Class::Final),
        ];
        for (kind, class) in table {
            assert_eq!(classify(&Error::new(kind, "x")), class, "{kind}");
        }
        let paced = Error::new(K::RateLimited, "x").with_retry_after(Some(Duration::from_secs(1)));
        assert_eq!(classify(&paced), Class::Paced);
    }
}

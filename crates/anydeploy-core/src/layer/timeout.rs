//! A limit on how long one call may take.

use std::time::Duration;

use tokio::time::timeout;

use super::{Answer, Call, Interceptor, Next};
use crate::{CallKind, Error, ErrorKind, Result};

/// Gives up a call that takes too long.
///
/// A read or a cancel that is given up is [`ErrorKind::NoAnswer`].
/// A trigger that is given up may have been acted on, so that the error is [`ErrorKind::Undecidable`] and not safe to
/// repeat; an adapter has its own, shorter limit on a request, and recovers the deployment after it.
/// A read of several deployments is not limited.
#[derive(Clone, Copy, Debug)]
pub struct Timeout {
    limit: Duration,
}

impl Timeout {
    /// Gives up a call after this time.
    #[must_use]
    pub const fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl Interceptor for Timeout {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let Ok(answer) = timeout(self.limit, next.call()).await else {
            let (kind, message) = match call.kind() {
                CallKind::Trigger => (ErrorKind::Undecidable, "the call was given up, and may have been acted on"),
                CallKind::Read | CallKind::Cancel => (ErrorKind::NoAnswer, "the call was given up"),
            };
            let message = format!("{message}: `{}` took longer than {:?}", call.method, self.limit);
            return Err(Error::new(kind, message).with_platform(call.deployer.platform()));
        };
        answer
    }
}

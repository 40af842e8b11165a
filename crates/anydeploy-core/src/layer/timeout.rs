//! A limit on how long one call may take.

use std::time::Duration;

use tokio::time::timeout;

use super::{Answer, Call, Interceptor, Next, NextBatch};
use crate::{CallKind, Deployment, DeploymentId, Error, ErrorKind, Method, Result};

/// Gives up a call that takes too long.
///
/// A read, a cancel or a write that is given up is [`ErrorKind::NoAnswer`]; a write may have been acted on, so that it is
/// not safe to repeat.
/// A trigger that is given up may have been acted on, so that the error is [`ErrorKind::Undecidable`] and not safe to
/// repeat; an adapter has its own, shorter limit on a request, and recovers the deployment after it.
/// [`Method::Recover`] has no limit: it may report that nothing was triggered only after it has searched for long enough.
/// Put it inside a [`ConcurrencyLimit`](crate::ConcurrencyLimit), or the time that a call waits for its turn counts.
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
        if call.method == Method::Recover {
            return next.call().await;
        }
        let Ok(answer) = timeout(self.limit, next.call()).await else {
            let (kind, message) = match call.kind() {
                CallKind::Trigger => (ErrorKind::Undecidable, "the call was given up, and may have been acted on"),
                CallKind::Write => (ErrorKind::NoAnswer, "the call was given up, and may have been acted on"),
                CallKind::Read | CallKind::Cancel => (ErrorKind::NoAnswer, "the call was given up"),
            };
            let message = format!("{message}: `{}` took longer than {:?}", call.method, self.limit);
            let error = Error::new(kind, message).with_platform(call.deployer.platform());
            return Err(if call.kind() == CallKind::Read { error.of_read() } else { error });
        };
        answer
    }

    async fn batch(&self, call: Call<'_>, ids: &[DeploymentId], next: NextBatch<'_>) -> Vec<Result<Deployment>> {
        let Ok(answers) = timeout(self.limit, next.call(ids.to_vec())).await else {
            let message = format!("the call was given up: `{}` took longer than {:?}", call.method, self.limit);
            let error = Error::new(ErrorKind::NoAnswer, message).with_platform(call.deployer.platform()).of_read();
            return ids.iter().map(|_| Err(error.clone())).collect();
        };
        answers
    }
}

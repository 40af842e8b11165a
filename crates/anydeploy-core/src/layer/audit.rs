//! A record of each call that changes something.

use std::fmt;
use std::sync::Arc;

use super::{Answer, Call, Interceptor, Next};
use crate::{CallKind, DeploymentId, Error, ErrorKind, Method, Platform, Result, Target};

/// Passes a record to a callback, before and after each call that changes something on the platform.
///
/// Reads are not recorded.
/// The record before the call has no result, so that a process that dies in the middle leaves a record behind.
#[derive(Clone)]
pub struct Audit {
    callback: Arc<dyn Fn(&AuditRecord) + Send + Sync>,
}

/// One call that changes something, as an [`Audit`] records it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditRecord {
    /// The platform.
    pub platform: Platform,
    /// The method.
    pub method: Method,
    /// The target.
    pub target: Option<Target>,
    /// The result; `None` before the call.
    pub result: Option<Result<Option<DeploymentId>, ErrorKind>>,
}

impl Audit {
    /// Passes each record to `callback`, which must not block.
    #[must_use]
    pub fn new(callback: impl Fn(&AuditRecord) + Send + Sync + 'static) -> Self {
        Self { callback: Arc::new(callback) }
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").finish_non_exhaustive()
    }
}

impl Interceptor for Audit {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        if call.kind() == CallKind::Read {
            return next.call().await;
        }
        let platform = call.deployer.platform();
        let mut record = AuditRecord { platform, method: call.method, target: call.target.cloned(), result: None };
        (self.callback)(&record);
        let answer = next.call().await;
        let result = answer.as_ref().map(|answer| answer.deployment().map(|deployment| deployment.id.clone()));
        record.result = Some(result.map_err(Error::kind));
        (self.callback)(&record);
        answer
    }
}

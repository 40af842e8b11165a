//! A record of each call that changes something.

use std::fmt;
use std::mem;
use std::sync::Arc;

use super::{Answer, Call, Interceptor, Next};
use crate::{
    CallKind, DeployRequest, DeploymentId, Error, ErrorKind, Method, Platform, Result, Selection, SelectionEntry,
    SelectionReport, Target,
};

/// Passes a record to a callback, before and after each call that changes something on the platform.
///
/// Reads are not recorded.
/// The record before the call has no result, so that a process that dies in the middle leaves a record behind.
/// A call whose future is dropped in the middle has [`AuditResult::Dropped`] as its result.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use anydeploy_core::testing::MemoryDeployer;
/// use anydeploy_core::{Audit, AuditResult, DeployRequest, Deployer, DeployerExt, Target};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anydeploy_core::Result<()> {
/// let records = Arc::new(Mutex::new(Vec::new()));
/// let sink = Arc::clone(&records);
/// let audit = Audit::new(move |record| sink.lock().unwrap().push(record.clone()));
/// let deployer = MemoryDeployer::new().with_application("web").layered(audit);
/// let id = deployer.deploy(&DeployRequest::new(Target::application("web"))).await?.id;
///
/// let records = records.lock().unwrap();
/// assert_eq!(records[0].result, None);
/// assert_eq!(records[1].result, Some(AuditResult::Succeeded(Some(id))));
/// assert_eq!(records[0].call_id, records[1].call_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Audit {
    callback: Callback,
}

type Callback = Arc<dyn Fn(&AuditRecord) + Send + Sync>;

/// One call that changes something, as an [`Audit`] records it before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditRecord {
    /// A random number that the records of one call share, and that no other call has, also in another process.
    pub call_id: u64,
    /// The platform.
    pub platform: Platform,
    /// The method.
    pub method: Method,
    /// The target.
    pub target: Option<Target>,
    /// The request of a trigger; its [JSON form](crate#json) holds no credential.
    pub request: Option<DeployRequest>,
    /// The deployment that the call is about, as the caller named it; `None` for a trigger.
    pub deployment: Option<DeploymentId>,
    /// The keys of the variables that the call writes or removes; their values are not recorded.
    pub keys: Vec<String>,
    /// The pull request whose preview the call deletes.
    pub pull_request: Option<u64>,
    /// The targets of a call that triggers several.
    pub selection: Option<Selection>,
    /// The result; `None` before the call.
    pub result: Option<AuditResult>,
}

/// How a call ended that changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditResult {
    /// The platform did what was asked; with the deployment that the call returned, if it returns one.
    Succeeded(Option<DeploymentId>),
    /// The platform took a request for several targets; each with its deployment, or with the kind of its error.
    Each(Vec<(Target, Result<DeploymentId, ErrorKind>)>),
    /// The call ended with an error of this kind.
    Failed(ErrorKind),
    /// The caller dropped the future of the call before it ended, so the platform may have acted on it or not.
    Dropped,
}

impl AuditResult {
    fn each(report: Option<&SelectionReport>) -> Self {
        let entries = report.iter().flat_map(|report| &report.entries);
        let each = entries.map(|SelectionEntry { target, result }| {
            let result = result.as_ref().map(|deployment| deployment.id.clone()).map_err(Error::kind);
            (target.clone(), result)
        });
        Self::Each(each.collect())
    }
}

impl Audit {
    /// Passes each record to `callback`, which must neither block nor panic.
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
        let mut audited = AuditedCall::start(&self.callback, call);
        let answer = next.call().await;
        audited.end = match &answer {
            Ok(answer) if answer.report().is_some() => AuditResult::each(answer.report()),
            Ok(answer) => AuditResult::Succeeded(answer.deployment().map(|deployment| deployment.id.clone())),
            Err(error) => AuditResult::Failed(error.kind()),
        };
        answer
    }
}

/// A call under way; its end is recorded when this is dropped, with the call or before it has ended.
struct AuditedCall<'a> {
    callback: &'a Callback,
    record: AuditRecord,
    end: AuditResult,
}

impl<'a> AuditedCall<'a> {
    /// Records that a call begins.
    fn start(callback: &'a Callback, call: Call<'_>) -> Self {
        let record = AuditRecord {
            call_id: fastrand::u64(..),
            platform: call.deployer.platform(),
            method: call.method,
            target: call.target.cloned(),
            request: call.request.cloned(),
            deployment: call.id.cloned(),
            keys: call.plan.iter().flat_map(|plan| plan.writes()).map(|entry| entry.key.clone()).collect(),
            pull_request: call.pull_request,
            selection: call.selection.cloned(),
            result: None,
        };
        callback(&record);
        Self { callback, record, end: AuditResult::Dropped }
    }
}

impl Drop for AuditedCall<'_> {
    fn drop(&mut self) {
        self.record.result = Some(mem::replace(&mut self.end, AuditResult::Dropped));
        (self.callback)(&self.record);
    }
}

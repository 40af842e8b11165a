//! Layers: each interceptor's own rule, and that every call and group passes through one.

mod selecting;
mod writes;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::testing::{MemoryDeployer, ScriptedDeployer};
use anydeploy_core::{
    Answer, Audit, AuditRecord, AuditResult, Call, CallKind, ConcurrencyLimit, DeployRequest, Deployer, DeployerExt,
    Deployment, DeploymentId, DryRun, Error, ErrorKind, Group, HistoryOptions, Identity, Interceptor, LogOptions,
    Method, Next, NextBatch, Platform, Result, Retry, RetryOptions, Revision, Target, Timeout,
};
use futures::future::join_all;

fn web() -> Target {
    Target::application("web")
}

fn id(number: &str) -> DeploymentId {
    DeploymentId::new(Platform::from("memory"), web()).with("deployment", number)
}

fn request() -> DeployRequest {
    DeployRequest::new(web())
}

/// Records the method of each call.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Vec<Method>>>);

impl Interceptor for Recorder {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        self.0.lock().unwrap().push(call.method);
        next.call().await
    }
}

#[tokio::test]
async fn every_call_of_every_group_passes_through_the_interceptor() {
    let recorder = Recorder::default();
    let deployer = MemoryDeployer::new().with_application("web").layered(recorder.clone());
    let id = deployer.deploy(&request()).await.unwrap().id;
    deployer.deployment(&id).await.unwrap();
    deployer.history_of(&web(), HistoryOptions::default()).await.unwrap();
    deployer.logs_of(&id, LogOptions::default()).await.unwrap();
    deployer.cancel_deployment(&id).await.unwrap();
    deployer.service(&web()).await.unwrap();
    deployer.services().await.unwrap();
    deployer.find("web").await.unwrap();
    deployer.check().await.unwrap();
    let expected = [
        Method::Deploy,
        Method::Deployment,
        Method::History,
        Method::Logs,
        Method::Cancel,
        Method::Service,
        Method::Services,
        Method::Find,
        Method::Check,
    ];
    assert_eq!(*recorder.0.lock().unwrap(), expected);
}

#[test]
fn a_layer_offers_the_groups_of_the_deployer_inside() {
    let inner = MemoryDeployer::new().without(Group::Cancel);
    let deployer = inner.layered(Recorder::default());
    assert!(deployer.history().is_some() && deployer.logs().is_some() && deployer.catalog().is_some());
    assert!(deployer.cancel().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_is_given_up_is_undecidable_and_a_read_has_no_answer() {
    let slow = MemoryDeployer::new().with_application("web").with_latency(Duration::from_secs(10));
    let deployer = slow.clone().layered(Timeout::new(Duration::from_secs(1)));
    let error = deployer.deploy(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
    assert_eq!(slow.triggered().len(), 1, "the platform acted on it");
    let id = &slow.triggered()[0].id;
    let read = deployer.deployment(id).await.unwrap_err();
    assert_eq!((read.kind(), read.is_safe_to_repeat()), (ErrorKind::NoAnswer, true));
    assert!(!read.to_string().contains("acted on"), "{read}");
    let batch = deployer.deployments(&[id.clone(), id.clone()]).await;
    assert!(batch.iter().all(|one| one.as_ref().unwrap_err().kind() == ErrorKind::NoAnswer), "{batch:?}");
    let patient = slow.clone().layered(Timeout::new(Duration::from_secs(11)));
    patient.deployment(id).await.unwrap();
}

#[tokio::test]
async fn a_dry_run_reads_and_checks_and_sends_no_trigger() {
    let memory = MemoryDeployer::new().with_application("web");
    let id = memory.deploy(&request()).await.unwrap().id;
    let deployer = memory.clone().layered(DryRun::new());
    deployer.deployment(&id).await.unwrap();
    let error = deployer.deploy(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::DryRun, true), "{error}");
    assert_eq!(deployer.cancel_deployment(&id).await.unwrap_err().kind(), ErrorKind::DryRun);
    let unusable = request().with_revision(Revision::Commit(" ".into()));
    assert_eq!(deployer.deploy(&unusable).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(memory.triggered().len(), 1);
}

/// An audit, and the records that it has made.
fn audit() -> (Audit, Arc<Mutex<Vec<AuditRecord>>>) {
    let records = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&records);
    (Audit::new(move |record| sink.lock().unwrap().push(record.clone())), records)
}

#[tokio::test]
async fn an_audit_records_what_changes_something_before_and_after_the_call() {
    let (audit, records) = audit();
    let deployer = MemoryDeployer::new().with_application("web").layered(audit);
    let request = request().with_reason("release 1.4.2");
    let id = deployer.deploy(&request).await.unwrap().id;
    deployer.deployment(&id).await.unwrap();
    deployer.cancel_deployment(&id).await.unwrap();
    deployer.deploy(&DeployRequest::new(Target::application("nowhere"))).await.unwrap_err();
    let records = records.lock().unwrap();
    let results: Vec<_> = records.iter().map(|record| (record.method, record.result.clone())).collect();
    let expected = [
        (Method::Deploy, None),
        (Method::Deploy, Some(AuditResult::Succeeded(Some(id.clone())))),
        (Method::Cancel, None),
        (Method::Cancel, Some(AuditResult::Succeeded(Some(id.clone())))),
        (Method::Deploy, None),
        (Method::Deploy, Some(AuditResult::Failed(ErrorKind::NotFound))),
    ];
    assert_eq!(results, expected);
    for (before, after) in [(0, 1), (2, 3), (4, 5)] {
        let mut same = records[after].clone();
        same.result = None;
        assert_eq!(same, records[before], "only the result differs");
    }
    let ids: HashSet<_> = records.iter().map(|record| record.call_id).collect();
    assert_eq!(ids.len(), 3, "each call has an id of its own");
    assert_eq!((&records[0].target, &records[0].request), (&Some(web()), &Some(request)));
    assert_eq!((&records[0].deployment, &records[2].deployment), (&None, &Some(id)));
}

#[tokio::test(start_paused = true)]
async fn an_audit_records_a_call_whose_future_is_dropped_in_the_middle() {
    let (audit, records) = audit();
    let slow = MemoryDeployer::new().with_application("web").with_latency(Duration::from_secs(10));
    let deployer = slow.clone().layered(audit);
    tokio::time::timeout(Duration::from_secs(1), deployer.deploy(&request())).await.unwrap_err();
    assert_eq!(slow.triggered().len(), 1, "the platform acted on it");
    let records = records.lock().unwrap();
    let results: Vec<_> = records.iter().map(|record| (record.call_id, record.result.clone())).collect();
    let call_id = records[0].call_id;
    assert_eq!(results, [(call_id, None), (call_id, Some(AuditResult::Dropped))]);
}

/// Counts the calls that are under way at once.
#[derive(Clone, Debug, Default)]
struct Gauge {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Interceptor for Gauge {
    async fn batch(&self, _: Call<'_>, ids: &[DeploymentId], next: NextBatch<'_>) -> Vec<Result<Deployment>> {
        let now = self.now.fetch_add(ids.len(), Ordering::SeqCst) + ids.len();
        self.most.fetch_max(now, Ordering::SeqCst);
        let answers = next.call(ids.to_vec()).await;
        self.now.fetch_sub(ids.len(), Ordering::SeqCst);
        answers
    }

    async fn call<T: Answer>(&self, _: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let answer = next.call().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

#[tokio::test(start_paused = true)]
async fn only_so_many_calls_are_under_way_at_once_and_none_is_lost() {
    for limit in [0, 1, 3] {
        let gauge = Gauge::default();
        let slow = MemoryDeployer::new().with_latency(Duration::from_secs(1));
        let deployer = slow.layered(gauge.clone()).layered(ConcurrencyLimit::new(limit));
        let answers = join_all((0..10).map(|_| deployer.services())).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(gauge.most.load(Ordering::SeqCst), limit.max(1));
        let ids: Vec<_> = (0..10).map(|number| id(&number.to_string())).collect();
        assert_eq!(deployer.deployments(&ids).await.len(), 10);
        assert_eq!(gauge.most.load(Ordering::SeqCst), limit.max(1), "a batch is made in parts");
    }
}

#[test]
fn each_method_has_a_kind() {
    assert_eq!(Method::Deploy.kind(), CallKind::Trigger);
    assert_eq!(Method::Cancel.kind(), CallKind::Cancel);
    for read in [Method::Deployment, Method::Deployments, Method::History, Method::Logs, Method::Check] {
        assert_eq!(read.kind(), CallKind::Read);
    }
    assert!(ScriptedDeployer::new().offers(Method::Deploy));
}

#[test]
fn a_call_may_be_made_again_only_where_that_cannot_deploy_twice() {
    let error = |kind| Error::new(kind, "something");
    let cases = [
        (error(ErrorKind::Unreachable), true, true),
        (error(ErrorKind::NotTriggered), false, true),
        (error(ErrorKind::Undecidable), false, false),
        (error(ErrorKind::NoAnswer), true, false),
        (error(ErrorKind::Unavailable), true, false),
        (error(ErrorKind::Unauthorized), false, false),
    ];
    for (error, read, trigger) in cases {
        let may = [CallKind::Read, CallKind::Cancel, CallKind::Trigger].map(|kind| error.may_call_again(kind));
        assert_eq!(may, [read, read, trigger], "{error}");
        assert_eq!(
            error.is_ambiguous(),
            !trigger && error.kind() != ErrorKind::Unauthorized && !error.is_safe_to_repeat()
        );
    }
    assert!(!error(ErrorKind::NoAnswer).of_read().is_ambiguous(), "a read changes nothing");
}

#[tokio::test]
async fn a_retry_never_returns_the_running_deployment_of_another_call() {
    let memory = MemoryDeployer::new().with_application("web").with_merging();
    memory.deploy(&request()).await.unwrap();
    memory.advance(1);
    memory.fail_next(Method::Deploy, Error::new(ErrorKind::Unreachable, "connection refused"));
    let options = RetryOptions::default().with_backoff(Duration::ZERO, Duration::ZERO);
    let error = memory.layered(Retry::new().with_options(options)).deploy(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.last().unwrap().identity), (ErrorKind::AlreadyRunning, Identity::Adopted));
}

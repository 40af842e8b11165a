//! Layers around a trigger in two steps: which step is a trigger, and what each layer makes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anydeploy_core::testing::MemoryDeployer;
use anydeploy_core::{
    Answer, Audit, Call, CallKind, DeployRequest, DeployerExt, DryRun, ErrorKind, Group, Intent, Interceptor, Method,
    Next, Platform, Result, Target, Timeout,
};

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("web")).with_reason("release 1.4.2")
}

fn memory() -> MemoryDeployer {
    MemoryDeployer::new().with_application("web")
}

/// The method, the kind and the reason of a call.
type Recorded = (Method, CallKind, Option<String>);

/// Records each call.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl Interceptor for Recorder {
    async fn call<T: Answer>(&self, call: Call<'_>, next: Next<'_, T>) -> Result<T> {
        let reason = call.request.and_then(|request| request.reason().map(str::to_owned));
        self.0.lock().unwrap().push((call.method, call.kind(), reason));
        next.call().await
    }
}

#[tokio::test]
async fn each_step_passes_through_the_interceptor_as_what_it_is() {
    let recorder = Recorder::default();
    let deployer = memory().layered(recorder.clone());
    let intent = deployer.prepare(&request()).await.unwrap();
    deployer.send(&intent).await.unwrap();
    deployer.recover(&intent).await.unwrap();
    let reason = || request().reason().map(str::to_owned);
    let expected = [
        (Method::Prepare, CallKind::Read, reason()),
        (Method::Send, CallKind::Trigger, reason()),
        (Method::Recover, CallKind::Read, reason()),
    ];
    assert_eq!(*recorder.0.lock().unwrap(), expected);
    let without = memory().without(Group::TwoPhase).layered(recorder);
    assert_eq!(without.prepare(&request()).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_dry_run_prepares_and_recovers_and_does_not_send() {
    let memory = memory();
    let deployer = memory.clone().layered(DryRun::new());
    let intent = deployer.prepare(&request()).await.unwrap();
    assert_eq!(deployer.send(&intent).await.unwrap_err().kind(), ErrorKind::DryRun);
    assert_eq!(deployer.recover(&intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert!(memory.triggered().is_empty());
}

#[tokio::test]
async fn an_audit_records_the_step_that_sends_and_no_other() {
    let methods = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&methods);
    let deployer = memory().layered(Audit::new(move |record| sink.lock().unwrap().push(record.method)));
    let intent = deployer.prepare(&request()).await.unwrap();
    deployer.send(&intent).await.unwrap();
    deployer.recover(&intent).await.unwrap();
    assert_eq!(*methods.lock().unwrap(), [Method::Send; 2], "before and after");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_given_up_is_open_only_if_it_sends() {
    let memory = memory();
    let intent = memory.prepare(&request()).await.unwrap();
    let slow = memory.with_latency(Duration::from_secs(10)).layered(Timeout::new(Duration::from_secs(1)));
    let sent = slow.send(&intent).await.unwrap_err();
    assert_eq!((sent.kind(), sent.is_safe_to_repeat()), (ErrorKind::Undecidable, false));
    let prepared = slow.prepare(&request()).await.unwrap_err();
    assert_eq!((prepared.kind(), prepared.is_safe_to_repeat()), (ErrorKind::NoAnswer, true));
}

#[test]
fn an_intent_is_that_of_one_platform_and_keeps_the_whole_request() {
    let (alpha, beta) = (Platform::new("alpha"), Platform::new("beta"));
    let intent = Intent::new(alpha.clone(), "1", request(), 7.into());
    assert_eq!(intent.request(), &request());
    intent.expect_platform(&alpha).unwrap();
    let error = intent.expect_platform(&beta).unwrap_err();
    assert_eq!((error.kind(), error.platform()), (ErrorKind::InvalidInput, Some(&beta)));
}

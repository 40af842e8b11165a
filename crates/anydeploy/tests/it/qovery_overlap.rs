//! Many callers deploy the same few services at once, and each gets its own deployment or none.
//!
//! Everything is counted in ticks: the callers take their steps together, and then a tick passes for the server, its
//! clock and the timers of the adapter.

use std::collections::HashMap;
use std::sync::mpsc;
use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, Deployment, DeploymentId, ErrorKind, Identity, Phase, Qovery, Target, TargetKind,
};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, Pace, QoveryQuirk, QoveryScript, QoveryTriggered};
use futures::future::join_all;
use tokio::task::spawn_blocking;
use tokio::time::advance;

const CALLERS: usize = 3;
const ROUNDS: usize = 3;

const TICK: Duration = Duration::from_millis(100);
const GRACE: Duration = Duration::from_secs(1);

/// More ticks than all rounds take.
const MAX_TICKS: u64 = 50_000;

/// One caller, which deploys one target again and again.
struct Caller {
    target: Target,
    rounds: usize,
    /// The id that it got from its trigger, and the last that it read.
    current: Option<(DeploymentId, Deployment)>,
    ended: Vec<(DeploymentId, Deployment)>,
}

impl Caller {
    fn is_done(&self) -> bool {
        self.rounds == 0 && self.current.is_none()
    }

    /// Triggers a deployment, or reads the one that goes on.
    async fn step(&mut self, qovery: &Qovery) {
        let Some((first, seen)) = self.current.take() else {
            if let Some(left) = self.rounds.checked_sub(1) {
                self.rounds = left;
                let deployment = qovery.deploy(&DeployRequest::new(self.target.clone())).await.unwrap();
                self.current = Some((deployment.id.clone(), deployment));
            }
            return;
        };
        match qovery.deployment(&seen.id).await {
            Ok(read) if read.is_over() => self.ended.push((first, read)),
            Ok(read) => self.current = Some((first, read)),
            // No outcome rather than a wrong one.
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Undecidable | ErrorKind::NotFound), "{error:#}");
            }
        }
    }
}

/// Lets all callers deploy at once, compares each outcome with what the server did, and returns how each was identified.
async fn deploy_concurrently(builder: FakeQoveryBuilder) -> Vec<Identity> {
    // While a blocking task runs, paused time passes only by `advance`, and not whenever a socket is waited for.
    let (release, held) = mpsc::channel::<()>();
    let holder = spawn_blocking(move || held.recv().is_ok());
    let fake = builder.pace(Pace::Manual).clock_by_ticks(TICK).without_recording().start().await;
    let qovery = Qovery::builder().url(fake.url()).token(fake.token()).grace(GRACE).build().unwrap();
    for (service, every) in [(fake.application(), 2), (fake.container(), 3)] {
        for round in 0..CALLERS * ROUNDS * 3 {
            let fails = round % every == 0;
            let script = if fails { QoveryScript::fails_with("no") } else { QoveryScript::succeeds() };
            fake.next_deployment(&service, script);
        }
    }
    let targets = [
        Target::application(fake.application()),
        Target::new(TargetKind::Container, fake.container()),
        Target::environment(fake.environment()),
    ];
    let callers = targets.iter().flat_map(|target| std::iter::repeat_n(target, CALLERS));
    let caller = |target: &Target| Caller { target: target.clone(), rounds: ROUNDS, current: None, ended: Vec::new() };
    let mut callers: Vec<Caller> = callers.map(caller).collect();
    let mut ticks = 0;
    while !callers.iter().all(Caller::is_done) {
        join_all(callers.iter_mut().map(|caller| caller.step(&qovery))).await;
        fake.advance(1);
        advance(TICK).await;
        ticks += 1;
        assert!(ticks < MAX_TICKS, "the callers do not end");
    }
    let truth = fake.triggered();
    let mut identities = Vec::new();
    let mut started: HashMap<String, usize> = HashMap::new();
    for (first, deployment) in callers.into_iter().flat_map(|caller| caller.ended) {
        let execution = deployment.id.get("execution").unwrap();
        let truth = truth.iter().find(|triggered| triggered.execution_id == execution).unwrap();
        let succeeded = deployment.status.phase == Phase::Succeeded;
        assert_eq!(succeeded, state_in(truth, &deployment) == "DEPLOYED", "{deployment:?} {truth:?}");
        match first.get("request") {
            Some(request) => assert!(truth.request_ids.iter().any(|id| id == request), "{deployment:?} {truth:?}"),
            None => *started.entry(execution.to_owned()).or_default() += 1,
        }
        identities.push(deployment.identity);
    }
    assert!(started.values().all(|callers| *callers == 1), "what starts at once is one caller's: {started:?}");
    drop(release);
    holder.await.unwrap();
    identities
}

/// How a deployment really ended.
fn state_in(truth: &QoveryTriggered, deployment: &Deployment) -> String {
    if *deployment.target().kind() == TargetKind::Environment {
        return truth.state.clone().unwrap();
    }
    let service = truth.services.iter().find(|service| service.service == deployment.target().id()).unwrap();
    service.state.clone().unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_concurrent_caller_gets_another_callers_deployment() {
    let identities = deploy_concurrently(FakeQovery::builder()).await;
    assert!(identities.len() > CALLERS * ROUNDS, "{identities:?}");
    assert!(identities.contains(&Identity::Adopted), "{identities:?}");
}

#[tokio::test(start_paused = true)]
async fn no_concurrent_caller_gets_another_callers_deployment_where_the_server_names_no_requests() {
    let builder = FakeQovery::builder().quirk(QoveryQuirk::DroppedRequestId).quirk(QoveryQuirk::ForgottenRequests);
    let identities = deploy_concurrently(builder).await;
    assert!(!identities.contains(&Identity::Exact), "{identities:?}");
}

#[tokio::test(start_paused = true)]
async fn no_concurrent_caller_gets_another_callers_deployment_where_merged_requests_keep_their_ids() {
    deploy_concurrently(FakeQovery::builder().quirk(QoveryQuirk::SeparateRequestIds)).await;
}

//! Many callers deploy the same few services at once, and each is told of its own deployment.

use std::collections::HashMap;
use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, ErrorKind, Identity, Outcome, Qovery, Target,
    TargetKind, WatchOptions,
};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, Pace, QoveryQuirk, QoveryScript, QoveryTriggered};

const CALLERS: usize = 3;
const ROUNDS: usize = 4;

/// What one caller was told.
struct Told {
    first: DeploymentId,
    outcome: Outcome,
}

async fn caller(qovery: Qovery, target: Target) -> Vec<Told> {
    let options = WatchOptions::within(Duration::from_secs(30));
    let options = options.with_intervals(Duration::from_millis(4), Duration::from_millis(12)).with_log_tail(0);
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        let deployment = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
        match qovery.watch(&deployment.id, options.clone()).await {
            Ok(outcome) => told.push(Told { first: deployment.id, outcome }),
            // Nothing is told rather than something wrong.
            Err(error) => assert_eq!(error.kind(), ErrorKind::Undecidable, "{error:#}"),
        }
    }
    told
}

/// Lets a crowd deploy, compares what each was told with what the server did, and says how each was known.
///
/// Whoever looks too seldom may lose sight of a deployment; then nothing is told.
async fn crowd(builder: FakeQoveryBuilder) -> Vec<Identity> {
    let fake = builder.pace(Pace::Every(Duration::from_millis(10))).start().await;
    let grace = Duration::from_millis(500);
    let qovery = Qovery::builder().url(fake.url()).token(fake.token()).grace(grace).build().unwrap();
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
    let callers: Vec<_> = callers.map(|target| tokio::spawn(caller(qovery.clone(), target.clone()))).collect();
    let mut identities = Vec::new();
    let mut started: HashMap<String, usize> = HashMap::new();
    for caller in callers {
        for Told { first, outcome } in caller.await.unwrap() {
            if let Outcome::Lost(_) = outcome {
                continue;
            }
            let deployment = outcome.deployment().unwrap();
            let execution = deployment.id.get("execution").unwrap();
            let truth = fake.triggered();
            let truth = truth.iter().find(|triggered| triggered.execution_id == execution).unwrap();
            assert_eq!(outcome.is_success(), state_in(truth, deployment) == "DEPLOYED", "{outcome:?} {truth:?}");
            match first.get("request") {
                Some(request) => assert!(truth.request_ids.iter().any(|id| id == request), "{outcome:?} {truth:?}"),
                None => *started.entry(execution.to_owned()).or_default() += 1,
            }
            identities.push(deployment.identity);
        }
    }
    assert!(started.values().all(|callers| *callers == 1), "what starts at once is one caller's: {started:?}");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_someone_elses_deployment() {
    let identities = crowd(FakeQovery::builder()).await;
    assert!(identities.len() > CALLERS * ROUNDS, "{identities:?}");
    assert!(identities.contains(&Identity::Adopted), "{identities:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_someone_elses_deployment_where_the_server_names_no_requests() {
    let builder = FakeQovery::builder().quirk(QoveryQuirk::DroppedRequestId).quirk(QoveryQuirk::ForgottenRequests);
    let identities = crowd(builder).await;
    assert!(!identities.contains(&Identity::Exact), "{identities:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_someone_elses_deployment_where_merged_requests_keep_their_ids() {
    crowd(FakeQovery::builder().quirk(QoveryQuirk::SeparateRequestIds)).await;
}

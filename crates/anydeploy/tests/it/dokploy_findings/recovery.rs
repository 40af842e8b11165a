//! Answers that are lost: what is read while they are waited for, and before it is said that nothing was triggered.

use std::pin::pin;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anydeploy::{DeployRequest, Deployer, Dokploy, ErrorKind, Identity, Target, TargetKind};
use anydeploy_fakes::{DokployScript, FakeDokploy, Fault, FaultPlan, FaultyNetwork, Pace, RequestKind};
use futures::future::{Either, select};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::dokploy::assert_that_two_at_once_overlap;

/// The longest time of a tick of the server below, on a machine that is as quick as the server.
const TICK: Duration = Duration::from_millis(500);

/// Lets a tick pass with each request, and one in each `TICK` without any: so a build is as short as a few polls, however
/// busy the machine is.
async fn tick_with_requests(fake: &FakeDokploy, network: &FaultyNetwork) -> ! {
    loop {
        let (requests, started) = (network.exchanges(), Instant::now());
        while network.exchanges() == requests && started.elapsed() < TICK {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        fake.advance(1);
    }
}

#[tokio::test]
async fn a_swallowed_answer_to_a_short_git_build_is_exact_in_95_of_100() {
    for (kind, rounds) in [(TargetKind::Application, 100), (TargetKind::Compose, 20)] {
        let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let id = match kind {
            TargetKind::Compose => fake.add_git_compose("shop"),
            _ => fake.add_git_application("shop"),
        };
        // A build is over, and its tag overwritten, after five ticks; the answer is given up after seven at least.
        let builder = Dokploy::builder().url(network.url()).token(fake.token());
        let dokploy = builder.timeout(TICK * 7).grace(Duration::from_secs(6)).build().unwrap();
        network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]));
        let request = DeployRequest::new(Target::new(kind.clone(), id));
        let mut exact = 0;
        for _ in 0..rounds {
            let deploy = pin!(dokploy.deploy(&request));
            let ticks = pin!(tick_with_requests(&fake, &network));
            let Either::Left((deployed, _)) = select(deploy, ticks).await;
            exact += usize::from(deployed.is_ok_and(|one| one.identity == Identity::Exact));
            fake.advance(10);
        }
        assert!(exact * 100 >= rounds * 95, "{kind:?}: {exact} of {rounds}");
        assert_eq!(fake.triggered().len(), rounds, "each was triggered once");
    }
}

#[tokio::test]
async fn a_job_that_waits_while_its_answer_is_swallowed_is_found_in_the_queue() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let builder = Dokploy::builder().url(network.url()).token(fake.token());
    let dokploy = builder.timeout(Duration::from_secs(20)).grace(Duration::from_secs(3)).build().unwrap();
    fake.next_deployment(&fake.compose(), DokployScript::succeeds().hanging());
    fake.deploy_by_someone_else(&fake.compose());
    network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]));
    let started = Instant::now();
    let waiting = dokploy.deploy(&DeployRequest::new(Target::application(fake.application()))).await.unwrap();
    assert_eq!((waiting.identity, waiting.status.raw.as_str()), (Identity::Pending, "waiting"));
    assert!(started.elapsed() < Duration::from_secs(15), "it is found while the answer is waited for");
}

#[tokio::test]
async fn two_triggers_whose_answers_are_swallowed_say_in_their_ids_that_there_were_two() {
    let fake = FakeDokploy::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
    let builder = Dokploy::builder().url(network.url()).token(fake.token());
    let dokploy = builder.timeout(Duration::from_secs(20)).grace(Duration::from_secs(3)).build().unwrap();
    fake.next_deployment(&fake.compose(), DokployScript::succeeds().hanging());
    fake.deploy_by_someone_else(&fake.compose());
    network.follow(FaultPlan::always(Fault::SilenceAfter).on([RequestKind::Trigger]));
    let request = DeployRequest::new(Target::application(fake.application()));
    assert_that_two_at_once_overlap(&dokploy, &request).await;
}

/// A server that answers a trigger by 504 and acts on it so late that only the last poll can see it.
///
/// The job comes and ends between the read of the queue and the read of the rows, or shows as `shown` says.
#[derive(Default)]
struct Late {
    trigger: Mutex<Option<(Instant, String)>>,
    acted_on: Mutex<bool>,
}

impl Late {
    fn row(&self) -> Value {
        let trigger = self.trigger.lock().unwrap();
        let description = trigger.as_ref().map(|(_, description)| description.clone());
        let rows = self.acted_on.lock().unwrap().then(|| {
            json!({
                "deploymentId": "late", "title": "t", "description": description, "status": "running",
                "createdAt": "2026-11-22T15:35:52.695Z",
            })
        });
        rows.into_iter().collect()
    }
}

#[tokio::test]
async fn a_job_that_starts_between_two_reads_of_the_last_poll_is_not_taken_for_none() {
    const GRACE: Duration = Duration::from_secs(1);
    for (prefix, kind) in [("application", TargetKind::Application), ("compose", TargetKind::Compose)] {
        let server = MockServer::builder().start().await;
        let late: &'static Late = Box::leak(Box::default());
        let rows = if kind == TargetKind::Compose { "/api/deployment.allByCompose" } else { "/api/deployment.all" };
        Mock::given(path(rows))
            .respond_with(move |_: &Request| ResponseTemplate::new(200).set_body_json(late.row()))
            .mount(&server)
            .await;
        let queue = move |_: &Request| {
            let trigger = late.trigger.lock().unwrap();
            let is_last = trigger.as_ref().is_some_and(|(at, _)| at.elapsed() >= GRACE / 2);
            *late.acted_on.lock().unwrap() |= is_last;
            ResponseTemplate::new(200).set_body_json(json!([]))
        };
        Mock::given(path("/api/deployment.queueList")).respond_with(queue).mount(&server).await;
        let trigger = move |request: &Request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let description = body["description"].as_str().unwrap().to_owned();
            *late.trigger.lock().unwrap() = Some((Instant::now(), description));
            ResponseTemplate::new(504)
        };
        Mock::given(method("POST"))
            .and(path(format!("/api/{prefix}.deploy")))
            .respond_with(trigger)
            .mount(&server)
            .await;
        let dokploy = Dokploy::builder().url(server.uri()).token("t").grace(GRACE).build().unwrap();
        let deployment = dokploy.deploy(&DeployRequest::new(Target::new(kind, "abc"))).await.unwrap();
        assert_eq!((deployment.identity, deployment.id.get("row")), (Identity::Exact, Some("late")));
    }
}

#[tokio::test]
async fn a_queue_that_cannot_be_read_leaves_a_lost_answer_to_the_rows() {
    for status in [401, 403, 404] {
        let fake = FakeDokploy::builder().quirk(anydeploy_fakes::DokployQuirk::QueueListRefused(status)).start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Dokploy::builder().url(network.url()).token(fake.token());
        let dokploy = builder.grace(Duration::from_secs(1)).build().unwrap();
        let request = DeployRequest::new(Target::application(fake.application()));
        network.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1));
        assert_eq!(dokploy.deploy(&request).await.unwrap().identity, Identity::Exact, "{status}");
        // Without a row it cannot be said that nothing waits.
        network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
        let error = dokploy.deploy(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{status}");
    }
}

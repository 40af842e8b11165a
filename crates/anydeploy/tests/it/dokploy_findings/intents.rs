//! Triggers of a process that died: what another process finds out from the stored intent.

use std::pin::pin;
use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Deployment, Dokploy, ErrorKind, Identity, Intent, Phase, Timing,
};
use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy, Pace, Timeline};

use futures::future::{Either, select};

use crate::support::dokploy::{request, row};

/// A tick of the server, whose time stands still until a test lets it pass.
const TICK: Duration = Duration::from_millis(10);
const HOUR: Duration = Duration::from_hours(1);

fn deployer(fake: &FakeDokploy, timeout: Duration) -> Dokploy {
    let builder = Dokploy::builder().url(fake.url()).token(fake.token()).timeout(timeout);
    builder.timing(Timing::scaled_to(Duration::from_millis(600))).build().unwrap()
}

struct Scene {
    fake: FakeDokploy,
    timeline: Timeline,
    dokploy: Dokploy,
    request: DeployRequest,
}

impl Scene {
    /// A server with an application from git that was deployed before.
    async fn git() -> Self {
        let mut scene = Self::image().await;
        scene.request = request(&scene.fake.add_git_application("shop"));
        scene.deploy_another();
        scene.pass(HOUR);
        scene
    }

    async fn image() -> Self {
        let timeline = Timeline::start();
        let fake = FakeDokploy::builder().pace(Pace::Along(timeline, TICK)).start().await;
        let dokploy = deployer(&fake, Duration::from_secs(1));
        let request = request(&fake.application());
        Self { fake, timeline, dokploy, request }
    }

    fn pass(&self, time: Duration) {
        self.timeline.advance(time);
        self.fake.advance(0);
    }

    fn service(&self) -> &str {
        self.request.target().id()
    }

    /// The stored intent of a process that is gone.
    async fn intent(&self) -> Intent {
        let intent = self.dokploy.prepare(&self.request).await.unwrap();
        // This process must not know it for its own, which it has not sent.
        let mut stored = serde_json::to_value(&intent).unwrap();
        stored["id"] = format!("{} of another process", intent.id()).into();
        serde_json::from_value(stored).unwrap()
    }

    /// The server acts on the trigger of an intent, whose sender has died.
    fn act_on(&self, intent: &Intent) -> usize {
        let nonce = intent.baseline()["plan"]["nonce"].as_str().unwrap();
        self.fake.deploy_by_another_program(self.service(), Some(&format!("[anydeploy:{nonce}]")));
        self.fake.triggered().len() - 1
    }

    fn deploy_another(&self) {
        self.fake.deploy_by_someone_else(self.service());
    }

    /// An hour passes, and ten deployments follow.
    fn ten_more(&self) {
        for _ in 0..10 {
            self.pass(HOUR);
            self.deploy_another();
        }
        self.pass(HOUR);
    }

    async fn recover(&self, intent: &Intent) -> anydeploy::Result<Deployment> {
        let before = self.fake.triggered().len();
        let recovered = self.dokploy.recover(intent).await;
        assert_eq!(self.fake.triggered().len(), before, "it triggers nothing");
        recovered
    }

    fn row(&self, triggered: usize) -> String {
        self.fake.triggered()[triggered].deployment_id.clone().unwrap()
    }
}

#[tokio::test]
async fn a_row_that_keeps_the_tag_is_exact_an_hour_and_ten_deployments_later() {
    let scene = Scene::image().await;
    let intent = scene.intent().await;
    let own = scene.act_on(&intent);
    scene.ten_more();
    let found = scene.recover(&intent).await.unwrap();
    assert_eq!((found.identity, row(&found)), (Identity::Exact, &*scene.row(own)));
}

#[tokio::test]
async fn a_row_that_lost_the_tag_is_inferred_an_hour_and_ten_deployments_later() {
    let scene = Scene::git().await;
    let intent = scene.intent().await;
    let own = scene.act_on(&intent);
    scene.ten_more();
    let found = scene.recover(&intent).await.unwrap();
    assert_eq!((found.identity, row(&found)), (Identity::Inferred, &*scene.row(own)));
    assert_eq!(found.status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_trigger_that_never_came_is_safe_to_repeat_an_hour_and_ten_deployments_later() {
    // The one was deployed before, and the other was not.
    for scene in [Scene::git().await, Scene::image().await] {
        let intent = scene.intent().await;
        scene.ten_more();
        let error = scene.recover(&intent).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
    }
}

#[tokio::test]
async fn a_job_that_waits_is_found_in_the_queue() {
    let scene = Scene::git().await;
    scene.fake.next_deployment(&scene.fake.compose(), DokployScript::succeeds().hanging());
    scene.fake.deploy_by_someone_else(&scene.fake.compose());
    let intent = scene.intent().await;
    scene.act_on(&intent);
    scene.pass(HOUR);
    let found = scene.recover(&intent).await.unwrap();
    assert_eq!((found.identity, found.status.raw.as_str()), (Identity::Pending, "waiting"));
    assert!(scene.dokploy.deployment(&found.id).await.is_ok());
}

#[tokio::test]
async fn a_job_that_waited_for_another_service_is_not_taken_for_none() {
    let scene = Scene::git().await;
    let ten_minutes = DokployScript::succeeds().lasting(60_000);
    scene.fake.next_deployment(&scene.fake.compose(), ten_minutes);
    scene.fake.deploy_by_someone_else(&scene.fake.compose());
    let intent = scene.intent().await;
    scene.act_on(&intent);
    scene.pass(HOUR);
    let error = scene.recover(&intent).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}

#[tokio::test]
async fn another_programs_deployment_in_the_gap_is_never_exact() {
    for acted_on in [false, true] {
        let scene = Scene::git().await;
        let intent = scene.intent().await;
        scene.fake.deploy_by_another_program(scene.service(), Some("[anydeploy:another]"));
        if acted_on {
            scene.act_on(&intent);
        }
        scene.pass(HOUR);
        match scene.recover(&intent).await {
            // With one row in question, order and time are all there is.
            Ok(found) => assert_eq!((acted_on, found.identity), (false, Identity::Inferred)),
            Err(error) => assert_eq!((acted_on, error.kind()), (true, ErrorKind::Undecidable), "{error}"),
        }
    }
}

#[tokio::test]
async fn while_the_first_process_may_still_send_another_programs_deployment_is_not_taken_for_its_own() {
    let scene = Scene::git().await;
    let intent = scene.intent().await;
    scene.deploy_another();
    scene.pass(TICK * 20);
    // The dates of answers are whole seconds, so that the time in which it may be sent lasts for many of them.
    let patient = deployer(&scene.fake, Duration::from_secs(20));
    let polls = || scene.fake.requests().iter().filter(|one| one.path.ends_with("queueList")).count();
    let mut recovery = pin!(patient.recover(&intent));
    // By the sixth poll, what is likely would have been believed.
    while polls() < 6 {
        let soon = pin!(tokio::time::sleep(Duration::from_millis(1)));
        if let Either::Left((early, _)) = select(&mut recovery, soon).await {
            panic!("it ended before the trigger could be sent: {early:?}");
        }
    }
    let own = scene.act_on(&intent);
    let found = recovery.await.unwrap();
    scene.pass(TICK * 2);
    let found = scene.dokploy.deployment(&found.id).await.unwrap();
    assert_eq!((found.identity, row(&found)), (Identity::Exact, &*scene.row(own)));
}

#[tokio::test]
async fn one_deployment_is_not_reported_for_two_intents() {
    let scene = Scene::git().await;
    let (one, other) = (scene.intent().await, scene.intent().await);
    let own = scene.act_on(&one);
    scene.pass(HOUR);
    let found = scene.recover(&one).await.unwrap();
    assert_eq!((found.identity, row(&found)), (Identity::Inferred, &*scene.row(own)));
    assert_eq!(row(&scene.recover(&one).await.unwrap()), scene.row(own), "the same intent has the same answer");
    assert_eq!(scene.recover(&other).await.unwrap_err().kind(), ErrorKind::Undecidable);
}

#[tokio::test]
async fn without_the_queue_only_the_tag_proves_anything() {
    let scene = Scene::image().await;
    scene.fake.enable(DokployQuirk::OldServerWithoutQueueList);
    let (never, intent) = (scene.intent().await, scene.intent().await);
    let own = scene.act_on(&intent);
    scene.pass(HOUR);
    assert_eq!(row(&scene.recover(&intent).await.unwrap()), scene.row(own));
    assert_eq!(scene.recover(&never).await.unwrap_err().kind(), ErrorKind::Undecidable);
}

#[tokio::test]
async fn an_intent_is_sent_once_and_recovered_from_then_on() {
    let scene = Scene::image().await;
    let intent = scene.dokploy.prepare(&scene.request).await.unwrap();
    let sent = scene.dokploy.send(&intent).await.unwrap();
    assert_eq!(scene.fake.triggered().len(), 1);
    scene.pass(TICK * 20);
    let again = scene.dokploy.send(&intent).await.unwrap();
    assert_eq!((scene.fake.triggered().len(), again.identity), (1, Identity::Exact), "{sent:?} {again:?}");
    let stored = serde_json::to_string(&intent).unwrap();
    assert!(!stored.contains(scene.fake.token()), "{stored}");
}

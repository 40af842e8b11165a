//! Triggers: what is known of a deployment after each way in which one may go.

use anydeploy_adapter::{
    DeployRequest, Deployer, DeployerExt, DeploymentId, ErrorKind, Identity, Intent, Phase, Target, Timing,
};
use hyper::Method;
use toy_platform::PLATFORM;

use crate::deployer;
use crate::fake::{FakeToy, Fault};

/// A request for a new app with a deployment of its own before.
fn request(fake: &FakeToy) -> DeployRequest {
    let app = fake.add_app(&[]);
    fake.deploy_by_someone_else(&app);
    DeployRequest::new(Target::application(app)).with_reason("release 7")
}

/// How many deployments the app of a request has.
fn deployments(fake: &FakeToy, request: &DeployRequest) -> usize {
    fake.notes(request.target().id()).len()
}

#[tokio::test]
async fn the_deployment_of_a_lost_answer_is_found_by_its_tag() {
    let fake = FakeToy::start().await;
    let request = request(&fake);
    fake.fail_next(Method::POST, Fault::LostAnswer);
    let found = deployer(&fake, Timing::default()).deploy(&request).await.unwrap();
    assert_eq!((found.identity, found.title.as_deref()), (Identity::Exact, Some("release 7")));
    assert_eq!((found.id.get("deployment"), deployments(&fake, &request)), (Some("d1"), 2));
}

#[tokio::test]
async fn an_intent_is_sent_once_and_another_process_finds_its_deployment() {
    let fake = FakeToy::start().await;
    let (toy, request) = (deployer(&fake, Timing::default()), request(&fake));
    let intent = toy.prepare(&request).await.unwrap();
    let stored = serde_json::to_string(&intent).unwrap();
    assert_eq!(deployments(&fake, &request), 1, "a preparation triggers nothing");
    let sent = toy.send(&intent).await.unwrap();
    fake.deploy_by_someone_else(request.target().id());
    let read: Intent = serde_json::from_str(&stored).unwrap();
    let other_process = deployer(&fake, Timing::default());
    let recovered = other_process.recover(&read).await.unwrap();
    assert_eq!(recovered.identity, Identity::Exact);
    assert_eq!(recovered.id.get("deployment"), sent.id.get("deployment"));
    let again = other_process.send(&read).await.unwrap();
    assert_eq!((again.id, deployments(&fake, &request)), (recovered.id, 3));
}

#[tokio::test]
async fn a_deployment_is_pending_until_a_read_shows_it() {
    let fake = FakeToy::start().await;
    let app = fake.add_app(&[&["hidden", "waiting", "live"]]);
    let toy = deployer(&fake, Timing::default());
    let accepted = toy.deploy(&DeployRequest::new(Target::application(app))).await.unwrap();
    assert_eq!((accepted.identity, accepted.status.phase), (Identity::Pending, Phase::Queued));
    let hidden = toy.deployment(&accepted.id).await.unwrap();
    assert_eq!((hidden.identity, &hidden.id), (Identity::Pending, &accepted.id));
    let shown = toy.deployment(&hidden.id).await.unwrap();
    assert_eq!((shown.identity, shown.status.phase), (Identity::Exact, Phase::Queued));
    assert_eq!(shown.id.get("accepted"), None, "from now on its absence is a loss");
}

#[tokio::test]
async fn an_id_with_the_deployment_of_another_app_names_none() {
    let fake = FakeToy::start().await;
    let toy = deployer(&fake, Timing::default());
    let request = request(&fake);
    let deployed = toy.deploy(&request).await.unwrap();
    let other = DeploymentId::new(PLATFORM, Target::application(fake.add_app(&[])));
    let id = other.with("deployment", deployed.id.get("deployment").unwrap());
    assert_eq!(toy.deployment(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(toy.cancel_deployment(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_ne!(toy.deployment(&deployed.id).await.unwrap().status.phase, Phase::Cancelled);
}

//! Previews: targets of their own, which only a pull request makes.

use anydeploy::{
    Action, DeployRequest, ErrorKind, HealthState, Healthy, HistoryOptions, Identity, LogOptions, Outcome,
    ServiceLogOptions, ServiceState, Setting,
};
use anydeploy_fakes::{DokployKey, DokployOperation, DokployQuirk};

use super::*;
use crate::support::dokploy::{paced, quick};

/// The preview of pull request 7 of the application `web`.
fn preview(fake: &FakeDokploy) -> Target {
    Target::new(TargetKind::Preview, fake.add_preview(&fake.application(), 7, "feature"))
}

fn deletes(fake: &FakeDokploy) -> usize {
    fake.writes().iter().filter(|write| write.what == "delete").count()
}

#[tokio::test]
async fn the_previews_of_an_application_are_listed_by_number_with_their_urls() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let (seventh, twelfth) = (preview(&fake), fake.add_preview(web.id(), 12, "fix"));
    let secure = json!({ "https": true, "certificateType": "letsencrypt" });
    let _ = fake.add_domain(seventh.id(), "preview-7.example.test", secure);
    fake.deploy_by_someone_else(seventh.id());
    fake.advance(10);
    let previews = dokploy.previews_of(&web).await.unwrap();
    assert_eq!(previews.iter().map(|preview| preview.pull_request).collect::<Vec<_>>(), [12, 7]);
    assert_eq!(previews[0].target, Target::new(TargetKind::Preview, twelfth));
    let found = &previews[1];
    assert_eq!((&found.target, found.exists, found.branch.as_deref()), (&seventh, Some(true), Some("feature")));
    assert_eq!((found.state, found.raw_state.as_str()), (ServiceState::Running, "done"));
    assert_eq!(found.url.as_deref(), Some("https://preview-7.example.test"));
    assert!(found.deployed_at.is_some() && previews[0].deployed_at.is_none());
    fake.deploy_by_someone_else(seventh.id());
    fake.advance(10);
    let again = dokploy.previews_of(&web).await.unwrap();
    assert!(again[1].deployed_at > found.deployed_at, "{again:?}");
    let unknown = dokploy.previews_of(&Target::application("nosuchnosuch")).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound, "the server lists nothing for it");
}

#[tokio::test]
async fn a_request_with_a_pull_request_deploys_its_preview_and_keeps_its_tag() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let (web, target) = (Target::application(fake.application()), preview(&fake));
    let asked = DeployRequest::new(web).with_pull_request(7).with_reason("ship it");
    let deployment = dokploy.deploy(&asked).await.unwrap();
    assert_eq!((deployment.target(), deployment.pull_request), (&target, Some(7)));
    let Outcome::Succeeded(ended) = dokploy.watch(&deployment.id, quick()).await.unwrap() else { panic!() };
    assert_eq!((ended.identity, ended.action, ended.pull_request), (Identity::Exact, Action::Deploy, Some(7)));
    assert_eq!(ended.title.as_deref(), Some("ship it"));
    let truth = fake.triggered().pop().unwrap();
    assert_eq!((truth.target.as_str(), truth.operation), (target.id(), DokployOperation::Redeploy));
    assert_eq!(truth.deployment_id.as_deref(), ended.id.get("row"));
    let (history, log) = (
        dokploy.history_of(&target, HistoryOptions::default()).await.unwrap(),
        dokploy.logs_of(&ended.id, LogOptions::default()).await.unwrap(),
    );
    assert_eq!((history.len(), log.lines.is_empty()), (1, false));
}

#[tokio::test]
async fn a_preview_is_deployed_and_redeployed_as_a_target() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let target = preview(&fake);
    for request in [DeployRequest::new(target.clone()), DeployRequest::redeploy(target.clone())] {
        let action = request.action();
        let outcome = dokploy.deploy_and_wait(&request, quick()).await.unwrap();
        let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
        assert_eq!((deployment.identity, deployment.action), (Identity::Exact, action));
    }
    assert_eq!(sent(&fake), ["previewDeployment.redeploy"; 2]);
    // The answer `true` is that of the cloud, for what is no preview.
    let web = Target::application(fake.application());
    assert!(dokploy.deploy_and_wait(&DeployRequest::new(web), quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_lost_deployment_of_a_preview_is_found_by_its_tag_and_sent_once() {
    let (fake, _) = paced(FakeDokploy::builder()).await;
    let target = preview(&fake);
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let deployment = lossy.deploy(&DeployRequest::new(target.clone())).await.unwrap();
    assert!(lossy.watch(&deployment.id, quick()).await.unwrap().is_success());
    assert_eq!(fake.triggered().len(), 1);
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = lossy.deploy(&DeployRequest::new(target)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTriggered, "{error:?}");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn the_intent_of_a_pull_request_is_recovered_in_its_preview() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let target = preview(&fake);
    let request = DeployRequest::new(Target::application(fake.application())).with_pull_request(7);
    let intent = dokploy.prepare(&request).await.unwrap();
    let deployment = dokploy.send(&intent).await.unwrap();
    assert!(dokploy.watch(&deployment.id, quick()).await.unwrap().is_success());
    let recovered = deployer(&fake, GRACE).recover(&intent).await.unwrap();
    let triggered = fake.triggered();
    assert_eq!((recovered.target(), recovered.id.get("row")), (&target, triggered[0].deployment_id.as_deref()));
    assert_eq!(triggered.len(), 1);
}

#[tokio::test]
async fn a_pull_request_without_a_preview_is_not_found_and_nothing_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let _ = preview(&fake);
    let request = DeployRequest::new(Target::application(fake.application())).with_pull_request(8);
    let error = dokploy.deploy(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.is_safe_to_repeat() && error.to_string().contains("no call makes one"), "{error}");
    assert!(sent(&fake).is_empty());
}

#[tokio::test]
async fn a_setting_with_a_pull_request_is_refused_before_anything_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let request = DeployRequest::new(web).with_pull_request(7).with_setting(Setting::ImageTag("2".to_owned()));
    assert_eq!(dokploy.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_preview_is_deleted_once_and_gone_twice() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let (web, target) = (Target::application(fake.application()), preview(&fake));
    assert!(dokploy.delete_preview(&web, 7).await.unwrap());
    assert!(!dokploy.delete_preview(&web, 7).await.unwrap());
    assert!(dokploy.previews_of(&web).await.unwrap().is_empty());
    assert_eq!((sent(&fake), deletes(&fake)), (vec!["previewDeployment.delete".to_owned()], 1));
    let error = dokploy.deploy(&DeployRequest::new(target)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(dokploy.delete_preview(&web, 0).await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_lost_deletion_of_a_preview_is_read_back() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let _ = preview(&fake);
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
    assert!(lossy.delete_preview(&web, 7).await.unwrap());
    assert_eq!(deletes(&fake), 1);
}

#[tokio::test]
async fn a_lost_deletion_that_did_nothing_stays_open_and_is_not_sent_again() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let _ = preview(&fake);
    let (network, _) = behind(&fake, Fault::SilenceBefore, RequestKind::Write);
    let builder = Dokploy::builder().url(network.url()).token(fake.token()).grace(GRACE);
    let impatient = builder.timeout(Duration::from_millis(300)).build().unwrap();
    let error = impatient.delete_preview(&Target::application(fake.application()), 7).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error:?}");
    assert_eq!(deletes(&fake), 0);
}

#[tokio::test]
async fn a_preview_that_is_still_there_was_not_deleted_whatever_the_answer_says() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::KeepsPreviews)).await;
    let web = Target::application(fake.application());
    let _ = preview(&fake);
    let error = dokploy.delete_preview(&web, 7).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Incomplete, false), "{error}");
}

#[tokio::test]
async fn a_member_without_the_application_lists_and_deletes_nothing() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let _ = preview(&fake);
    let member = fake.add_key(DokployKey::member());
    let refused = Dokploy::builder().url(fake.url()).token(member).grace(GRACE).build().unwrap();
    assert_eq!(refused.previews_of(&web).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(refused.delete_preview(&web, 7).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(deletes(&fake), 0);
}

#[tokio::test]
async fn only_applications_have_previews_and_a_preview_is_not_started() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let stack = Target::new(TargetKind::Compose, fake.compose());
    let target = Target::new(TargetKind::Preview, "p");
    let refused = [
        dokploy.previews_of(&stack).await.unwrap_err(),
        dokploy.start(&target).await.unwrap_err(),
        dokploy.restart(&target).await.unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.kind() == ErrorKind::Unsupported), "{refused:?}");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn the_health_of_a_preview_is_that_of_its_own_service() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let (web, target) = (Target::application(fake.application()), preview(&fake));
    let health = async |target: &Target| dokploy.health_of(target).await.unwrap().health;
    assert_eq!(health(&target).await, HealthState::Unknown, "it was never deployed");
    for target in [&web, &target] {
        fake.deploy_by_someone_else(target.id());
        fake.advance(20);
        fake.set_health_check(target.id(), Some("healthy"));
    }
    assert_eq!((health(&target).await, health(&web).await), (HealthState::Healthy, HealthState::Healthy));
    fake.set_health_check(target.id(), Some("unhealthy"));
    assert_eq!((health(&target).await, health(&web).await), (HealthState::Degraded, HealthState::Healthy));
    fake.crash(target.id());
    let reading = dokploy.health_of(&target).await.unwrap();
    assert_eq!((reading.restarts, reading.instances.len()), (Some(1), 1), "{reading}");
    let gone = dokploy.health_of(&Target::new(TargetKind::Preview, "nosuchnosuch")).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_preview_is_deployed_until_it_is_healthy() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let target = preview(&fake);
    fake.set_health_check(target.id(), Some("healthy"));
    let settled = Healthy::default().with_settle(Duration::from_millis(60));
    let rollout = dokploy.deploy_until_healthy(&DeployRequest::new(target), settled, quick()).await.unwrap();
    assert!(rollout.is_healthy(), "{rollout}");
}

#[tokio::test]
async fn no_call_reads_what_the_containers_of_a_preview_print_and_nothing_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let target = preview(&fake);
    let error = dokploy.service_logs(&target, ServiceLogOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.advice().contains("log of its deployment"), "{error}");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_member_who_may_deploy_an_application_deploys_its_previews() {
    let (fake, _) = paced(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let target = preview(&fake);
    let key = fake.add_key(DokployKey::member().with_access_to(web.id()));
    let member = Dokploy::builder().url(fake.url()).token(key).grace(Duration::from_secs(3)).build().unwrap();
    for request in [DeployRequest::new(target.clone()), DeployRequest::new(web).with_pull_request(7)] {
        let outcome = member.deploy_and_wait(&request, quick()).await.unwrap();
        let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
        assert_eq!((deployment.target(), deployment.identity), (&target, Identity::Exact));
    }
    let history = member.history_of(&target, HistoryOptions::default()).await.unwrap();
    // Where its rows are is known by now.
    let before = fake.requests().len();
    assert!(member.deployment(&history[0].id).await.unwrap().is_over());
    // An end that is just over is read again for its commit, by the same list.
    let requests = fake.requests().split_off(before);
    assert!(requests.iter().all(|request| request.path == "/api/previewDeployment.all"), "{requests:?}");
    assert!(history.len() == 2 && history[0].created_at >= history[1].created_at, "{history:?}");
    let stranger = fake.add_key(DokployKey::member());
    let stranger = Dokploy::builder().url(fake.url()).token(stranger).grace(GRACE).build().unwrap();
    let error = stranger.deploy(&DeployRequest::new(target)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
}

//! Setting an image tag or a branch, and deploying it.

use anydeploy::{DeployRequest, ErrorKind, Outcome, Phase, RanRevision, Setting};
use anydeploy_fakes::{DokployKey, DokployQuirk, DokployScript};

use super::*;
use crate::support::dokploy::{paced, quick};

fn with_tag(web: &Target, tag: &str) -> DeployRequest {
    DeployRequest::new(web.clone()).with_setting(Setting::ImageTag(tag.to_owned()))
}

async fn column(fake: &FakeDokploy, web: &Target, column: &str) -> String {
    let one = get(fake, format!("/api/application.one?applicationId={}", web.id())).await;
    one[column].as_str().unwrap().to_owned()
}

async fn image(fake: &FakeDokploy, web: &Target) -> String {
    column(fake, web, "dockerImage").await
}

async fn set_image(fake: &FakeDokploy, web: &Target, image: &str) {
    set(fake, "/api/application.update", "applicationId", web.id(), json!({ "dockerImage": image })).await;
}

#[tokio::test]
async fn a_tag_is_set_deployed_and_verified() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    let outcome = dokploy.deploy_and_wait(&with_tag(&web, "2"), quick()).await.unwrap();
    let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
    assert_eq!(deployment.revision, RanRevision::ImageTag("2".into()));
    assert_eq!(image(&fake, &web).await, "registry.example.test/fake:2");
    assert_eq!(fake.running_image(web.id()).as_deref(), Some("registry.example.test/fake:2"));
    // Once it is set, nothing is written for it.
    dokploy.deploy_and_wait(&with_tag(&web, "2"), quick()).await.unwrap();
    assert_eq!(sent(&fake), ["application.update", "application.deploy", "application.deploy"]);
}

#[tokio::test]
async fn a_success_with_another_tag_than_the_one_that_was_set_is_a_failure() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), DokployScript::succeeds().log(["Pulling registry.example.test/fake:9"]));
    let outcome = dokploy.deploy_and_wait(&with_tag(&web, "2"), quick()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert!(failure.deployment.reason.as_deref().unwrap().contains("image tag 2 was asked for"), "{failure:?}");
}

#[tokio::test]
async fn a_failed_deployment_says_that_the_tag_stays() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), DokployScript::fails_with("no such image"));
    let outcome = dokploy.deploy_and_wait(&with_tag(&web, "2"), quick()).await.unwrap();
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.deployment.note.as_deref(), Some("the image tag stays `2`"));
}

#[tokio::test]
async fn a_setting_reaches_a_deployment_that_waits() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = Target::application(fake.application());
    fake.deploy_by_someone_else(web.id());
    fake.deploy_by_someone_else(web.id());
    fake.advance(2);
    let deployment = dokploy.deploy(&with_tag(&web, "2")).await.unwrap();
    fake.advance(5);
    fake.advance(5);
    // The one of somebody else that waited ships the tag as well.
    assert_eq!(fake.running_image(web.id()).as_deref(), Some("registry.example.test/fake:2"));
    fake.advance(20);
    let ended = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!((ended.status.phase, ended.revision), (Phase::Succeeded, RanRevision::ImageTag("2".into())));
}

#[tokio::test]
async fn a_tag_is_set_back_if_nothing_was_deployed() {
    let (fake, _, web) = deployed().await;
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = lossy.deploy(&with_tag(&web, "2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTriggered);
    assert!(error.to_string().contains("`dockerImage` was set back to `registry.example.test/fake:1`"), "{error}");
    assert_eq!(image(&fake, &web).await, "registry.example.test/fake:1");
}

#[tokio::test]
async fn a_lost_change_of_the_tag_is_decided_by_reading() {
    let (fake, _, web) = deployed().await;
    let (_network, lossy) = behind(&fake, Fault::ResetAfter, RequestKind::Write);
    lossy.deploy(&with_tag(&web, "2")).await.unwrap();
    assert_eq!(image(&fake, &web).await, "registry.example.test/fake:2");
    let (_network, lossy) = behind(&fake, Fault::ResetBefore, RequestKind::Write);
    fake.advance(20);
    let triggered = fake.triggered().len();
    let error = lossy.deploy(&with_tag(&web, "3")).await.unwrap_err();
    assert!(error.is_safe_to_repeat(), "{error:?}");
    assert_eq!(fake.triggered().len(), triggered);
}

#[tokio::test]
async fn a_setting_changed_by_somebody_else_is_a_conflict() {
    let (fake, dokploy, web) = deployed().await;
    let intent = dokploy.prepare(&with_tag(&web, "2")).await.unwrap();
    set_image(&fake, &web, "registry.example.test/fake:theirs").await;
    let error = dokploy.send(&intent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(image(&fake, &web).await, "registry.example.test/fake:theirs");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_member_who_may_not_update_is_permission_denied() {
    let (fake, _, web) = deployed().await;
    let key = fake.add_key(DokployKey::member().with_access_to(web.id()));
    let member = Dokploy::builder().url(fake.url()).token(key).build().unwrap();
    let error = member.deploy(&with_tag(&web, "2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_branch_is_set_in_the_column_of_its_source() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let site = Target::application(fake.add_git_application("site"));
    let branch =
        |target: &Target| DeployRequest::new(target.clone()).with_setting(Setting::Branch("release/2".to_owned()));
    assert!(dokploy.deploy_and_wait(&branch(&site), quick()).await.unwrap().is_success());
    assert_eq!(column(&fake, &site, "customGitBranch").await, "release/2");
    let stack = Target::new(TargetKind::Compose, fake.add_git_compose("stack"));
    assert!(dokploy.deploy_and_wait(&branch(&stack), quick()).await.unwrap().is_success());
    let one = get(&fake, format!("/api/compose.one?composeId={}", stack.id())).await;
    assert_eq!(one["customGitBranch"], "release/2");
}

#[tokio::test]
async fn a_setting_that_the_source_does_not_have_is_refused() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let (web, site) = (Target::application(fake.application()), Target::application(fake.add_git_application("site")));
    let branch = DeployRequest::new(web.clone()).with_setting(Setting::Branch("main".to_owned()));
    for refused in [with_tag(&site, "2"), branch] {
        assert_eq!(dokploy.deploy(&refused).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    set_image(&fake, &web, "fake@sha256:00").await;
    assert_eq!(dokploy.deploy(&with_tag(&web, "2")).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let requests = fake.requests().len();
    for tag in ["a b", "-x"] {
        assert_eq!(dokploy.deploy(&with_tag(&web, tag)).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(fake.requests().len(), requests, "what no server deploys is refused before anything is sent");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_late_delivery_is_not_taken_for_a_deployment_with_the_setting() {
    let (fake, _, web) = deployed().await;
    fake.next_deployment(&fake.compose(), DokployScript::hangs());
    fake.deploy_by_someone_else(&fake.compose());
    fake.advance(2);
    fake.enable(DokployQuirk::HeldTrigger);
    let dokploy = deployer(&fake, GRACE);
    let error = dokploy.deploy(&with_tag(&web, "2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTriggered, "{error:?}");
    assert_eq!(image(&fake, &web).await, "registry.example.test/fake:1");
    // The gateway delivers it all the same, when the tag has been set back.
    fake.disable(DokployQuirk::HeldTrigger);
    fake.deliver_held();
    let error = dokploy.deploy(&with_tag(&web, "2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRunning, "{error:?}");
    assert_eq!(fake.triggered().iter().filter(|truth| truth.target == web.id()).count(), 2);
}

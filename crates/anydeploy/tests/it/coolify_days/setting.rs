//! Setting an image tag or a branch, and deploying it.

use anydeploy::{
    Adoption, DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, RanRevision, Setting, Target,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, Fault, RequestKind};

use super::{behind, stepping, written};
use crate::support::coolify::{manual, quick};

const UPDATE: &str = "update docker_registry_image_tag";
const HEAD: &str = "4444444444444444444444444444444444444444";

fn tag(fake: &FakeCoolify, tag: &str) -> DeployRequest {
    DeployRequest::new(Target::application(fake.application())).with_setting(Setting::ImageTag(tag.to_owned()))
}

fn branch(target: &Target, branch: &str) -> DeployRequest {
    DeployRequest::new(target.clone()).with_setting(Setting::Branch(branch.to_owned()))
}

#[tokio::test]
async fn a_tag_is_set_deployed_and_verified() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let outcome = coolify.deploy_and_wait(&tag(&fake, "1.28"), quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::ImageTag("1.28".to_owned()));
    assert_eq!((fake.tag_or_branch(&fake.application()), written(&fake)), ("1.28".to_owned(), vec![UPDATE.to_owned()]));
    // What is set already is not set again.
    coolify.deploy_and_wait(&tag(&fake, "1.28"), quick()).await.unwrap();
    assert_eq!((fake.triggered().len(), written(&fake).len()), (2, 1));
}

#[tokio::test]
async fn a_digest_is_set_deployed_and_verified() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let digest = format!("sha256-{}", "0123456789abcdef".repeat(4));
    let outcome = coolify.deploy_and_wait(&tag(&fake, &digest), quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::ImageTag(digest));
}

#[tokio::test]
async fn a_tag_that_somebody_sets_before_the_deployment_starts_is_no_success() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let busy = fake.add_application("busy");
    for application in [&busy, &fake.add_application("too")] {
        fake.next_deployment(application, CoolifyScript::succeeds().lasting(5));
        fake.deploy_by_someone_else(application);
    }
    let queued = coolify.deploy(&tag(&fake, "1.28")).await.unwrap();
    fake.set_column(&fake.application(), "docker_registry_image_tag", "1.29");
    fake.advance(20);
    let outcome = coolify.watch(&queued.id, quick()).await.unwrap();
    let Outcome::Failed(failure) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.deployment.revision, RanRevision::ImageTag("1.29".to_owned()));
}

#[tokio::test]
async fn a_tag_is_set_back_if_the_deployment_is_merged_into_one_that_runs() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().lasting(50));
    fake.deploy_by_someone_else(&fake.application());
    let error = coolify.deploy(&tag(&fake, "1.28")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRunning);
    assert!(error.to_string().contains("the image tag was set back to `1.27`"), "{error}");
    assert_eq!((fake.tag_or_branch(&fake.application()), fake.triggered().len()), ("1.27".to_owned(), 1));
}

#[tokio::test]
async fn a_deployment_that_began_between_the_list_and_the_change_is_no_answer() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let intent = coolify.prepare(&tag(&fake, "1.28")).await.unwrap();
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().lasting(50));
    fake.deploy_by_someone_else(&fake.application());
    let error = coolify.send(&intent).await.unwrap_err();
    assert_eq!((error.kind(), fake.triggered().len()), (ErrorKind::AlreadyRunning, 1), "{error}");
}

#[tokio::test]
async fn deploying_and_waiting_with_a_tag_waits_for_what_runs_and_sets_it_again() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds().lasting(40));
    fake.deploy_by_someone_else(&fake.application());
    let outcome = coolify.deploy_and_wait(&tag(&fake, "1.28"), quick()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::ImageTag("1.28".to_owned()));
    assert_eq!((fake.tag_or_branch(&fake.application()), fake.triggered().len()), ("1.28".to_owned(), 2));
}

#[tokio::test]
async fn a_waiting_deployment_is_adopted_and_takes_the_tag() {
    let (fake, coolify) = manual(FakeCoolify::builder().concurrent_builds(1)).await;
    fake.deploy_by_someone_else(&fake.add_application("busy"));
    fake.deploy_by_someone_else(&fake.application());
    let adopted = coolify.deploy(&tag(&fake, "1.28").with_adoption(Adoption::Fresh)).await.unwrap();
    assert_eq!((adopted.identity, fake.triggered().len()), (Identity::Adopted, 2));
    fake.advance(20);
    let outcome = coolify.watch(&adopted.id, quick()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::ImageTag("1.28".to_owned()));
}

#[tokio::test]
async fn a_tag_is_set_back_if_the_queue_is_full() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.fill_queue();
    let error = coolify.deploy(&tag(&fake, "1.28")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::QueueFull, true), "{error}");
    assert_eq!(fake.tag_or_branch(&fake.application()), "1.27");
}

#[tokio::test]
async fn a_tag_that_somebody_else_changed_is_a_conflict_and_nothing_is_deployed() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let intent = coolify.prepare(&tag(&fake, "1.28")).await.unwrap();
    fake.set_column(&fake.application(), "docker_registry_image_tag", "1.29");
    let error = coolify.send(&intent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("`1.29`"), "{error}");
    assert!(fake.triggered().is_empty() && written(&fake).is_empty());
}

#[tokio::test]
async fn a_lost_change_is_decided_by_reading_and_made_once() {
    for (fault, found) in [(Fault::ResetAfter, true), (Fault::ResetBefore, false)] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let (_network, coolify) = behind(&fake, fault, RequestKind::Write);
        match coolify.deploy(&tag(&fake, "1.28")).await {
            Ok(deployment) => assert_eq!((found, deployment.identity), (true, Identity::Exact)),
            Err(error) => {
                assert_eq!((found, error.kind(), error.is_safe_to_repeat()), (false, ErrorKind::NoAnswer, false));
                assert_eq!(error.partial().unwrap().unknown, ["image tag"]);
            }
        }
        assert_eq!((fake.triggered().len(), written(&fake).len()), (usize::from(found), usize::from(found)));
    }
}

#[tokio::test]
async fn a_lost_trigger_that_was_not_acted_on_sets_the_tag_back() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = coolify.deploy(&tag(&fake, "1.28")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
    assert!(error.to_string().contains("set back to `1.27`"), "{error}");
    assert_eq!(written(&fake), [UPDATE, UPDATE]);
}

#[tokio::test]
async fn a_branch_is_set_and_its_head_deployed() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let shop = Target::application(fake.add_git_application("shop"));
    fake.push(shop.id(), "next", HEAD);
    let outcome = coolify.deploy_and_wait(&branch(&shop, "next"), quick()).await.unwrap();
    assert_eq!(outcome.deployment().unwrap().revision, RanRevision::Commit(HEAD.to_owned()));
    assert_eq!(fake.tag_or_branch(shop.id()), "next");
}

#[tokio::test]
async fn a_branch_of_an_application_that_is_pinned_to_a_commit_is_a_conflict() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = Target::application(fake.add_git_application("shop"));
    fake.set_column(shop.id(), "git_commit_sha", HEAD);
    let error = coolify.deploy(&branch(&shop, "next")).await.unwrap_err();
    assert_eq!((error.kind(), fake.triggered().len(), written(&fake).len()), (ErrorKind::Conflict, 0, 0), "{error}");
}

#[tokio::test]
async fn a_setting_that_an_application_does_not_have_is_refused_and_nothing_is_changed() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let (web, shop) = (Target::application(fake.application()), Target::application(fake.add_git_application("shop")));
    let image_tag = DeployRequest::new(shop).with_setting(Setting::ImageTag("1.28".to_owned()));
    for request in [branch(&web, "next"), image_tag, tag(&fake, "1.28").with_pull_request(7)] {
        let error = coolify.deploy(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{request:?}");
    }
    let requests = fake.requests().len();
    for request in [tag(&fake, "a:b"), branch(&web, "a b")] {
        assert_eq!(coolify.deploy(&request).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!((fake.requests().len(), written(&fake).len()), (requests, 0));
}

#[tokio::test]
async fn a_failed_deployment_leaves_the_tag_that_was_set() {
    let (fake, coolify) = stepping(FakeCoolify::builder().quirk(CoolifyQuirk::ServerNotFunctional)).await;
    let outcome = coolify.deploy_and_wait(&tag(&fake, "1.28"), quick()).await.unwrap();
    assert!(!outcome.is_success());
    assert_eq!(fake.tag_or_branch(&fake.application()), "1.28");
}

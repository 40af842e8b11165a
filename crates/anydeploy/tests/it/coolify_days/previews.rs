//! Previews of pull requests.

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Preview, Revision, Target, TargetKind};
use anydeploy_fakes::{FakeCoolify, Fault, RequestKind};

use super::{behind, written};
use crate::support::coolify::manual;

fn preview(target: &Target, number: u64, tag: &str) -> DeployRequest {
    let request = DeployRequest::new(target.clone()).with_pull_request(number);
    request.with_revision(Revision::ImageTag(tag.to_owned()))
}

fn numbers(previews: &[Preview]) -> Vec<u64> {
    previews.iter().map(|preview| preview.pull_request).collect()
}

#[tokio::test]
async fn a_preview_is_deployed_listed_and_deleted() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.set_domains(web.id(), "https://shop.example.com,https://www.example.com");
    for number in [7, 12] {
        let deployment = coolify.deploy(&preview(&web, number, "1.28")).await.unwrap();
        assert_eq!((deployment.identity, deployment.pull_request), (Identity::Exact, Some(number)));
    }
    coolify.deploy(&DeployRequest::new(web.clone())).await.unwrap();
    fake.advance(10);
    let previews = coolify.previews_of(&web).await.unwrap();
    assert_eq!(numbers(&previews), [12, 7], "production is none");
    assert_eq!(previews[1].url.as_deref(), Some("https://7.shop.example.com"));
    assert!(previews[1].deployed_at.is_some());
    assert!(coolify.delete_preview(&web, 7).await.unwrap());
    assert_eq!((fake.previews(web.id()), written(&fake)), (vec![12], vec!["delete preview 7".to_owned()]));
}

#[tokio::test]
async fn a_tag_that_is_none_is_refused_and_blocks_no_preview() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    for tag in ["a:b", "a b", " 1.28", "1.28 ", "", ".x", "a/b", &"a".repeat(129)] {
        let error = coolify.deploy(&preview(&web, 7, tag)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::InvalidInput, true), "{tag:?}");
    }
    assert!(fake.requests().is_empty());
    let deployed = coolify.deploy(&preview(&web, 7, "1.28")).await.unwrap();
    fake.advance(10);
    assert!(coolify.deployment(&deployed.id).await.unwrap().status.is_terminal());
}

#[tokio::test]
async fn a_deleted_preview_stays_listed_by_its_deployments_and_may_exist_or_not() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    coolify.deploy(&preview(&web, 7, "1.28")).await.unwrap();
    coolify.delete_preview(&web, 7).await.unwrap();
    let previews = coolify.previews_of(&web).await.unwrap();
    assert_eq!((numbers(&previews), previews[0].exists, previews[0].deployed_at), (vec![7], None, None));
}

#[tokio::test]
async fn a_preview_is_deleted_once_and_gone_twice() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    fake.add_preview(web.id(), 7);
    assert!(coolify.delete_preview(&web, 7).await.unwrap());
    assert!(!coolify.delete_preview(&web, 7).await.unwrap());
    assert!(!coolify.delete_preview(&web, 999).await.unwrap());
    assert_eq!(written(&fake).len(), 1);
}

#[tokio::test]
async fn a_preview_of_an_application_that_is_not_there_is_not_found_and_not_deleted() {
    let (_fake, coolify) = manual(FakeCoolify::builder()).await;
    let error = coolify.delete_preview(&Target::application("nowhere00000000000000000"), 7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_row_without_finished_at_is_over() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    let deployment = coolify.deploy(&preview(&web, 7, "1.28")).await.unwrap();
    coolify.delete_preview(&web, 7).await.unwrap();
    fake.advance(10);
    let ended = coolify.deployment(&deployment.id).await.unwrap();
    assert!(ended.status.phase.is_terminal() && ended.finished_at.is_none(), "{ended:?}");
}

#[tokio::test]
async fn a_preview_of_a_git_application_that_was_never_made_is_not_found() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for id in [fake.add_git_application("shop"), fake.application()] {
        let request = DeployRequest::new(Target::application(id)).with_pull_request(7);
        let error = coolify.deploy(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotFound, true), "{error}");
    }
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_number_that_no_pull_request_has_is_refused_before_anything_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = Target::application(fake.application());
    for number in [0, 2_147_483_648] {
        assert_eq!(coolify.delete_preview(&web, number).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{number}");
    }
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        assert_eq!(coolify.delete_preview(&target, 7).await.unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(coolify.previews_of(&target).await.unwrap_err().kind(), ErrorKind::Unsupported);
        assert_ne!(target.kind(), &TargetKind::Application);
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_lost_deletion_is_open_and_never_sent_again_by_itself() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        let (fake, _) = manual(FakeCoolify::builder()).await;
        let (_network, coolify) = behind(&fake, fault, RequestKind::Write);
        let web = Target::application(fake.application());
        fake.add_preview(web.id(), 7);
        let error = coolify.delete_preview(&web, 7).await.unwrap_err();
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NoAnswer, false), "{error}");
        let was_there = fault == Fault::ResetBefore;
        assert_eq!(fake.previews(web.id()).is_empty(), !was_there);
        assert_eq!(coolify.delete_preview(&web, 7).await.unwrap(), was_there, "calling again is the caller's choice");
    }
}

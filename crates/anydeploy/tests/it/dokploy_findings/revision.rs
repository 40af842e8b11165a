//! Which revision is asked for, and which one ran.

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, RanRevision, RequestOption, Revision, Target};
use anydeploy_fakes::{DokployScript, FakeDokploy};

use crate::dokploy_traps::others::push;
use crate::support::dokploy::{clocked, manual, quick, ticks};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

#[tokio::test]
async fn a_revision_that_no_call_means_is_refused_with_the_reason_before_anything_is_sent() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for target in [Target::application(fake.add_git_application("shop")), Target::compose(fake.compose())] {
        for (revision, words) in [
            (Revision::Deployed, "disk"),
            (Revision::Commit(SHA.into()), "head of the configured branch"),
            (Revision::ImageTag("1.4.2".into()), "set it with the request"),
            (Revision::ChartVersion("1.0.0".into()), "chart version"),
        ] {
            let request = DeployRequest::new(target.clone()).with_revision(revision.clone());
            let error = dokploy.deploy(&request).await.unwrap_err();
            assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Unsupported, true), "{revision:?}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }
    let takes = |option| dokploy.capabilities().takes_anywhere(option);
    assert!(!takes(RequestOption::Deployed) && !takes(RequestOption::Commit));
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn the_commit_that_ran_is_read_where_the_row_has_it_and_never_assumed() {
    let (fake, dokploy) = clocked(FakeDokploy::builder()).await;
    let script = || DokployScript::succeeds().lasting(100);
    for (target, script, ran) in [
        (
            Target::application(fake.add_git_application("shop")),
            script().commit(SHA, "subject"),
            RanRevision::Commit(SHA.into()),
        ),
        (Target::compose(fake.add_git_compose("stack")), script().commit(SHA, "s"), RanRevision::Commit(SHA.into())),
        (Target::application(fake.application()), script(), RanRevision::Unverified),
        (Target::compose(fake.compose()), script(), RanRevision::Unverified),
    ] {
        fake.every_deployment(target.id(), script);
        let outcome = dokploy.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
        assert!(outcome.is_success(), "{target}");
        assert_eq!(outcome.deployment().unwrap().revision, ran, "{target}");
    }
}

#[tokio::test]
async fn the_commit_of_an_earlier_clone_is_not_taken_for_that_of_a_failed_deployment() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    for target in
        [Target::application(fake.add_git_application("shop")), Target::compose(fake.add_git_compose("stack"))]
    {
        for script in [
            DokployScript::succeeds().commit(SHA, "the first"),
            DokployScript::fails_with("no such branch").without_clone(),
            DokployScript::fails_with("a build that fails"),
        ] {
            fake.next_deployment(target.id(), script);
            fake.deploy_by_someone_else(target.id());
            ticks(&fake, 10).await;
        }
        let rows = dokploy.history_of(&target, anydeploy::HistoryOptions::default()).await.unwrap();
        let commits: Vec<_> = rows.iter().map(|row| (row.commit.as_deref(), row.revision.clone())).collect();
        let ran = RanRevision::Commit(SHA.into());
        let unknown = (None, RanRevision::Unverified);
        assert_eq!(commits, [unknown.clone(), unknown, (Some(SHA), ran)], "{target}");
        assert_eq!(rows[1].title.as_deref(), Some("the first"), "the row says so");
    }
}

#[tokio::test]
async fn the_commit_that_a_webhook_named_is_not_taken_for_the_one_that_ran() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    push(&fake, &shop).await;
    ticks(&fake, 2).await;
    let target = Target::application(&shop);
    let running = dokploy.history_of(&target, anydeploy::HistoryOptions::default()).await.unwrap().remove(0);
    assert_eq!((running.commit.as_deref(), &running.revision), (Some("c0ffee"), &RanRevision::Unverified));
    ticks(&fake, 10).await;
    let over = dokploy.deployment(&running.id).await.unwrap();
    assert!(matches!(&over.revision, RanRevision::Commit(commit) if commit.len() == 40), "{over:?}");
}

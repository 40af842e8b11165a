//! Rows that the server cancelled when it started, although their jobs go on.

use anydeploy::{ErrorKind, Outcome, Phase};
use anydeploy_fakes::{DokployQuirk, DokployScript};

use super::*;
use crate::support::dokploy::{paced, quick, row, ticks};

#[tokio::test]
async fn what_a_restart_cancelled_and_runs_again_is_followed_to_its_end() {
    for fails in [false, true] {
        let (fake, dokploy) =
            manual(FakeDokploy::builder().quirk(DokployQuirk::OldServerKeepsJobs).quirk(DokployQuirk::LateRow(0)))
                .await;
        for target in [Target::application(fake.add_git_application("shop")), Target::compose(fake.compose())] {
            let script = || if fails { DokployScript::fails_with("no") } else { DokployScript::succeeds() };
            fake.next_deployment(target.id(), script().lasting(50));
            let first = dokploy.deploy(&anydeploy::DeployRequest::new(target)).await.unwrap();
            fake.restart();
            // Its job is still there, and the row alone says that it was cancelled.
            for _ in 0..2 {
                let seen = dokploy.deployment(&first.id).await.unwrap();
                assert_eq!((seen.status.phase, row(&seen)), (Phase::Running, row(&first)), "{seen:?}");
                ticks(&fake, 2).await;
            }
            ticks(&fake, 20).await;
            let again = dokploy.deployment(&first.id).await.unwrap();
            assert_eq!((again.status.phase, row(&again) == row(&first)), (Phase::Running, false), "{again:?}");
            ticks(&fake, 60).await;
            let ended = dokploy.deployment(&again.id).await.unwrap();
            assert_eq!(ended.status.phase, if fails { Phase::Failed } else { Phase::Succeeded }, "{ended:?}");
        }
    }
}

#[tokio::test]
async fn a_watch_goes_on_over_a_restart_that_keeps_the_jobs() {
    let (fake, dokploy) = paced(FakeDokploy::builder().quirk(DokployQuirk::OldServerKeepsJobs)).await;
    let shop = fake.add_git_application("shop");
    fake.next_deployment(&shop, DokployScript::succeeds().lasting(20));
    let first = dokploy.deploy(&request(&shop)).await.unwrap();
    while fake.triggered()[0].deployment_id.is_none() {
        let _ = dokploy.deployment(&first.id).await.unwrap();
    }
    fake.restart();
    let outcome = dokploy.watch(&first.id, quick()).await.unwrap();
    let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
    assert_eq!(Some(row(&deployment)), fake.triggered()[0].deployment_id.as_deref());
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_row_that_was_cancelled_after_its_job_had_begun_is_not_over() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let web = Target::application(fake.application());
    fake.next_deployment(web.id(), DokployScript::succeeds().lasting(20));
    let first = dokploy.deploy(&request(web.id())).await.unwrap();
    fake.cancel_rows();
    let seen = dokploy.deployment(&first.id).await.unwrap();
    assert_eq!((seen.status.phase, seen.status.raw.as_str()), (Phase::Running, "active"));
    assert_eq!(dokploy.restart(&web).await.unwrap_err().kind(), ErrorKind::Conflict);
    ticks(&fake, 30).await;
    assert_eq!(dokploy.deployment(&first.id).await.unwrap().status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn where_the_queue_cannot_be_read_a_cancelled_deployment_says_that_it_may_run_again() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let first = dokploy.deploy(&request(&fake.application())).await.unwrap();
    fake.restart();
    fake.enable(DokployQuirk::QueueListRefused(403));
    let seen = dokploy.deployment(&first.id).await.unwrap();
    assert_eq!(seen.status.phase, Phase::Cancelled);
    assert!(seen.note.as_deref().unwrap().contains("runs again"), "{seen:?}");
    // A later read may still see it.
    fake.enable(DokployQuirk::QueueListRefused(500));
    let seen = dokploy.deployment(&first.id).await.unwrap();
    assert_eq!((seen.status.phase, seen.status.raw.as_str()), (Phase::Unknown, "cancelled"));
}

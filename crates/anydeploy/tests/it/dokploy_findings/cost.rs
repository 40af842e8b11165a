//! How many reads a deployment costs, each of which counts twice against the limit of a key.

use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, Dokploy, ErrorKind, Target, TargetKind};
use anydeploy_fakes::{DokployQuirk, DokployScript, FakeDokploy, Fault, FaultPlan, FaultyNetwork, RequestKind};
use futures::future::join_all;

use crate::support::dokploy::{clocked, manual, quick, request, ticks};

fn reads_of_the_queue(fake: &FakeDokploy) -> usize {
    fake.requests().iter().filter(|request| request.path.ends_with("queueList")).count()
}

#[tokio::test]
async fn once_a_row_is_found_the_queue_is_not_read_again() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    for target in [Target::application(fake.add_git_application("shop")), Target::compose(fake.compose())] {
        let running = dokploy.deploy(&DeployRequest::new(target)).await.unwrap();
        ticks(&fake, 10).await;
        let before = fake.requests().len();
        assert!(dokploy.watch(&running.id, quick()).await.unwrap().is_success());
        let reads = fake.requests().len() - before;
        // The second is for a commit that may still be missing.
        assert!(reads <= 2, "{reads} reads of an end");
    }
    assert_eq!(reads_of_the_queue(&fake), 0);
}

#[tokio::test]
async fn a_deployer_that_did_not_trigger_asks_once_whether_it_is_the_cloud() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let running = dokploy.deploy(&request(&fake.application())).await.unwrap();
    ticks(&fake, 10).await;
    let other = crate::support::dokploy::deployer(&fake, Duration::from_secs(12));
    for _ in 0..3 {
        assert!(other.deployment(&running.id).await.unwrap().is_over());
    }
    let asked = fake.requests().iter().filter(|one| one.path.ends_with("isCloud")).count();
    assert_eq!((asked, reads_of_the_queue(&fake)), (1, 0));
}

#[tokio::test]
async fn a_trigger_that_never_arrived_costs_at_most_24_reads() {
    for kind in [TargetKind::Application, TargetKind::Compose] {
        let fake = FakeDokploy::start().await;
        let network = FaultyNetwork::before(&fake.url(), FaultPlan::calm()).unwrap();
        let builder = Dokploy::builder().url(network.url()).token(fake.token());
        let dokploy = builder.grace(Duration::from_secs(3)).build().unwrap();
        let id = if kind == TargetKind::Compose { fake.compose() } else { fake.application() };
        network.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]));
        let error = dokploy.deploy(&DeployRequest::new(Target::new(kind, id))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotTriggered);
        // Two before the trigger, and two for each of at most eleven polls; the trigger itself never came through.
        let reads = fake.requests().len();
        assert!(reads <= 24, "{reads} reads");
    }
}

#[tokio::test]
async fn the_final_answer_of_a_short_git_build_has_its_commit() {
    join_all([1, 3].map(async |late| {
        let (fake, dokploy) = clocked(FakeDokploy::builder().quirk(DokployQuirk::LateTitle(late))).await;
        for target in
            [Target::application(fake.add_git_application("shop")), Target::compose(fake.add_git_compose("stack"))]
        {
            // Long enough for a busy machine to see it run, and its row.
            fake.every_deployment(target.id(), DokployScript::succeeds().lasting(100));
            for _ in 0..2 {
                let outcome = dokploy.deploy_and_wait(&DeployRequest::new(target.clone()), quick()).await.unwrap();
                let deployment = outcome.deployment().unwrap();
                assert_eq!(deployment.commit.as_deref().map(str::len), Some(40), "{deployment:?}");
            }
        }
    }))
    .await;
}

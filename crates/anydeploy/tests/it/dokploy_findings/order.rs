//! Rows that are older than the trigger, and jobs that never had a row.

use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, Deployment, Dokploy, Error, ErrorKind, Phase, Target, TargetKind};
use anydeploy_fakes::{DokployJobState, DokployQuirk, DokployScript, FakeDokploy, Pace};
use futures::future::{join, join_all};

use crate::support::dokploy::{assert_that_two_at_once_overlap, deployer, manual, request, row, ticks};

const GRACE: Duration = Duration::from_millis(1200);

/// A server on which a webhook's deployment ends between the snapshot and the trigger, whose own job then waits behind
/// another service's and is dropped, while no read is answered.
async fn dropped_after_a_webhook(
    kind: TargetKind,
    script: DokployScript,
    more: &[DokployQuirk],
) -> (FakeDokploy, Dokploy, Deployment) {
    let fake = Arc::new(FakeDokploy::builder().pace(Pace::Manual).start().await);
    let shop = match kind {
        TargetKind::Compose => fake.add_git_compose("shop"),
        _ => fake.add_git_application("shop"),
    };
    fake.next_deployment(&fake.application(), DokployScript::succeeds().hanging());
    fake.deploy_by_someone_else(&fake.application());
    ticks(&fake, 2).await;
    fake.next_deployment(&shop, script);
    for quirk in [DokployQuirk::WebhookFirst, DokployQuirk::DownAfterTrigger(16)].iter().chain(more) {
        fake.enable(*quirk);
    }
    let dokploy = deployer(&fake, GRACE);
    let request = DeployRequest::new(Target::new(kind, &shop));
    let clean = async {
        while fake.triggered().len() < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fake.clean_queues(&shop);
    };
    let deployment = join(dokploy.deploy(&request), clean).await.0.unwrap();
    let states: Vec<_> = fake.triggered().iter().map(|one| one.state).collect();
    assert!(
        matches!(states[1], DokployJobState::Done | DokployJobState::Error) && states[2] == DokployJobState::Dropped,
        "{states:?}"
    );
    (Arc::into_inner(fake).unwrap(), dokploy, deployment)
}

/// Polls until an error, and checks that no poll reports an end.
async fn never_over(dokploy: &Dokploy, mut deployment: Deployment, polls: u32) -> Option<Error> {
    for _ in 0..polls {
        assert!(!deployment.is_over() && !deployment.identity.is_resolved(), "{deployment:?}");
        tokio::time::sleep(GRACE / 12).await;
        match dokploy.deployment(&deployment.id).await {
            Ok(seen) => deployment = seen,
            // Some of the reads that are not answered are left.
            Err(error) if error.status() == Some(502) => {}
            Err(error) => return Some(error),
        }
    }
    None
}

#[tokio::test]
async fn a_row_older_than_the_trigger_is_never_its_own() {
    let cases = [
        (TargetKind::Application, DokployScript::succeeds()),
        (TargetKind::Application, DokployScript::fails_with("another user's build fails")),
        (TargetKind::Compose, DokployScript::succeeds()),
    ];
    join_all(cases.map(async |(kind, script)| {
        let (_fake, dokploy, deployment) = dropped_after_a_webhook(kind.clone(), script, &[]).await;
        let error = never_over(&dokploy, deployment, 60).await.unwrap();
        // On a machine that is busy the job may have been seen before it was dropped.
        assert!(matches!(error.kind(), ErrorKind::Undecidable | ErrorKind::NotFound), "{kind:?}: {error}");
        assert!(!error.is_safe_to_repeat() || error.kind() == ErrorKind::NotFound, "{error}");
    }))
    .await;
}

#[tokio::test]
async fn without_the_queue_a_row_older_than_the_trigger_is_never_its_own_either() {
    let quirks = [
        DokployQuirk::OldServerWithoutQueueList,
        DokployQuirk::OldServerIgnoresTitle,
        DokployQuirk::QueueListRefused(401),
        DokployQuirk::QueueListRefused(500),
    ];
    join_all(quirks.map(async |quirk| {
        let (_fake, dokploy, deployment) =
            dropped_after_a_webhook(TargetKind::Application, DokployScript::succeeds(), &[quirk]).await;
        let end = never_over(&dokploy, deployment, 30).await;
        assert!(end.is_none(), "{quirk:?}: what may still wait unseen is not lost: {end:?}");
    }))
    .await;
}

#[tokio::test]
async fn a_job_that_left_the_queue_says_so_and_keeps_its_title() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.next_deployment(&fake.application(), DokployScript::succeeds().hanging());
    fake.deploy_by_someone_else(&fake.application());
    for (kind, id) in [(TargetKind::Application, fake.add_application("shop")), (TargetKind::Compose, fake.compose())] {
        let request = DeployRequest::new(Target::new(kind, &id)).with_reason("release 7");
        let waiting = dokploy.deploy(&request).await.unwrap();
        assert_eq!((waiting.status.raw.as_str(), waiting.title.as_deref()), ("waiting", Some("release 7")));
        fake.clean_queues(&id);
        let left = dokploy.deployment(&waiting.id).await.unwrap();
        assert_eq!((left.status.phase, left.status.raw.as_str()), (Phase::Unknown, "not in the queue"));
        assert_eq!(left.title.as_deref(), Some("release 7"));
        let elsewhere = deployer(&fake, Duration::from_secs(12));
        let again = elsewhere.deployment(&left.id.to_string().parse().unwrap()).await.unwrap();
        assert_eq!((again.title, again.status), (left.title, left.status), "another process knows it from the id");
    }
}

#[tokio::test]
async fn a_secret_in_the_reason_does_not_stand_in_the_id() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let request = request(&fake.application()).with_reason("set TOKEN=hunter2 for the shop");
    let deployment = dokploy.deploy(&request).await.unwrap();
    assert!(deployment.id.get("title").is_some(), "{}", deployment.id);
    assert!(!deployment.id.to_string().contains("hunter2"), "{}", deployment.id);
}

#[tokio::test]
async fn a_long_title_is_cut_in_the_id_and_nowhere_else() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let title = "größe ".repeat(1000);
    let waiting = dokploy.deploy(&request(&fake.application()).with_reason(&title)).await.unwrap();
    assert!(waiting.id.to_string().len() < 1500, "{}", waiting.id);
    let read = dokploy.deployment(&waiting.id.to_string().parse().unwrap()).await.unwrap();
    assert!(title.starts_with(read.title.unwrap().trim_end_matches('…')));
}

#[tokio::test]
async fn a_lost_deployment_is_reported_with_what_happened_and_advice_that_fits() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let lost = async |deployment: &Deployment| {
        let error = dokploy.deployment(&deployment.id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let line = error.to_string();
        assert!(!line.contains("check the id") && !line.contains("team"), "{line}");
        line
    };
    let (web, stack) = (fake.application(), Target::compose(fake.compose()));
    let removed = dokploy.deploy(&request(&web)).await.unwrap();
    crate::dokploy_traps::others::post(
        &fake,
        "/api/deployment.removeDeployment",
        serde_json::json!({ "deploymentId": row(&removed) }),
    )
    .await;
    assert!(lost(&removed).await.contains("somebody removed it"));
    ticks(&fake, 10).await;
    let first = dokploy.deploy(&DeployRequest::new(stack)).await.unwrap();
    for _ in 0..12 {
        ticks(&fake, 8).await;
        fake.deploy_by_someone_else(&fake.compose());
    }
    ticks(&fake, 8).await;
    assert!(lost(&first).await.contains("make room"));
    let deleted = dokploy.deploy(&request(&web)).await.unwrap();
    fake.delete_application(&web);
    assert!(lost(&deleted).await.contains("deleted it"));
}

#[tokio::test]
async fn what_was_dropped_from_the_queue_is_lost_with_advice_that_fits() {
    let (fake, patient) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let mut deployment = patient.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!(deployment.status.raw, "waiting");
    let dokploy = deployer(&fake, Duration::from_millis(200));
    fake.clean_queues(&fake.application());
    let error = loop {
        match dokploy.deployment(&deployment.id).await {
            Ok(seen) => deployment = seen,
            Err(error) => break error,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let line = error.to_string();
    assert!(line.contains("left the queue without a row") && line.contains("history"), "{line}");
    assert!(!line.contains("check the id"), "{line}");
}

#[tokio::test]
async fn two_triggers_at_once_say_in_their_ids_that_there_were_two() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let request = request(&fake.application());
    assert_that_two_at_once_overlap(&dokploy, &request).await;
}

#[tokio::test]
async fn a_read_notes_a_trigger_that_came_after_the_own_one_was_accepted() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let first = dokploy.deploy(&request(&fake.application())).await.unwrap();
    let alone = dokploy.deployment(&first.id).await.unwrap();
    assert!(alone.id.get("overlap").is_none(), "{alone:?}");
    dokploy.deploy(&request(&fake.application())).await.unwrap();
    let overlapping = dokploy.deployment(&first.id).await.unwrap();
    assert!(overlapping.id.get("overlap").is_some(), "{overlapping:?}");
}

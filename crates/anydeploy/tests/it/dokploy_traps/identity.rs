//! Rows, jobs and tags that can be mistaken for our own.

use anydeploy::{DeployRequest, Deployer, DeployerExt, Deployment, Dokploy, Identity, Outcome, Phase};
use anydeploy_fakes::{DokployJobState, DokployQuirk, DokployScript, FakeDokploy};
use serde_json::json;

use crate::dokploy_traps::others::{post, push, truth};
use crate::support::dokploy::{manual, nonce, paced, quick, request, row, ticks};

/// Deploys, and polls once more: a busy machine may not have sent a single poll within the time for the first ones.
async fn deploy(dokploy: &Dokploy, request: &DeployRequest) -> Deployment {
    let accepted = dokploy.deploy(request).await.unwrap();
    dokploy.deployment(&accepted.id).await.unwrap()
}

/// Checks that a deployment is reported as it is, or not at all.
fn is_true(fake: &FakeDokploy, nonce: &str, seen: &Deployment) {
    let truth = truth(fake, nonce);
    if let Some(row) = seen.id.get("row") {
        assert_eq!(truth.deployment_id.as_deref(), Some(row), "{seen:?}");
    }
    if seen.is_over() {
        let phase = match truth.state {
            DokployJobState::Done => Phase::Succeeded,
            DokployJobState::Error => Phase::Failed,
            other => panic!("{other:?} is reported as {seen:?}"),
        };
        assert_eq!(seen.status.phase, phase, "{seen:?}");
    }
}

#[tokio::test]
async fn at_no_moment_is_the_end_of_another_deployment_taken_for_ours() {
    for git in [false, true] {
        let (fake, dokploy) = manual(FakeDokploy::builder()).await;
        let shop = if git { fake.add_git_application("shop") } else { fake.application() };
        // The ones before are `done` and `error`, ours is, and the ones after.
        for fails in [false, true, false, true] {
            let script = if fails { DokployScript::fails_with("no") } else { DokployScript::succeeds() };
            fake.next_deployment(&shop, script);
        }
        fake.deploy_by_someone_else(&shop);
        ticks(&fake, 20).await;
        fake.deploy_by_someone_else(&shop);
        let first = deploy(&dokploy, &request(&shop)).await;
        fake.deploy_by_someone_else(&shop);
        let own_nonce = nonce(&first.id);
        let mut latest = first.clone();
        for _ in 0..30 {
            ticks(&fake, 1).await;
            // One caller polls all the time, another one for the first time after the trigger.
            latest = dokploy.deployment(&latest.id).await.unwrap();
            is_true(&fake, &own_nonce, &latest);
            is_true(&fake, &own_nonce, &dokploy.deployment(&first.id).await.unwrap());
        }
        assert_eq!((latest.identity, latest.status.phase), (Identity::Exact, Phase::Succeeded), "git: {git}");
    }
}

#[tokio::test]
async fn a_row_that_is_done_and_still_has_the_tag_is_exact_and_stays_so() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateTitle(5))).await;
    let shop = fake.add_git_application("shop");
    let first = deploy(&dokploy, &request(&shop).with_reason("release 7")).await;
    assert_eq!(first.identity, Identity::Pending);
    ticks(&fake, 5).await;
    let done = dokploy.deployment(&first.id).await.unwrap();
    assert_eq!((done.identity, done.status.phase), (Identity::Exact, Phase::Succeeded));
    assert_eq!(done.title.as_deref(), Some("release 7"));
    ticks(&fake, 10).await;
    let later = dokploy.deployment(&done.id).await.unwrap();
    assert_eq!((later.identity, row(&later)), (Identity::Exact, row(&done)));
    assert_ne!(later.title.as_deref(), Some("release 7"), "the commit took its place");
}

#[tokio::test]
async fn a_clone_that_fails_keeps_the_tag_for_ever() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.next_deployment(&shop, DokployScript::fails_with("no such branch").without_clone());
    let first = deploy(&dokploy, &request(&shop)).await;
    ticks(&fake, 50).await;
    let over = dokploy.deployment(&first.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase, over.commit), (Identity::Exact, Phase::Failed, None));
}

#[tokio::test]
async fn a_push_right_before_ours_and_one_right_after_are_not_taken_for_it() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    push(&fake, &shop).await;
    fake.next_deployment(&shop, DokployScript::fails_with("ours fails"));
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    push(&fake, &shop).await;
    ticks(&fake, 60).await;
    let over = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Failed));
    is_true(&fake, &nonce(&waiting.id), &over);
}

#[tokio::test]
async fn on_a_remote_server_a_pushs_job_runs_beside_ours_so_that_their_order_proves_nothing() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::RemoteServer)).await;
    let shop = fake.add_git_application("shop");
    fake.next_deployment(&shop, DokployScript::succeeds().lasting(20));
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 2).await;
    fake.next_deployment(&shop, DokployScript::fails_with("ours fails"));
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    // It is queued last, and its row comes before ours.
    push(&fake, &shop).await;
    ticks(&fake, 10).await;
    assert_eq!(fake.triggered()[2].state, DokployJobState::Done);
    is_true(&fake, &nonce(&waiting.id), &dokploy.deployment(&waiting.id).await.unwrap());
    ticks(&fake, 60).await;
    let over = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Pending, Phase::Unknown), "it was not polled in time");

    // A poll while it runs sees the tag.
    fake.next_deployment(&shop, DokployScript::fails_with("ours fails again"));
    let active = deploy(&dokploy, &request(&shop)).await;
    let own_nonce = nonce(&active.id);
    push(&fake, &shop).await;
    ticks(&fake, 2).await;
    let seen = dokploy.deployment(&active.id).await.unwrap();
    assert_eq!(seen.identity, Identity::Exact);
    ticks(&fake, 20).await;
    let over = dokploy.deployment(&seen.id).await.unwrap();
    assert_eq!(over.status.phase, Phase::Failed);
    is_true(&fake, &own_nonce, &over);
}

#[tokio::test]
async fn a_previews_job_waits_in_the_same_line_and_makes_no_row_of_the_application() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    let preview = fake.add_preview(&shop, 7, "feature");
    post(&fake, "/api/previewDeployment.redeploy", json!({ "previewDeploymentId": preview })).await;
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    ticks(&fake, 60).await;
    let over = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
    is_true(&fake, &nonce(&waiting.id), &over);
}

#[tokio::test]
async fn a_row_that_a_user_removed_is_lost_although_its_job_goes_on() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    fake.next_deployment(&fake.application(), DokployScript::succeeds().hanging());
    let running = deploy(&dokploy, &request(&fake.application())).await;
    post(&fake, "/api/deployment.removeDeployment", json!({ "deploymentId": row(&running) })).await;
    assert_eq!(fake.triggered()[0].state, DokployJobState::Running);
    let outcome = dokploy.watch(&running.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn jobs_are_counted_from_one_again_after_a_restart_so_their_numbers_name_nothing() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&shop);
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    ticks(&fake, 1).await;
    fake.restart();
    // The second of these has the number that ours had.
    fake.deploy_by_someone_else(&shop);
    fake.deploy_by_someone_else(&shop);
    let seen = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((seen.identity, seen.status.raw.as_str()), (Identity::Pending, "not in the queue"));
    ticks(&fake, 60).await;
    assert_eq!(fake.triggered()[3].state, DokployJobState::Done);
    assert_eq!(dokploy.deployment(&waiting.id).await.unwrap().identity, Identity::Pending);
}

#[tokio::test]
async fn where_nothing_is_cloned_a_row_without_the_tag_is_never_ours() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let web = fake.application();
    fake.deploy_by_someone_else(&web);
    let waiting = deploy(&dokploy, &request(&web)).await;
    assert_eq!(waiting.status.raw, "waiting");
    // Ours is dropped, and the next row has the place in the order that ours would have had.
    fake.clean_queues(&web);
    fake.deploy_by_someone_else(&web);
    ticks(&fake, 60).await;
    assert_eq!(fake.triggered()[2].state, DokployJobState::Done);
    let seen = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((seen.identity, seen.status.raw.as_str()), (Identity::Pending, "not in the queue"));
}

#[tokio::test]
async fn what_a_restart_cancelled_has_no_moment_of_its_end() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let running = deploy(&dokploy, &request(&fake.application())).await;
    fake.restart();
    let outcome = dokploy.watch(&running.id, quick()).await.unwrap();
    let Outcome::Cancelled(cancelled) = outcome else { panic!("{outcome:?}") };
    assert_eq!((cancelled.finished_at, &*cancelled.status.raw), (None, "cancelled"));
}

#[tokio::test]
async fn the_status_of_the_application_is_not_that_of_the_deployment() {
    let (fake, dokploy) = paced(FakeDokploy::builder().quirk(DokployQuirk::LateTitle(30))).await;
    for fails in [false, true, false] {
        let script = if fails { DokployScript::fails_with("no") } else { DokployScript::succeeds() };
        fake.next_deployment(&fake.application(), script);
        // The application still has the status of before, or `running`, when the row is over.
        let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
        assert_eq!(outcome.is_success(), !fails, "{outcome:?}");
    }
}

#[tokio::test]
async fn what_is_deployed_again_after_a_restart_is_not_the_one_that_was_lost() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&fake.compose());
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    fake.restart();
    // It has neither row nor job, so what comes from now on is another deployment.
    let left = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!(left.identity, Identity::Pending);
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 20).await;
    let seen = dokploy.deployment(&left.id).await.unwrap();
    assert_eq!(seen.identity, Identity::Pending, "{seen:?}");
}

#[tokio::test]
async fn what_is_deployed_after_the_queue_was_cleaned_is_not_the_one_that_was_dropped() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 2).await;
    let waiting = deploy(&dokploy, &request(&shop)).await;
    assert_eq!(waiting.status.raw, "waiting");
    fake.clean_queues(&shop);
    ticks(&fake, 20).await;
    let left = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!(left.identity, Identity::Pending);
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 20).await;
    let seen = dokploy.deployment(&left.id).await.unwrap();
    assert_eq!(seen.identity, Identity::Pending, "{seen:?}");
}

#[tokio::test]
async fn a_running_deployment_that_the_cloud_cancelled_is_not_done() {
    let builder = FakeDokploy::builder().quirk(DokployQuirk::Cloud).quirk(DokployQuirk::LateRow(0));
    let (fake, dokploy) = manual(builder).await;
    fake.next_deployment(&fake.application(), DokployScript::succeeds().hanging());
    let running = deploy(&dokploy, &request(&fake.application())).await;
    assert_eq!(running.identity, Identity::Exact);
    post(&fake, "/api/application.cancelDeployment", json!({ "applicationId": fake.application() })).await;
    let outcome = dokploy.watch(&running.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
}

#[tokio::test]
async fn on_the_cloud_a_success_is_not_taken_for_the_one_that_was_cancelled_right_before() {
    for started in [false, true] {
        let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::Cloud)).await;
        let web = fake.application();
        if !started {
            fake.next_deployment(&fake.compose(), DokployScript::succeeds().hanging());
            fake.deploy_by_someone_else(&fake.compose());
        }
        fake.next_deployment(&web, DokployScript::succeeds().hanging());
        fake.deploy_by_someone_else(&web);
        ticks(&fake, 3).await;
        post(&fake, "/api/application.cancelDeployment", json!({ "applicationId": web })).await;
        post(&fake, "/api/compose.cancelDeployment", json!({ "composeId": fake.compose() })).await;
        let ours = deploy(&dokploy, &request(&web)).await;
        ticks(&fake, 2).await;
        let ours = dokploy.deployment(&ours.id).await.unwrap();
        assert_eq!(ours.identity, Identity::Exact);
        ticks(&fake, 20).await;
        let outcome = dokploy.watch(&ours.id, quick()).await.unwrap();
        assert!(outcome.is_success(), "the other one had started: {started}; {outcome:?}");
    }
}

#[tokio::test]
async fn on_the_cloud_what_was_cancelled_before_anybody_saw_its_row_is_not_done() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::Cloud)).await;
    fake.next_deployment(&fake.application(), DokployScript::succeeds().hanging());
    let ours = deploy(&dokploy, &request(&fake.application())).await;
    assert_eq!(ours.identity, Identity::Pending);
    ticks(&fake, 3).await;
    post(&fake, "/api/application.cancelDeployment", json!({ "applicationId": fake.application() })).await;
    let outcome = dokploy.watch(&ours.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
}

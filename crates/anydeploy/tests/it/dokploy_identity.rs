//! Which deployment is ours on Dokploy: every way in which its row can be missed or mistaken.

use std::time::Duration;

use crate::support::dokploy::{deployer, manual, nonce, paced, quick, request, row, ticks};
use anydeploy::{
    Deployer, DeployerExt, Deployment, DeploymentId, Dokploy, ErrorKind, Identity, Outcome, Phase, Target,
};
use anydeploy_fakes::{DokployJobState, DokployQuirk, DokployScript, DokployTriggered, FakeDokploy, Pace};

const GRACE: Duration = Duration::from_millis(200);

/// What the server knows of the deployment that has this nonce.
fn truth(fake: &FakeDokploy, nonce: &str) -> DokployTriggered {
    let tagged = |entry: &DokployTriggered| entry.description.as_deref().is_some_and(|text| text.contains(nonce));
    fake.triggered().into_iter().find(tagged).unwrap()
}

/// Reads until the deployment counts as lost, and returns what was read until then.
async fn until_lost(dokploy: &Dokploy, mut id: DeploymentId) -> Vec<Deployment> {
    let mut seen = Vec::new();
    for _ in 0..200 {
        match dokploy.deployment(&id).await {
            Ok(deployment) => {
                id = deployment.id.clone();
                seen.push(deployment);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
                return seen;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still there: {seen:?}");
}

#[tokio::test]
async fn an_older_row_is_never_taken_for_the_new_deployment() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    ticks(&fake, 10).await;
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Pending, Phase::Running));
    assert_eq!(deployment.status.raw, "active");
    ticks(&fake, 2).await;
    let seen = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!((seen.identity, seen.status.phase), (Identity::Exact, Phase::Running));
    assert_eq!(Some(row(&seen)), fake.triggered()[1].deployment_id.as_deref());
}

#[tokio::test]
async fn the_row_is_pinned_early_and_survives_the_overwriting_of_title_and_description() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let shop = fake.add_git_application("shop");
    let deployment = dokploy.deploy(&request(&shop).with_reason("release 7")).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    assert_eq!(deployment.title.as_deref(), Some("release 7"));
    ticks(&fake, 10).await;
    let over = dokploy.deployment(&deployment.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Exact, Phase::Succeeded));
    assert_ne!(over.title.as_deref(), Some("release 7"));
    assert_eq!(over.commit.as_deref().map(str::len), Some(40));
    assert_eq!(over.id, deployment.id);
}

#[tokio::test]
async fn a_waiting_deployment_shows_in_the_queue_alone() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    fake.deploy_by_someone_else(&fake.compose());
    let deployment = dokploy.deploy(&request(&fake.application()).with_reason("mine")).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Pending, Phase::Queued));
    assert_eq!((deployment.status.raw.as_str(), deployment.title.as_deref()), ("waiting", Some("mine")));
    assert!(deployment.id.to_string().len() < 200, "{}", deployment.id);
}

#[tokio::test]
async fn a_short_build_that_lost_its_tag_between_polls_is_inferred() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&fake.compose());
    let waiting = dokploy.deploy(&request(&shop)).await.unwrap();
    assert_eq!(waiting.status.raw, "waiting");
    ticks(&fake, 30).await;
    let over = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(Some(row(&over).to_owned()), truth(&fake, &nonce(&waiting.id)).deployment_id);
    // The id says so too, for the next reader.
    let again: DeploymentId = over.id.to_string().parse().unwrap();
    assert_eq!(dokploy.deployment(&again).await.unwrap().identity, Identity::Inferred);
}

#[tokio::test]
async fn a_job_that_was_seen_running_is_inferred_by_the_moment_it_started() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    let active = dokploy.deploy(&request(&shop)).await.unwrap();
    assert_eq!(active.status.raw, "active");
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 30).await;
    let over = dokploy.deployment(&active.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(Some(row(&over).to_owned()), truth(&fake, &nonce(&active.id)).deployment_id);
}

#[tokio::test]
async fn other_peoples_deployments_before_and_after_are_distinguished_by_order() {
    for started in [0, 2] {
        let (fake, dokploy) = manual(FakeDokploy::builder()).await;
        let shop = fake.add_git_application("shop");
        fake.deploy_by_someone_else(&shop);
        fake.deploy_by_someone_else(&shop);
        // The first of them has a row already, or not yet.
        ticks(&fake, started).await;
        fake.next_deployment(&shop, DokployScript::fails_with("ours fails"));
        let waiting = dokploy.deploy(&request(&shop)).await.unwrap();
        assert_eq!(waiting.id.get("ahead"), Some("2"));
        fake.deploy_by_someone_else(&shop);
        ticks(&fake, 60).await;
        let over = dokploy.deployment(&waiting.id).await.unwrap();
        assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Failed));
        assert_eq!(Some(row(&over).to_owned()), truth(&fake, &nonce(&waiting.id)).deployment_id);
    }
}

#[tokio::test]
async fn two_rows_that_may_both_be_ours_leave_it_pending() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    let deployment = dokploy.deploy(&request(&shop)).await.unwrap();
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 30).await;
    // An id that was stored by a process which never saw the queue.
    let blank = deployment.id.without("queued").without("active").without("ahead");
    let seen = dokploy.deployment(&blank).await.unwrap();
    assert_eq!((seen.identity, seen.status.phase), (Identity::Pending, Phase::Unknown));
}

#[tokio::test]
async fn a_deployment_that_was_taken_from_the_queue_is_lost_and_not_the_one_before_it() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let dokploy = deployer(&fake, GRACE);
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 2).await;
    let waiting = dokploy.deploy(&request(&shop)).await.unwrap();
    let waiting = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!(waiting.status.raw, "waiting");
    fake.clean_queues(&shop);
    ticks(&fake, 10).await;
    assert_eq!(fake.triggered()[0].state, DokployJobState::Done);
    for seen in until_lost(&dokploy, waiting.id).await {
        assert_eq!((seen.identity, seen.status.raw.as_str()), (Identity::Pending, "not in the queue"));
    }
}

#[tokio::test]
async fn a_restart_loses_what_waits_and_cancels_what_runs() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let shop = fake.add_git_application("shop");
    let running = dokploy.deploy(&request(&shop)).await.unwrap();
    let dokploy = deployer(&fake, GRACE);
    let waiting = dokploy.deploy(&request(&shop)).await.unwrap();
    let waiting = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!(waiting.status.raw, "waiting");
    fake.restart();
    // Another user deploys again, and that deployment is over before the next poll.
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 10).await;
    let outcome = dokploy.watch(&running.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
    let outcome = dokploy.watch(&waiting.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(anydeploy::Loss { last: Some(_), .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_restart_between_a_jobs_start_and_its_row_leaves_nothing_to_take_for_it() {
    let (fake, _) = manual(FakeDokploy::builder()).await;
    let dokploy = deployer(&fake, Duration::from_secs(1));
    let shop = fake.add_git_application("shop");
    let active = dokploy.deploy(&request(&shop)).await.unwrap();
    let active = dokploy.deployment(&active.id).await.unwrap();
    assert_eq!(active.status.raw, "active");
    fake.restart();
    tokio::time::sleep(Duration::from_millis(300)).await;
    fake.deploy_by_someone_else(&shop);
    ticks(&fake, 10).await;
    let seen = dokploy.deployment(&active.id).await.unwrap();
    assert_eq!((seen.identity, seen.status.phase), (Identity::Pending, Phase::Unknown));
}

#[tokio::test]
async fn a_job_that_never_makes_a_row_is_lost() {
    let (fake, _) = paced(FakeDokploy::builder()).await;
    let dokploy = deployer(&fake, GRACE);
    fake.next_deployment(&fake.application(), DokployScript::never_starts());
    let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    let Outcome::Lost(loss) = outcome else { panic!("{outcome:?}") };
    let line = loss.error.to_string();
    assert!(line.contains("broke off") && line.contains("the remote server cannot be reached"), "{line}");
}

#[tokio::test]
async fn a_row_that_makes_room_for_ten_newer_ones_is_lost() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let first = dokploy.deploy(&request(&fake.application())).await.unwrap();
    ticks(&fake, 6).await;
    for _ in 0..10 {
        fake.deploy_by_someone_else(&fake.application());
        ticks(&fake, 6).await;
        assert!(dokploy.deployment(&first.id).await.is_ok());
    }
    fake.deploy_by_someone_else(&fake.application());
    ticks(&fake, 6).await;
    assert_eq!(dokploy.deployment(&first.id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_id_that_is_older_than_every_row_that_is_left_leads_to_none_of_them() {
    let (fake, dokploy) = manual(FakeDokploy::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.deploy_by_someone_else(&shop);
    let waiting = dokploy.deploy(&request(&shop)).await.unwrap();
    for _ in 0..12 {
        fake.deploy_by_someone_else(&shop);
    }
    ticks(&fake, 100).await;
    let seen = dokploy.deployment(&waiting.id).await.unwrap();
    assert_eq!((seen.identity, seen.status.phase), (Identity::Pending, Phase::Unknown));
}

#[tokio::test]
async fn the_deployment_of_a_deleted_application_is_lost() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::LateRow(0))).await;
    let deployment = dokploy.deploy(&request(&fake.application())).await.unwrap();
    fake.delete_application(&fake.application());
    let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_row_that_fails_before_its_log_exists_has_its_reason() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    fake.next_deployment(&fake.application(), DokployScript::fails_to_start("disk full"));
    let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    assert!(outcome.reason().unwrap().contains("disk full"), "{outcome:?}");
}

#[tokio::test]
async fn a_server_without_a_queue_list_proves_by_tag_and_infers_the_only_prompt_row() {
    let builder = FakeDokploy::builder().quirk(DokployQuirk::OldServerWithoutQueueList);
    let (fake, _) = manual(builder).await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    let shop = fake.add_git_application("shop");
    let pending = dokploy.deploy(&request(&shop)).await.unwrap();
    assert_eq!((pending.identity, pending.status.phase), (Identity::Pending, Phase::Queued));
    ticks(&fake, 2).await;
    assert_eq!(dokploy.deployment(&pending.id).await.unwrap().identity, Identity::Exact);
    ticks(&fake, 10).await;
    // The commit took the place of the tag; at first the row may still be of another deployment, for which ours waits.
    assert_eq!(dokploy.deployment(&pending.id).await.unwrap().identity, Identity::Pending);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    let over = dokploy.deployment(&pending.id).await.unwrap();
    assert_eq!((over.identity, over.status.phase), (Identity::Inferred, Phase::Succeeded));
}

#[tokio::test]
async fn a_server_without_a_queue_list_never_calls_a_waiting_deployment_lost() {
    let builder = FakeDokploy::builder().quirk(DokployQuirk::OldServerWithoutQueueList);
    let (fake, _) = manual(builder).await;
    let dokploy = deployer(&fake, GRACE);
    fake.deploy_by_someone_else(&fake.compose());
    let pending = dokploy.deploy(&request(&fake.application())).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(dokploy.deployment(&pending.id).await.unwrap().status.phase, Phase::Queued);
}

#[tokio::test]
async fn a_server_that_drops_titles_is_followed_by_the_only_prompt_row() {
    for quirk in [DokployQuirk::OldServerIgnoresTitle, DokployQuirk::OldServerPlainErrors] {
        let (fake, dokploy) = paced(FakeDokploy::builder().quirk(quirk)).await;
        let outcome = dokploy.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
        let Outcome::Succeeded(deployment) = outcome else { panic!("{outcome:?}") };
        let exact = quirk == DokployQuirk::OldServerPlainErrors;
        assert_eq!(deployment.identity, if exact { Identity::Exact } else { Identity::Inferred });
        assert_eq!(Some(row(&deployment)), fake.triggered()[0].deployment_id.as_deref());
    }
}

#[tokio::test]
async fn a_job_of_the_cloud_that_was_cancelled_before_it_had_a_row_is_cancelled() {
    let (fake, dokploy) = manual(FakeDokploy::builder().quirk(DokployQuirk::Cloud)).await;
    fake.deploy_by_someone_else(&fake.compose());
    let waiting = dokploy.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!((waiting.status.raw.as_str(), waiting.status.phase), ("pending", Phase::Queued));
    let client = dokploy_client::Client::new(fake.url(), fake.token()).unwrap();
    let application = dokploy_client::types::ApplicationReference::new(fake.application());
    client.application_cancel_deployment(&application).await.unwrap();
    let outcome = dokploy.watch(&waiting.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_of_one_git_application_each_follow_their_own_deployment() {
    // The callers share their polls, so that time passes with each of them.
    let fake = FakeDokploy::builder().pace(Pace::Requests(1)).start().await;
    let dokploy = deployer(&fake, Duration::from_secs(3));
    let shop = fake.add_git_application("shop");
    for place in 0..8 {
        let script = if place % 3 == 1 { DokployScript::fails_with("no") } else { DokployScript::succeeds() };
        // Long enough for a busy machine to see each of them run: after that, order proves nothing about eight callers.
        fake.next_deployment(&shop, script.lasting(30));
    }
    let callers = (0..8).map(|_| {
        let (dokploy, request) = (dokploy.clone(), request(&shop));
        tokio::spawn(async move {
            let first = dokploy.deploy(&request).await.unwrap();
            (first.id.clone(), dokploy.watch(&first.id, quick()).await.unwrap())
        })
    });
    let ends = futures::future::join_all(callers).await;
    let mut rows = Vec::new();
    for end in ends {
        let (first, outcome) = end.unwrap();
        let deployment = outcome.deployment().unwrap();
        let id = row(deployment).to_owned();
        if let Some(nonce) = first.get("nonce") {
            let truth = truth(&fake, nonce);
            assert_eq!(truth.deployment_id.as_deref(), Some(&*id));
        }
        let entry = fake.triggered().into_iter().find(|entry| entry.deployment_id.as_deref() == Some(&*id)).unwrap();
        assert_eq!(entry.state == DokployJobState::Done, outcome.is_success());
        rows.push(id);
    }
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 8, "two callers got one deployment");
    assert_eq!(fake.triggered().len(), 8);
}

#[tokio::test]
async fn a_compose_stack_is_proven_alike() {
    let (fake, dokploy) = paced(FakeDokploy::builder()).await;
    let stack = Target::compose(fake.add_git_compose("stack"));
    let deployment = dokploy.deploy(&anydeploy::DeployRequest::new(stack)).await.unwrap();
    let outcome = dokploy.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(Some(row(outcome.deployment().unwrap())), fake.triggered()[0].deployment_id.as_deref());
}

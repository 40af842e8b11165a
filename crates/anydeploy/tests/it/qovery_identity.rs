//! The Qovery adapter distinguishes its own deployment from every other one, or says that it cannot.

use std::time::{Duration, Instant};

use crate::support::qovery::{deployer, execution, manual, ours, quick, running, step_to_the_end, web, worker};
use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, Phase, Revision, Target};
use anydeploy_fakes::{FakeQovery, QoveryQuirk, QoveryScript};

#[tokio::test]
async fn a_stale_status_is_not_the_outcome() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!((deployment.identity, deployment.status.phase), (Identity::Pending, Phase::Queued));
    for _ in 0..2 {
        fake.advance(1);
        let seen = qovery.deployment(&deployment.id).await.unwrap();
        assert_eq!((seen.identity, seen.status.phase), (Identity::Pending, Phase::Queued), "DEPLOYED is the old state");
    }
    let over = step_to_the_end(&fake, &qovery, deployment).await;
    assert_eq!((over.status.phase, over.status.raw.as_str()), (Phase::Failed, "BUILD_ERROR"));
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
}

#[tokio::test]
async fn a_queued_request_is_followed_into_its_execution() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let queued = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!((queued.identity, queued.status.phase), (Identity::Exact, Phase::Queued));
    assert!(queued.id.get("request").is_some());
    let over = step_to_the_end(&fake, &qovery, queued).await;
    assert_eq!((over.identity, over.status.phase), (Identity::Exact, Phase::Succeeded));
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn an_execution_without_its_request_id_is_inferred_by_order() {
    let quirks = [QoveryQuirk::DroppedRequestId, QoveryQuirk::ForgottenRequests];
    let builder = quirks.into_iter().fold(FakeQovery::builder(), anydeploy_fakes::FakeQoveryBuilder::quirk);
    let (fake, qovery) = manual(builder).await;
    let first = qovery.deploy(&web(&fake)).await.unwrap();
    // As long as it is not listed, nothing distinguishes the two.
    while qovery.deployment(&first.id).await.unwrap().identity == Identity::Pending {
        fake.advance(1);
    }
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("the second one fails"));
    let second = qovery.deploy(&web(&fake)).await.unwrap();
    let second = step_to_the_end(&fake, &qovery, second).await;
    assert_eq!((second.identity, second.status.phase), (Identity::Inferred, Phase::Failed));
    assert_eq!(execution(&second), Some(&*ours(&fake)[1].execution_id));
    // The first one, read only now, is still distinguished from the second.
    let first = qovery.deployment(&first.id).await.unwrap();
    assert_eq!((first.identity, first.status.phase), (Identity::Inferred, Phase::Succeeded));
    assert_eq!(execution(&first), Some(&*ours(&fake)[0].execution_id));
}

#[tokio::test]
async fn requests_that_qovery_merged_are_adopted() {
    for separate in [false, true] {
        let builder = FakeQovery::builder();
        let builder = if separate { builder.quirk(QoveryQuirk::SeparateRequestIds) } else { builder };
        let (fake, qovery) = manual(builder).await;
        fake.deploy_by_someone_else(&fake.application());
        let first = qovery.deploy(&web(&fake)).await.unwrap();
        let second = qovery.deploy(&web(&fake)).await.unwrap();
        assert_eq!((first.identity, second.identity), (Identity::Exact, Identity::Adopted), "separate: {separate}");
        let first = step_to_the_end(&fake, &qovery, first).await;
        let second = step_to_the_end(&fake, &qovery, second).await;
        assert_eq!((second.identity, second.status.phase), (Identity::Adopted, Phase::Succeeded));
        assert_eq!(execution(&first), execution(&second));
        assert_eq!(ours(&fake).len(), 1);
    }
}

#[tokio::test]
async fn a_merged_request_whose_revision_lost_is_not_a_success() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.container());
    let tag = |tag: &str| worker(&fake).with_revision(Revision::ImageTag(tag.into()));
    let lost = qovery.deploy(&tag("1.1.0")).await.unwrap();
    let won = qovery.deploy(&tag("1.2.0")).await.unwrap();
    let lost = step_to_the_end(&fake, &qovery, lost).await;
    let won = step_to_the_end(&fake, &qovery, won).await;
    assert_eq!(lost.status.phase, Phase::Failed);
    assert!(lost.reason.unwrap().contains("1.2.0"));
    assert_eq!((won.status.phase, won.identity), (Phase::Succeeded, Identity::Adopted));
}

#[tokio::test]
async fn a_deployment_that_never_starts_is_lost_within_the_grace_period() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let begun = Instant::now();
    let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
    let Outcome::Lost(anydeploy::Loss { last: Some(last), .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((last.identity, last.status.phase), (Identity::Pending, Phase::Queued));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_queued_request_that_never_starts_is_lost_within_the_grace_period() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    // The script of someone else's deployment comes first.
    fake.next_deployment(&fake.application(), QoveryScript::succeeds());
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    fake.deploy_by_someone_else(&fake.application());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    assert!(deployment.id.get("request").is_some(), "{deployment:?}");
    fake.advance(50);
    let outcome = qovery.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn what_someone_else_deploys_is_not_taken_for_ones_own() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.deploy_by_someone_else(&fake.application());
    let outcome = qovery.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_short_deployment_that_was_replaced_is_found_in_the_history() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(100);
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(100);
    let over = qovery.deployment(&deployment.id).await.unwrap();
    assert_eq!(over.status.phase, Phase::Failed);
    assert_eq!(execution(&over), Some(&*ours(&fake)[0].execution_id));
    assert!(over.finished_at.is_some());
    let again = qovery.deployment(&over.id).await.unwrap();
    assert_eq!(again, over);
}

#[tokio::test]
async fn an_execution_that_left_the_history_is_not_found() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let over = step_to_the_end(&fake, &qovery, deployment).await;
    let other = over.id.with("execution", "00000000-0000-4000-8000-000000000000-7");
    fake.deploy_by_someone_else(&fake.application());
    fake.advance(100);
    assert_eq!(qovery.deployment(&other).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn every_stage_of_an_id_can_be_resumed_elsewhere() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let mut deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let mut ids = vec![deployment.id.to_string()];
    while !deployment.is_over() {
        fake.advance(1);
        let elsewhere = deployer(&fake);
        deployment = elsewhere.deployment(&ids[ids.len() - 1].parse().unwrap()).await.unwrap();
        ids.push(deployment.id.to_string());
    }
    ids.dedup();
    assert!(ids.len() > 3, "{ids:#?}");
    let truth = &ours(&fake)[0].execution_id;
    for id in ids {
        let seen = deployer(&fake).deployment(&id.parse().unwrap()).await.unwrap();
        assert_eq!((seen.status.phase, execution(&seen)), (Phase::Succeeded, Some(&**truth)), "{id}");
    }
}

#[tokio::test]
async fn oddities_of_the_server_change_no_outcome() {
    let quirks = [
        QoveryQuirk::SeparateRequestIds,
        QoveryQuirk::ForgottenRequests,
        QoveryQuirk::DroppedRequestId,
        QoveryQuirk::PlainOk,
        QoveryQuirk::ProblemJson,
        QoveryQuirk::FloatPages,
        QoveryQuirk::OmittedResults,
        QoveryQuirk::OmittedNulls,
    ];
    for quirk in quirks {
        for script in [QoveryScript::succeeds(), QoveryScript::fails_with("no")] {
            let (fake, qovery) = running(FakeQovery::builder().quirk(quirk)).await;
            fake.next_deployment(&fake.application(), QoveryScript::succeeds());
            fake.next_deployment(&fake.application(), script);
            fake.deploy_by_someone_else(&fake.application());
            let outcome = qovery.deploy_and_wait(&web(&fake), quick()).await.unwrap();
            let truth = &ours(&fake)[0];
            assert_eq!(execution(outcome.deployment().unwrap()), Some(&*truth.execution_id), "{quirk:?}");
            assert_eq!(outcome.is_success(), truth.state.as_deref() == Some("DEPLOYED"), "{quirk:?} {outcome:?}");
        }
    }
}

#[tokio::test]
async fn without_stale_statuses_the_answer_names_the_execution() {
    let (fake, qovery) = manual(FakeQovery::builder().without(QoveryQuirk::StaleStatus)).await;
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    assert_eq!(execution(&deployment), Some(&*ours(&fake)[0].execution_id));
    assert_eq!(step_to_the_end(&fake, &qovery, deployment).await.status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_busy_environment_is_a_conflict_where_nothing_is_queued() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::BusyConflict)).await;
    qovery.deploy(&web(&fake)).await.unwrap();
    let error = qovery.deploy(&worker(&fake)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true));
}

#[tokio::test]
async fn an_environment_is_judged_by_its_last_deployment() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.container(), QoveryScript::fails_with("no such image"));
    let request = DeployRequest::new(Target::environment(fake.environment()));
    let deployment = qovery.deploy(&request).await.unwrap();
    let over = step_to_the_end(&fake, &qovery, deployment).await;
    assert_eq!((over.status.phase, over.status.raw.as_str()), (Phase::Failed, "DEPLOYMENT_ERROR"));
    // The state of the environment is still that of the failed service, and the new deployment succeeds.
    let again = qovery.deploy(&web(&fake)).await.unwrap();
    assert_eq!(step_to_the_end(&fake, &qovery, again).await.status.phase, Phase::Succeeded);
    // And the failed one is what it was, although another one is the last by now.
    assert_eq!(qovery.deployment(&over.id).await.unwrap().status.phase, Phase::Failed);
}

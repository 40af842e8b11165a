//! Restarts and redeployments: triggers with an identity and with ends of their own.

use anydeploy::{
    Action, DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, Phase, Target, TargetKind,
};
use anydeploy_fakes::{FakeQovery, Fault, FaultPlan, QoveryQuirk, QoveryScript, RequestKind};

use crate::support::qovery::{behind, execution, manual, ours, quick, running, step_to_the_end, triggers, web};

fn web_of(fake: &FakeQovery) -> Target {
    Target::application(fake.application())
}

#[tokio::test]
async fn a_restart_builds_nothing_and_ends_in_its_own_word() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    let restart = qovery.restart(&web_of(&fake)).await.unwrap();
    assert_eq!(restart.action, Action::Restart);
    let outcome = qovery.watch(&restart.id, quick()).await.unwrap();
    let Outcome::Succeeded(over) = outcome else { panic!("{outcome:?}") };
    assert_eq!((over.action, &*over.status.raw, over.identity), (Action::Restart, "RESTARTED", Identity::Inferred));
    assert_eq!((fake.builds(&fake.application()), &*fake.triggered()[0].action), (0, "RESTART"));
    let path = format!("/application/{}/restart-service", fake.application());
    assert_eq!(triggers(&fake), [(path, None)], "it has no body, and names no revision");
}

#[tokio::test]
async fn a_restart_is_offered_for_what_qovery_restarts_alone() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let database = Target::new(TargetKind::Database, fake.add_database("db"));
    let container = Target::new(TargetKind::Container, fake.container());
    for target in [database, container] {
        fake.already_deployed(target.id());
        let outcome = qovery.deploy_and_wait(&DeployRequest::restart(target), quick()).await.unwrap();
        assert!(outcome.is_success(), "{outcome:?}");
    }
    let before = fake.requests().len();
    for kind in [TargetKind::Job, TargetKind::Helm, TargetKind::Terraform, TargetKind::Environment] {
        let target = Target::new(kind.clone(), fake.environment());
        let error = qovery.restart(&target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{kind}");
        assert!(error.to_string().contains("redeploy it"), "{error}");
    }
    assert_eq!(fake.requests().len(), before, "nothing is sent");
}

#[tokio::test]
async fn a_restart_of_what_is_stopped_or_was_never_deployed_is_a_conflict_and_sends_nothing() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let never = qovery.restart(&web_of(&fake)).await.unwrap_err();
    fake.already_deployed(&fake.application());
    qovery.stop(&web_of(&fake)).await.unwrap();
    fake.advance(100);
    let stopped = qovery.restart(&web_of(&fake)).await.unwrap_err();
    for error in [never, stopped] {
        assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Conflict, true), "{error}");
    }
    assert!(triggers(&fake).iter().all(|(path, _)| !path.ends_with("restart-service")));
}

#[tokio::test]
async fn a_restart_is_not_taken_for_a_deployment_beside_it() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(5);
    let deployment = qovery.deployment(&deployment.id).await.unwrap();
    let restart = qovery.restart(&web_of(&fake)).await.unwrap();
    assert_eq!(restart.status.phase, Phase::Queued);
    let deployment = step_to_the_end(&fake, &qovery, deployment).await;
    let restart = step_to_the_end(&fake, &qovery, restart).await;
    assert_eq!((deployment.status.phase, restart.status.phase), (Phase::Failed, Phase::Succeeded));
    let [first, second] = fake.triggered().try_into().unwrap();
    assert_eq!((&*first.action, execution(&deployment)), ("DEPLOY", Some(&*first.execution_id)));
    assert_eq!((&*second.action, execution(&restart)), ("RESTART", Some(&*second.execution_id)));
}

#[tokio::test]
async fn a_deployment_with_the_same_token_is_not_taken_for_the_restart() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    fake.next_deployment(&fake.application(), QoveryScript::never_starts());
    let restart = qovery.restart(&web_of(&fake)).await.unwrap();
    fake.deploy_by_another_program(&fake.application());
    let outcome = qovery.watch(&restart.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    assert_eq!(fake.triggered()[0].action, "DEPLOY");
}

#[tokio::test]
async fn deployed_is_no_end_of_a_restart() {
    for word in ["DEPLOYED", "STOPPED", "RECAP"] {
        let (fake, qovery) = manual(FakeQovery::builder()).await;
        fake.already_deployed(&fake.application());
        fake.next_deployment(&fake.application(), QoveryScript::succeeds().ends_as(word));
        let restart = qovery.restart(&web_of(&fake)).await.unwrap();
        fake.advance(100);
        let seen = qovery.deployment(&restart.id).await.unwrap();
        assert_ne!(seen.status.phase, Phase::Succeeded, "{word}");
    }
}

#[tokio::test]
async fn ready_after_a_deployment_is_no_success_of_a_restart() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::succeeds());
    qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(100);
    fake.next_deployment(&fake.application(), QoveryScript::succeeds().ends_as("READY"));
    let restart = qovery.restart(&web_of(&fake)).await.unwrap();
    fake.advance(100);
    assert_ne!(qovery.deployment(&restart.id).await.unwrap().status.phase, Phase::Succeeded);
    // The console takes `READY` with a past deployment for one that was deployed, so the server decides.
    assert_eq!(qovery.restart(&web_of(&fake)).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(triggers(&fake).len(), 3, "the last one was sent and refused");
}

#[tokio::test]
async fn restarted_is_an_end_of_a_redeployment_as_deployed_is() {
    for (quirk, word) in [(false, "DEPLOYED"), (true, "RESTARTED")] {
        let (fake, qovery) = running(FakeQovery::builder()).await;
        if quirk {
            fake.enable(QoveryQuirk::RedeployIsRestart);
        }
        let services = [
            Target::application(fake.application()),
            Target::new(TargetKind::Container, fake.container()),
            Target::new(TargetKind::Job, fake.add_job("job")),
            Target::new(TargetKind::Helm, fake.add_helm("helm")),
            Target::new(TargetKind::Terraform, fake.add_terraform("bucket")),
            Target::new(TargetKind::Database, fake.add_database("db")),
        ];
        for target in services.into_iter().chain([Target::environment(fake.environment())]) {
            if *target.kind() != TargetKind::Environment {
                fake.already_deployed(target.id());
            }
            let outcome = qovery.deploy_and_wait(&DeployRequest::redeploy(target.clone()), quick()).await.unwrap();
            let Outcome::Succeeded(over) = outcome else { panic!("{target}: {outcome:?}") };
            assert_eq!((over.action, &*over.status.raw), (Action::Redeploy, word), "{target}");
            assert!(over.note.unwrap().contains("unless something has changed"));
        }
    }
}

#[tokio::test]
async fn the_request_behind_the_execution_before_is_not_taken_for_that_of_a_redeployment() {
    let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::KeptRequestId)).await;
    // The first one waits, so that its execution has a request.
    fake.deploy_by_someone_else(&fake.application());
    let environment = Target::environment(fake.environment());
    let first = qovery.redeploy(&environment).await.unwrap();
    let first = step_to_the_end(&fake, &qovery, first).await;
    let second = qovery.redeploy(&environment).await.unwrap();
    assert!(second.id.get("request").is_none(), "{second:?}");
    let second = step_to_the_end(&fake, &qovery, second).await;
    assert_eq!((first.status.phase, second.status.phase), (Phase::Succeeded, Phase::Succeeded));
    let [_, before, after] = fake.triggered().try_into().unwrap();
    assert_eq!(execution(&first), Some(&*before.execution_id));
    assert_eq!(execution(&second), Some(&*after.execution_id));
}

#[tokio::test]
async fn a_restart_whose_answer_is_lost_is_found_and_never_sent_twice() {
    for (fault, sent) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 0)] {
        let plan = FaultPlan::always(fault).on([RequestKind::Trigger]).limit(1);
        let (fake, _network, qovery) = behind(FakeQovery::builder(), plan).await;
        fake.already_deployed(&fake.application());
        let restart = qovery.restart(&web_of(&fake)).await;
        assert_eq!(ours(&fake).len(), sent);
        match restart {
            Ok(restart) => {
                assert_eq!((sent, restart.action), (1, Action::Restart));
                let outcome = qovery.watch(&restart.id, quick()).await.unwrap();
                assert!(outcome.is_success(), "{outcome:?}");
            }
            Err(error) => assert_eq!((sent, error.is_safe_to_repeat()), (0, true), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_restart_is_recovered_from_its_intent() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    fake.already_deployed(&fake.application());
    let intent = qovery.prepare(&DeployRequest::restart(web_of(&fake))).await.unwrap();
    let stored = serde_json::to_string(&intent).unwrap();
    qovery.send(&intent).await.unwrap();
    let restart = qovery.recover(&serde_json::from_str(&stored).unwrap()).await.unwrap();
    assert_eq!((restart.action, ours(&fake).len()), (Action::Restart, 1));
    assert_eq!(execution(&restart), Some(&*ours(&fake)[0].execution_id));
}

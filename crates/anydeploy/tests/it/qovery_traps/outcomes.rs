//! What must not end a wait, and what must end it.

use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, Identity, Outcome, Phase, Target, TargetKind};
use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, QoveryQuirk, QoveryScript};

use crate::support::qovery::{execution, manual, ours, quick, running, step_to_the_end, web, worker};

#[tokio::test]
async fn a_service_that_never_becomes_ready_times_out_and_is_no_success() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::hangs());
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(1_000);
    let mut options = quick();
    options.deadline = Duration::from_secs(1);
    let error = qovery.watch(&deployment.id, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let last = error.last().unwrap();
    assert_eq!((last.status.phase, &*last.status.raw), (Phase::Running, "DEPLOYING"));
}

#[tokio::test]
async fn a_service_in_a_skipped_stage_does_not_hang_the_wait_for_its_environment() {
    let (fake, qovery) = running(FakeQovery::builder()).await;
    let environment = DeployRequest::new(Target::environment(fake.environment()));
    fake.skip(&fake.container());
    let outcome = qovery.deploy_and_wait(&environment, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(fake.triggered()[0].services.len(), 1);

    // With nothing left to deploy the call is accepted, and nothing ever starts.
    fake.skip(&fake.application());
    let outcome = qovery.deploy_and_wait(&environment, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn what_was_deployed_before_a_cancel_stays_deployed() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), QoveryScript::hangs());
    let quick = qovery.deploy(&web(&fake)).await.unwrap();
    let endless = qovery.deploy(&worker(&fake)).await.unwrap();
    fake.advance(50);
    assert_eq!(qovery.cancel_deployment(&endless.id).await.unwrap().status.phase, Phase::Cancelling);
    let quick = step_to_the_end(&fake, &qovery, quick).await;
    let endless = step_to_the_end(&fake, &qovery, endless).await;
    assert_eq!((quick.status.phase, endless.status.phase), (Phase::Succeeded, Phase::Cancelled));
    assert_eq!(execution(&quick), execution(&endless), "Qovery merged the two");
}

#[tokio::test]
async fn a_service_that_is_deleted_during_the_wait_does_not_hang_it() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(5);
    let seen = qovery.deployment(&deployment.id).await.unwrap();
    assert_eq!(seen.status.phase, Phase::Running);
    fake.delete_service(&fake.application());
    fake.advance(50);
    let outcome = qovery.watch(&seen.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_) | Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_status_that_names_no_execution_may_still_be_that_of_the_one_before() {
    for fails in [false, true] {
        let (fake, qovery) = manual(FakeQovery::builder().quirk(QoveryQuirk::OmittedExecutionId)).await;
        let scripts = [QoveryScript::succeeds(), QoveryScript::fails_with("no")];
        let [before, after] = if fails { scripts } else { [scripts[1].clone(), scripts[0].clone()] };
        fake.next_deployment(&fake.application(), before);
        let first = qovery.deploy(&web(&fake)).await.unwrap();
        let first = step_to_the_end(&fake, &qovery, first).await;
        assert_eq!(first.status.phase == Phase::Succeeded, fails);
        fake.next_deployment(&fake.application(), after);
        let second = qovery.deploy(&web(&fake)).await.unwrap();
        assert!(!second.is_over(), "{second:?}");
        let second = step_to_the_end(&fake, &qovery, second).await;
        assert_eq!(second.status.phase == Phase::Succeeded, !fails);
        assert_eq!(execution(&second), Some(&*ours(&fake)[1].execution_id));
    }
}

#[tokio::test]
async fn of_each_kind_the_next_deployment_is_not_judged_by_the_one_before() {
    for stale in [1, 10] {
        let (fake, qovery) = manual(FakeQovery::builder().stale_for(stale)).await;
        let targets = [
            Target::new(TargetKind::Terraform, fake.add_terraform("bucket")),
            Target::new(TargetKind::Helm, fake.add_helm("chart")),
            Target::new(TargetKind::Job, fake.add_job("cron")),
            Target::new(TargetKind::Database, fake.add_database("db")),
            Target::environment(fake.environment()),
        ];
        for target in targets {
            let whole = *target.kind() == TargetKind::Environment;
            let service = if whole { fake.application() } else { target.id().to_owned() };
            for fails in [false, true, false] {
                let script = if fails { QoveryScript::fails_with("no") } else { QoveryScript::succeeds() };
                fake.next_deployment(&service, script);
                let deployment = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
                assert!(!deployment.is_over(), "{deployment:?}");
                let over = step_to_the_end(&fake, &qovery, deployment).await;
                assert_eq!(over.status.phase == Phase::Succeeded, !fails, "{target}: {over:?}");
                assert_eq!(execution(&over), ours(&fake).last().map(|truth| &*truth.execution_id), "{target}");
            }
        }
    }
}

#[tokio::test]
async fn a_failed_check_fails_a_request_that_waited_unless_the_server_forgets_requests() {
    for unnamed in [false, true] {
        let quirks = [QoveryQuirk::DroppedRequestId, QoveryQuirk::ForgottenRequests];
        let quirks = quirks.into_iter().filter(|_| unnamed);
        let (fake, qovery) = manual(quirks.fold(FakeQovery::builder(), FakeQoveryBuilder::quirk)).await;
        fake.next_deployment(&fake.application(), QoveryScript::succeeds());
        fake.next_deployment(&fake.application(), QoveryScript::fails_pre_check("the cluster is full"));
        fake.deploy_by_someone_else(&fake.application());
        let deployment = qovery.deploy(&web(&fake)).await.unwrap();
        fake.advance(5);
        let queued = qovery.deployment(&deployment.id).await.unwrap();
        assert_eq!(queued.status.phase, Phase::Queued);
        fake.advance(50);
        let outcome = qovery.watch(&queued.id, quick()).await;
        if unnamed {
            // The request may have been cancelled while it waited, and the next execution be that of another one.
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Undecidable);
            continue;
        }
        let outcome = outcome.unwrap();
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        assert_eq!(outcome.reason(), Some("the cluster is full"));
    }
}

#[tokio::test]
async fn a_job_that_executes_is_still_being_deployed() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let job = Target::new(TargetKind::Job, fake.add_job("cron"));
    let mut seen = qovery.deploy(&DeployRequest::new(job)).await.unwrap();
    let mut words = Vec::new();
    while !seen.is_over() {
        fake.advance(1);
        seen = qovery.deployment(&seen.id).await.unwrap();
        words.push((seen.status.raw.clone(), seen.status.phase));
    }
    assert!(words.contains(&("EXECUTING".to_owned(), Phase::Running)), "{words:?}");
    assert_eq!(seen.status.phase, Phase::Succeeded);
}

#[tokio::test]
async fn a_state_that_names_no_execution_is_not_believed_while_the_execution_goes_on() {
    for nameless in [false, true] {
        let builder = FakeQovery::builder();
        let builder = if nameless { builder.quirk(QoveryQuirk::OmittedExecutionId) } else { builder };
        let (fake, qovery) = manual(builder).await;
        fake.deploy_by_someone_else(&fake.add_database("db"));
        fake.next_deployment(&fake.container(), QoveryScript::succeeds().lasting(60));
        let short = qovery.deploy(&web(&fake)).await.unwrap();
        qovery.deploy(&worker(&fake)).await.unwrap();
        fake.advance(50);
        // The service is `DEPLOYED`, and without a name that may be from before.
        let seen = qovery.deployment(&short.id).await.unwrap();
        let expected = if nameless { Phase::Running } else { Phase::Succeeded };
        assert_eq!(seen.status.phase, expected, "{seen:?}");
        assert_eq!(step_to_the_end(&fake, &qovery, seen).await.status.phase, Phase::Succeeded);
    }
}

#[tokio::test]
async fn what_moves_now_is_not_the_deployment_that_is_over() {
    for nameless in [false, true] {
        let builder = FakeQovery::builder();
        let builder = if nameless { builder.quirk(QoveryQuirk::OmittedExecutionId) } else { builder };
        let (fake, qovery) = manual(builder).await;
        for target in [Target::environment(fake.environment()), Target::application(fake.application())] {
            let first = qovery.deploy(&DeployRequest::new(target.clone())).await.unwrap();
            let first = step_to_the_end(&fake, &qovery, first).await;
            assert_eq!((first.status.phase, first.identity), (Phase::Succeeded, Identity::Inferred), "{target}");
            // The environment and the service are `BUILDING` again, and after that in error.
            fake.next_deployment(&fake.application(), QoveryScript::fails_with("no"));
            fake.deploy_by_someone_else(&fake.application());
            for ticks in [5, 100] {
                fake.advance(ticks);
                let again = qovery.deployment(&first.id).await.unwrap();
                assert_eq!(again.status.phase, Phase::Succeeded, "{target} after {ticks} ticks");
            }
        }
    }
}

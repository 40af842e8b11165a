//! What a deployment did, as a tree.

use anydeploy::{Deployer, DeployerExt, ErrorKind, Explanation, Phase, Qovery, Target};
use anydeploy_fakes::{FakeQovery, QoveryScript};

use crate::support::qovery::{manual, step_to_the_end, web, worker};

/// A `worker` that ends so, and `web` in the stage behind it, merged into one execution; the tree by each of the two, once
/// it is over.
async fn explained(script: QoveryScript) -> (FakeQovery, Qovery, [Explanation; 2]) {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.put_in_stage(&fake.application(), 2);
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.next_deployment(&fake.container(), script);
    let worker = qovery.deploy(&worker(&fake)).await.unwrap();
    let web = qovery.deploy(&web(&fake)).await.unwrap();
    fake.advance(17);
    let mut ids = Vec::new();
    for deployment in [worker, web] {
        let deployment = qovery.deployment(&deployment.id).await.unwrap();
        ids.push(step_to_the_end(&fake, &qovery, deployment).await.id);
    }
    let mut trees = Vec::new();
    for id in &ids {
        trees.push(qovery.explain(id).await.unwrap());
    }
    (fake, qovery, trees.try_into().unwrap())
}

#[tokio::test]
async fn the_stages_of_an_execution_have_their_services_and_those_their_steps() {
    let (fake, _, [tree, same]) = explained(QoveryScript::succeeds().lasting(6).log(["one", "two"])).await;
    assert_eq!(tree, same, "a service and its execution are explained alike");
    let names: Vec<_> = tree.stages.iter().map(|stage| (stage.name.as_str(), stage.raw_status.as_str())).collect();
    assert_eq!(names, [("DEFAULT", "DONE"), ("STAGE 2", "DONE")]);
    let worker = &tree.stages[0].services[0];
    assert_eq!((worker.target.id(), worker.name.as_str()), (&*fake.container(), "worker"));
    assert_eq!((worker.status.phase, worker.duration.unwrap().as_secs()), (Phase::Succeeded, 6));
    let steps: Vec<_> = worker.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["Deploy", "Terminated"]);
    // Each tick is a millisecond in the log; the lines of the step come at the first, the third and the fifth.
    assert_eq!(worker.steps[0].duration.unwrap().as_millis(), 4);
    assert!(tree.first_error().is_none());
}

#[tokio::test]
async fn the_first_error_is_that_of_the_service_that_failed_and_a_bystander_is_cancelled_by_nobody() {
    let (_, _, [tree, same]) = explained(QoveryScript::fails_with("exit code 1")).await;
    assert_eq!(tree, same);
    let (stage, service, step) = tree.first_error().unwrap();
    assert_eq!((stage.name.as_str(), stage.raw_status.as_str()), ("DEFAULT", "ERROR"));
    assert_eq!((service.name.as_str(), service.status.phase), ("worker", Phase::Failed));
    assert_eq!((step.name.as_str(), step.error.as_deref()), ("DeployedError", Some("exit code 1")));
    let web = &tree.stages[1].services[0];
    assert_eq!((web.name.as_str(), web.status.phase, &*web.status.raw), ("web", Phase::Failed, "CANCELED"));
    assert!(tree.to_string().contains("    DeployedError (0 s): exit code 1\n"), "{tree}");
}

#[tokio::test]
async fn what_a_person_cancelled_is_cancelled() {
    let (_, _, [tree, _]) = explained(QoveryScript::cancelled()).await;
    assert_eq!(tree.stages[0].services[0].status.phase, Phase::Cancelled);
    assert!(tree.first_error().is_none());
}

#[tokio::test]
async fn what_the_engine_could_not_do_and_a_failed_check_stand_in_a_stage_of_the_environment() {
    for (script, step) in [
        (QoveryScript::fails_before_the_service("cannot clone"), "BuiltError"),
        (QoveryScript::fails_pre_check("cannot clone"), "PreCheck"),
    ] {
        let (fake, qovery) = manual(FakeQovery::builder()).await;
        fake.next_deployment(&fake.application(), script);
        qovery.deploy(&web(&fake)).await.unwrap();
        fake.advance(100);
        let target = Target::application(fake.application());
        let id = Qovery::deployment_id(&target, &fake.environment(), &fake.triggered()[0].execution_id);
        let tree = qovery.explain(&id).await.unwrap();
        let (stage, service, failed) = tree.first_error().unwrap();
        assert_eq!((stage.name.as_str(), failed.name.as_str()), ("Environment", step));
        assert_eq!(service.target, Target::environment(fake.environment()));
        assert_eq!(failed.error.as_deref(), Some("cannot clone"));
    }
}

#[tokio::test]
async fn what_waits_or_has_just_begun_did_nothing_and_what_never_was_is_not_found() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.deploy_by_someone_else(&fake.add_database("db"));
    fake.advance(4);
    let id = qovery.deploy(&web(&fake)).await.unwrap().id;
    assert_eq!(qovery.explain(&id).await.unwrap(), Explanation::default());
    let target = Target::application(fake.application());
    let never = Qovery::deployment_id(&target, &fake.environment(), "00000000-0000-4000-8000-00000000dead-9");
    assert_eq!(qovery.explain(&never).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn one_behind_the_first_page_of_the_history_is_explained() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    let deployment = qovery.deploy(&web(&fake)).await.unwrap();
    let id = step_to_the_end(&fake, &qovery, deployment).await.id;
    let database = fake.add_database("db");
    for _ in 0..60 {
        fake.deploy_by_someone_else(&database);
        fake.advance(100);
    }
    let tree = qovery.explain(&id).await.unwrap();
    let service = &tree.stages[0].services[0];
    assert_eq!((service.name.as_str(), service.status.phase), ("web", Phase::Succeeded));
}

#[tokio::test]
async fn one_that_goes_on_is_explained_so_far() {
    let (fake, qovery) = manual(FakeQovery::builder()).await;
    fake.next_deployment(&fake.application(), QoveryScript::hangs().log(["one"]));
    let id = qovery.deploy(&web(&fake)).await.unwrap().id;
    fake.advance(10);
    let tree = qovery.explain(&id).await.unwrap();
    let service = &tree.stages[0].services[0];
    assert_eq!((tree.stages[0].raw_status.as_str(), service.status.phase), ("ONGOING", Phase::Running));
    assert_eq!((service.steps.len(), service.duration.unwrap().as_secs()), (1, 7));
}

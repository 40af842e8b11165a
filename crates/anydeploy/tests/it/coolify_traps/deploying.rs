//! What can be missed or mistaken between a trigger and the end of its deployment.

use anydeploy::{DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Identity, Outcome, Phase};
use anydeploy::{Revision, ServiceState, Target};
use anydeploy_fakes::{CoolifyOrigin, CoolifyQuirk, CoolifyScript, FakeCoolify};
use anydeploy_wire::{Method, Operation};

use crate::support::coolify::{manual, quick, request, running, uuid};

#[tokio::test(flavor = "multi_thread")]
async fn of_six_simultaneous_triggers_one_deploys_and_five_name_it() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let callers = (0..6).map(|_| {
        let (coolify, request) = (coolify.clone(), request(&fake.application()));
        tokio::spawn(async move { coolify.deploy(&request).await })
    });
    let results: Vec<_> = futures::future::join_all(callers).await.into_iter().map(Result::unwrap).collect();
    let triggered = fake.triggered();
    assert_eq!(triggered.len(), 1);
    // Who asked before it was stored adopts it; who asked after it is free to wait and ask again.
    let deployments: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(deployment) => deployment,
            Err(error) if error.kind() == ErrorKind::AlreadyRunning => error.last().unwrap(),
            Err(error) => panic!("{error:?}"),
        })
        .collect();
    assert!(deployments.iter().all(|deployment| uuid(deployment) == triggered[0].id), "{deployments:?}");
    let exact = deployments.iter().filter(|deployment| deployment.identity == Identity::Exact).count();
    let adopted = deployments.iter().filter(|deployment| deployment.identity == Identity::Adopted).count();
    assert_eq!((exact, adopted), (1, 5));
}

#[tokio::test]
async fn an_unauthorized_deployment_inside_a_200_is_a_missing_permission() {
    let (fake, coolify) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::DeployUnauthorized)).await;
    for target in [Target::application(fake.application()), Target::database(fake.database())] {
        let error = coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::PermissionDenied, Some(200)), "{target}");
        assert!(error.server_message().unwrap().starts_with("Unauthorized to "), "{error}");
        assert!(error.is_safe_to_repeat());
    }
    assert!(fake.triggered().is_empty() && fake.starts().is_empty());
}

#[tokio::test]
async fn an_image_tag_on_an_application_from_git_is_refused_inside_a_200() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = fake.add_git_application("shop");
    fake.add_preview(&shop, 7);
    let tagged = request(&shop).with_pull_request(7).with_revision(Revision::ImageTag("1.2.3".into()));
    let error = coolify.deploy(&tagged).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(200)));
    assert!(error.server_message().unwrap().contains("Docker Image applications"), "{error}");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn an_image_tag_makes_the_preview_that_is_missing() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let tagged = request(&fake.application()).with_pull_request(9).with_revision(Revision::ImageTag("1.2.3".into()));
    let deployment = coolify.deploy(&tagged).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    assert_eq!((uuid(&deployment), 9), (&*fake.triggered()[0].id, fake.triggered()[0].pull_request));
}

#[tokio::test]
async fn pull_request_zero_is_not_production() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    // Coolify reads everything that is no positive number as 0, and 0 as production.
    for number in [0, u64::MAX] {
        let error = coolify.deploy(&request(&fake.application()).with_pull_request(number)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{number}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn what_has_no_pull_requests_is_never_asked_for_one() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    for target in [Target::service(fake.service()), Target::database(fake.database())] {
        // The server answers 500, and a 500 would leave it open whether it has deployed.
        let error = coolify.deploy(&DeployRequest::new(target).with_pull_request(7)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn an_id_with_a_comma_or_a_blank_is_never_sent_because_the_server_drops_it_silently() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let web = fake.application();
    for id in [format!("{web},nosuchthing"), format!(" {web}"), format!("{web},"), ",".to_owned()] {
        let error = coolify.deploy(&request(&id)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id:?}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn an_additional_server_is_deployed_under_another_id_which_is_not_taken_for_the_first() {
    let (fake, coolify) = running(FakeCoolify::builder().quirk(CoolifyQuirk::ExtraDestination)).await;
    fake.next_deployment(&fake.application(), CoolifyScript::succeeds());
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("the second machine is full"));
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(uuid(outcome.deployment().unwrap()), fake.triggered()[0].id);
    // The other one shows in the history alone, and fails there.
    let target = Target::application(fake.application());
    let history = loop {
        let history = coolify.history_of(&target, HistoryOptions::default()).await.unwrap();
        if history.len() == 2 && history[0].status.is_terminal() {
            break history;
        }
    };
    assert_eq!(fake.triggered()[1].origin, CoolifyOrigin::ExtraDestination);
    assert_eq!((history[0].status.phase, history[1].status.phase), (Phase::Failed, Phase::Succeeded));
    assert!(coolify.watch(&deployment.id, quick()).await.unwrap().is_success());
}

#[tokio::test]
async fn a_dead_machine_is_noticed_by_the_deployment_and_not_by_its_trigger() {
    let (fake, coolify) = running(FakeCoolify::builder().quirk(CoolifyQuirk::ServerUnreachable)).await;
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!(deployment.identity, Identity::Exact);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_service_is_started_inside_its_trigger_which_a_dead_machine_answers_with_500() {
    let (fake, coolify) = running(FakeCoolify::builder().quirk(CoolifyQuirk::ServerUnreachable)).await;
    let error = coolify.deploy(&DeployRequest::new(Target::service(fake.service()))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Undecidable | ErrorKind::NotTriggered), "{error:?}");
    let triggers = fake.requests();
    assert_eq!(triggers.iter().filter(|request| request.method.as_str() == "POST").count(), 1);
}

#[tokio::test]
async fn an_application_that_is_being_deleted_still_takes_a_deployment_which_is_then_lost() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let client = coolify_client::Client::new(fake.url(), fake.token()).unwrap();
    let delete = Operation::new(Method::Delete, "delete-application-by-uuid", "/applications/{uuid}");
    client.http().request(&delete).path("uuid", fake.application()).send().await.unwrap();
    fake.next_deployment(&fake.application(), CoolifyScript::hangs());
    let deployment = coolify.deploy(&request(&fake.application())).await.unwrap();
    assert_eq!(coolify.deployment(&deployment.id).await.unwrap().status.phase, Phase::Running);
    fake.advance(100);
    let outcome = coolify.watch(&deployment.id, quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
}

#[tokio::test]
async fn an_application_that_runs_says_nothing_about_its_last_deployment() {
    let (fake, coolify) = running(FakeCoolify::builder()).await;
    assert!(coolify.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap().is_success());
    fake.next_deployment(&fake.application(), CoolifyScript::fails_with("boom"));
    let outcome = coolify.deploy_and_wait(&request(&fake.application()), quick()).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    let service = coolify.service(&Target::application(fake.application())).await.unwrap();
    assert_eq!((service.state, &*service.raw_state), (ServiceState::Running, "running:healthy"));
}

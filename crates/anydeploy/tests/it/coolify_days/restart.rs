//! Restarts and redeployments: which deployment they are, and what they ship.

use anydeploy::{
    Action, Adoption, DeployRequest, Deployer, DeployerExt, ErrorKind, HistoryOptions, Identity, Phase, RanRevision,
    Target,
};
use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify, Fault, RequestKind};

use super::{behind, stepping, written};
use crate::support::coolify::{manual, quick, uuid};

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";

/// An application built from a repository, of which `OLD` was deployed.
fn deployed(fake: &FakeCoolify) -> Target {
    let shop = fake.add_git_application("shop");
    fake.push(&shop, "main", OLD);
    fake.deploy_by_someone_else(&shop);
    fake.advance(10);
    Target::application(shop)
}

#[tokio::test]
async fn a_restart_builds_nothing_and_is_watched_to_its_end() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let restart = coolify.restart(&shop).await.unwrap();
    assert_eq!((restart.identity, restart.action), (Identity::Exact, Action::Restart));
    assert_eq!(uuid(&restart), fake.triggered()[1].id);
    let outcome = coolify.watch(&restart.id, quick()).await.unwrap();
    let ended = outcome.deployment().unwrap();
    assert!(outcome.is_success() && ended.note.is_none(), "{outcome:?}");
    assert_eq!((&ended.revision, ended.action), (&RanRevision::Commit(OLD.to_owned()), Action::Restart));
    assert!(fake.triggered()[1].restart && fake.builds(shop.id()) == 1);
}

#[tokio::test]
async fn a_restart_that_ships_a_newer_head_succeeds_and_says_so() {
    let (fake, coolify) = stepping(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    fake.push(shop.id(), "main", NEW);
    let restart = coolify.restart(&shop).await.unwrap();
    // Another process, which has the text of the id alone, learns the same.
    let id = restart.id.to_string().parse().unwrap();
    let outcome = coolify.watch(&id, quick()).await.unwrap();
    let ended = outcome.deployment().unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(ended.revision, RanRevision::Commit(NEW.to_owned()));
    let note = ended.note.as_deref().unwrap();
    assert!(note.contains(OLD) && note.contains(NEW), "{note}");
    assert_eq!(fake.builds(shop.id()), 2);
}

#[tokio::test]
async fn a_restart_of_an_image_application_is_found_by_restart_only() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    let restart = coolify.restart(&Target::application(fake.application())).await.unwrap();
    assert_eq!((restart.identity, uuid(&restart)), (Identity::Inferred, &*fake.triggered()[0].id));
    assert_eq!((fake.triggered().len(), restart.action), (1, Action::Restart));
}

#[tokio::test]
async fn a_restart_is_not_taken_for_a_deployment_beside_it() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let shop = deployed(&fake);
    let restart = tokio::spawn({
        let (coolify, shop) = (coolify.clone(), shop.clone());
        async move { coolify.restart(&shop).await }
    });
    let list = format!("/deployments/applications/{}", shop.id());
    while !fake.requests().iter().any(|request| request.path.ends_with(&list)) {
        tokio::task::yield_now().await;
    }
    fake.deploy_by_another_program(shop.id());
    let error = restart.await.unwrap().unwrap_err();
    assert!(!fake.triggered().iter().any(|row| row.restart));
    // Coolify may have taken it for the deployment, which is no restart.
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
}

#[tokio::test]
async fn a_lost_restart_that_was_never_acted_on_is_safe_to_repeat() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let error = coolify.restart(&Target::application(fake.application())).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::NotTriggered, true), "{error}");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_restart_after_the_commit_is_known_is_not_merged() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    fake.next_deployment(shop.id(), CoolifyScript::succeeds().lasting(100));
    fake.deploy_by_someone_else(shop.id());
    let error = coolify.restart(&shop).await.unwrap_err();
    assert_eq!((error.kind(), fake.triggered().len()), (ErrorKind::AlreadyRunning, 2));
    fake.advance(2);
    let restart = coolify.restart(&shop).await.unwrap();
    assert_eq!((restart.identity, restart.status.phase), (Identity::Exact, Phase::Queued));
    assert_eq!(fake.triggered().len(), 3);
}

#[tokio::test]
async fn a_restart_that_is_merged_into_a_deployment_says_so() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.deploy_by_someone_else(&fake.application());
    let request = DeployRequest::restart(Target::application(fake.application())).with_adoption(Adoption::Any);
    let adopted = coolify.deploy(&request).await.unwrap();
    assert_eq!((adopted.identity, fake.triggered().len()), (Identity::Adopted, 1));
    assert!(adopted.note.is_some_and(|note| note.contains("took the restart for a deployment")));
}

#[tokio::test]
async fn a_restart_on_a_full_queue_is_queue_full_and_not_lost() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    fake.fill_queue();
    let web = Target::application(fake.application());
    let error = coolify.restart(&web).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::QueueFull, true), "{error}");
    fake.drain_queue();
    assert_eq!(coolify.restart(&web).await.unwrap().identity, Identity::Exact);
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_restart_intent_is_recovered_by_another_process() {
    let (fake, _) = manual(FakeCoolify::builder()).await;
    let (_network, coolify) = behind(&fake, Fault::SilenceAfter, RequestKind::Trigger);
    let shop = deployed(&fake);
    let intent = coolify.prepare(&DeployRequest::restart(shop)).await.unwrap();
    let stored = serde_json::to_string(&intent).unwrap();
    let sent = coolify.send(&intent).await.unwrap();
    assert_eq!(sent.identity, Identity::Inferred);
    let intent = serde_json::from_str(&stored).unwrap();
    let recovered = coolify.recover(&intent).await.unwrap();
    assert_eq!((uuid(&recovered), recovered.action), (&*fake.triggered()[1].id, Action::Restart));
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn a_restart_of_a_service_or_database_is_followed_by_its_state() {
    for kind in ["service", "database"] {
        let (fake, coolify) = manual(FakeCoolify::builder().poll_containers_every(30)).await;
        let target =
            if kind == "service" { Target::service(fake.service()) } else { Target::database(fake.database()) };
        fake.set_status(target.id(), "running:healthy");
        let restart = coolify.restart(&target).await.unwrap();
        assert_eq!((restart.identity, restart.action), (Identity::Inferred, Action::Restart));
        fake.advance(3);
        let down = coolify.deployment(&restart.id).await.unwrap();
        assert!(down.status.phase == Phase::Running && down.status.raw.starts_with("exited"), "{target} {down:?}");
        fake.advance(30);
        let outcome = coolify.watch(&down.id, quick()).await.unwrap();
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(written(&fake), ["restart"]);
    }
}

#[tokio::test]
async fn a_lost_restart_of_a_service_is_found_by_its_state_or_open() {
    for (tick, found) in [(1, true), (0, false)] {
        let (fake, _) = manual(FakeCoolify::builder().poll_containers_every(1_000)).await;
        let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
        let database = Target::database(fake.database());
        fake.set_status(database.id(), "running:healthy");
        // Its stop shows at once, or as long as the clock stands still not at all.
        fake.next_start(database.id(), if tick == 1 { vec![(0, "exited:unhealthy")] } else { Vec::new() });
        let restart = coolify.restart(&database).await;
        match restart {
            Ok(restart) => assert_eq!((found, restart.identity), (true, Identity::Inferred)),
            Err(error) => {
                assert_eq!((found, error.kind()), (false, ErrorKind::Undecidable), "{error}");
                assert!(!error.is_safe_to_repeat());
            }
        }
        assert_eq!(written(&fake), ["restart"], "it is sent once");
    }
}

#[tokio::test]
async fn a_lost_restart_on_a_machine_out_of_reach_is_not_found_by_an_old_state() {
    let (fake, _) = manual(FakeCoolify::builder().quirk(CoolifyQuirk::ServerNotFunctional)).await;
    let (_network, coolify) = behind(&fake, Fault::ResetAfter, RequestKind::Trigger);
    // So it was before, and what it is now nobody sees.
    fake.set_status(&fake.database(), "exited:unhealthy");
    let error = coolify.restart(&Target::database(fake.database())).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat()), (ErrorKind::Undecidable, false), "{error}");
    assert_eq!(written(&fake), ["restart"], "it is sent once");
}

#[tokio::test]
async fn a_lost_restart_beside_the_start_of_somebody_else_is_open() {
    let (fake, _) = manual(FakeCoolify::builder().poll_containers_every(1_000)).await;
    let (_network, coolify) = behind(&fake, Fault::ResetBefore, RequestKind::Trigger);
    let database = Target::database(fake.database());
    fake.set_status(database.id(), "starting:unhealthy");
    let error = coolify.restart(&database).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable, "{error}");
    assert!(written(&fake).is_empty(), "what shows is the start that was under way before");
}

#[tokio::test]
async fn redeploying_a_service_pulls_its_images_and_restarting_it_does_not() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let service = Target::service(fake.service());
    for (action, latest) in [(Action::Restart, None), (Action::Redeploy, Some("true"))] {
        let deployment = match action {
            Action::Restart => coolify.restart(&service).await,
            _ => coolify.redeploy(&service).await,
        };
        assert_eq!(deployment.unwrap().action, action);
        let requests = fake.requests();
        let sent = requests.iter().rfind(|request| request.method == "POST").unwrap();
        assert!(sent.path.ends_with("/restart"), "{}", sent.path);
        assert_eq!(sent.query_parameter("latest").as_deref(), latest);
    }
}

#[tokio::test]
async fn redeploying_an_application_is_a_deployment_which_may_leave_out_the_cache() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    let redeployed = coolify.deploy(&DeployRequest::redeploy(shop.clone()).with_no_cache(true)).await.unwrap();
    assert_eq!((redeployed.action, redeployed.identity), (Action::Redeploy, Identity::Exact));
    fake.advance(5);
    let last = &fake.triggered()[1];
    assert!(last.forced && !last.restart && fake.builds(shop.id()) == 2);
}

#[tokio::test]
async fn a_restart_takes_no_option_and_nothing_is_sent() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let restart = || DeployRequest::restart(Target::application(fake.application()));
    for request in [restart().with_no_cache(true), restart().with_pull_request(7), restart().with_reason("why")] {
        assert_eq!(coolify.deploy(&request).await.unwrap_err().kind(), ErrorKind::Unsupported, "{request:?}");
    }
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_history_says_what_each_deployment_did() {
    let (fake, coolify) = manual(FakeCoolify::builder()).await;
    let shop = deployed(&fake);
    coolify.restart(&shop).await.unwrap();
    fake.advance(5);
    let actions: Vec<_> =
        coolify.history_of(&shop, HistoryOptions::default()).await.unwrap().iter().map(|one| one.action).collect();
    assert_eq!(actions, [Action::Restart, Action::Deploy]);
}

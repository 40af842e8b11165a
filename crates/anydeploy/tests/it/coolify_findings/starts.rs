//! Services and databases that start slowly, or not at all.

use std::time::Duration;

use anydeploy::{Coolify, DeployRequest, Deployer, DeployerExt, Deployment, DeploymentId, Phase, Target};
use anydeploy_fakes::{CoolifyQuirk, FakeCoolify, FaultPlan, FaultyNetwork, RequestKind};
use anydeploy_fakes::{Fault, Pace};

/// A server on which nothing happens by itself, and a deployer with the usual grace of a minute.
async fn scene() -> (FakeCoolify, Coolify) {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let coolify = Coolify::builder().url(fake.url()).token(fake.token()).build().unwrap();
    (fake, coolify)
}

async fn start(coolify: &Coolify, target: &Target) -> DeploymentId {
    coolify.deploy(&DeployRequest::new(target.clone())).await.unwrap().id
}

/// The same id, as if the moment in it were so long ago.
fn aged(id: &DeploymentId, key: &str, seconds: i64) -> DeploymentId {
    let moment = id.get(key).unwrap_or_else(|| panic!("{id} holds no `{key}`"));
    let earlier: Vec<_> =
        moment.split('.').map(|clock| (clock.parse::<i64>().unwrap() - seconds).to_string()).collect();
    id.clone().with(key, earlier.join("."))
}

async fn phase(coolify: &Coolify, id: &DeploymentId) -> (Phase, DeploymentId) {
    let Deployment { id, status, .. } = coolify.deployment(id).await.unwrap();
    (status.phase, id)
}

fn both(fake: &FakeCoolify) -> [Target; 2] {
    [Target::service(fake.service()), Target::database(fake.database())]
}

#[tokio::test]
async fn start_that_shows_nothing_for_minutes_is_running_and_then_succeeds() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.next_start(target.id(), [(0, "exited:unhealthy"), (5, "starting:unhealthy"), (6, "running:healthy")]);
        let id = aged(&start(&coolify, &target).await, "since", 300);
        let (seen, id) = phase(&coolify, &id).await;
        assert_eq!(seen, Phase::Running, "{target}: five minutes of pulling images");
        fake.advance(5);
        let (seen, id) = phase(&coolify, &id).await;
        assert_eq!(seen, Phase::Running, "{target}");
        fake.advance(1);
        assert_eq!(phase(&coolify, &id).await.0, Phase::Succeeded, "{target}");
    }
}

#[tokio::test]
async fn start_that_was_seen_and_has_stopped_again_has_failed_after_two_refreshes() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.next_start(target.id(), [(0, "starting:unhealthy"), (1, "exited")]);
        let (seen, id) = phase(&coolify, &start(&coolify, &target).await).await;
        assert_eq!(seen, Phase::Running);
        fake.advance(1);
        // Between the end of a start and the next refresh it is `exited` as well.
        let (seen, id) = phase(&coolify, &aged(&id, "up", 60)).await;
        assert_eq!(seen, Phase::Running, "{target}");
        assert_eq!(phase(&coolify, &aged(&id, "up", 61)).await.0, Phase::Failed, "{target}");
    }
}

#[tokio::test]
async fn start_that_is_never_seen_has_failed_after_its_own_limit() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.next_start(target.id(), [(0, "exited")]);
        let id = start(&coolify, &target).await;
        assert_eq!(phase(&coolify, &aged(&id, "since", 14 * 60)).await.0, Phase::Running, "{target}");
        assert_eq!(phase(&coolify, &aged(&id, "since", 15 * 60)).await.0, Phase::Failed, "{target}");
    }
}

#[tokio::test]
async fn what_ran_before_is_not_taken_for_the_start_within_the_grace() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        start(&coolify, &target).await;
        fake.advance(2);
        // It runs; the state stays the old one for up to a minute after the next start.
        fake.next_start(target.id(), []);
        let id = aged(&start(&coolify, &target).await, "since", 20);
        let (seen, id) = phase(&coolify, &id).await;
        assert_eq!(seen, Phase::Running, "{target}");
        assert_eq!(phase(&coolify, &aged(&id, "since", 40)).await.0, Phase::Succeeded, "{target}");
    }
}

#[tokio::test]
async fn what_was_seen_down_after_the_start_runs_because_of_it() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        start(&coolify, &target).await;
        fake.advance(2);
        fake.next_start(target.id(), [(0, "exited"), (1, "running:healthy")]);
        let (_, id) = phase(&coolify, &start(&coolify, &target).await).await;
        fake.advance(1);
        assert_eq!(phase(&coolify, &aged(&id, "since", 11)).await.0, Phase::Succeeded, "{target}");
    }
}

#[tokio::test]
async fn one_failed_read_before_a_start_does_not_fail_it() {
    let (fake, _) = scene().await;
    for target in both(&fake) {
        let plan = FaultPlan::always(Fault::HtmlPage { code: 502 }).on([RequestKind::Read]).limit(1);
        let network = FaultyNetwork::before(&fake.url(), plan).unwrap();
        let builder = Coolify::builder().url(network.url()).token(fake.token());
        let coolify = builder.timeout(Duration::from_secs(5)).build().unwrap();
        start(&coolify, &target).await;
        assert_eq!(network.injected().len(), 1);
    }
    assert_eq!(fake.starts().len(), 2);
}

#[tokio::test]
async fn restart_on_a_machine_that_is_not_functional_is_no_success() {
    let fake = FakeCoolify::builder().pace(Pace::Manual).quirk(CoolifyQuirk::ServerNotFunctional).start().await;
    let coolify = Coolify::builder().url(fake.url()).token(fake.token()).build().unwrap();
    for target in both(&fake) {
        for status in ["running:healthy", "exited"] {
            fake.set_status(target.id(), status);
            for request in [DeployRequest::restart(target.clone()), DeployRequest::redeploy(target.clone())] {
                let restart = coolify.deploy(&request).await.unwrap();
                fake.advance(90);
                let later = coolify.deployment(&aged(&restart.id, "since", 3600)).await.unwrap();
                assert_eq!(later.status.phase, Phase::Unknown, "{target} {status}");
                assert!(later.note.is_some_and(|note| note.contains("not reachable")), "{target} {status}");
            }
        }
    }
    assert!(fake.starts().is_empty());
    let database = Target::database(fake.database());
    let deploy = start(&coolify, &database).await;
    assert_eq!(phase(&coolify, &aged(&deploy, "since", 3600)).await.0, Phase::Unknown);
}

#[tokio::test]
async fn state_from_before_a_start_that_may_be_old_does_not_shorten_the_wait() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.set_status(target.id(), "exited");
        fake.enable(CoolifyQuirk::ServerNotFunctional);
        let restart = coolify.restart(&target).await.unwrap();
        fake.disable(CoolifyQuirk::ServerNotFunctional);
        // It ran all the time, which the server sees once it reaches the machine again.
        fake.set_status(target.id(), "running:healthy");
        assert_eq!(phase(&coolify, &aged(&restart.id, "since", 20)).await.0, Phase::Running, "{target}");
    }
}

#[tokio::test]
async fn redeploy_whose_images_are_not_pulled_succeeds_late_and_says_what_is_not_known() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.set_status(target.id(), "running:healthy");
        // The pull fails, and the containers from before go on.
        fake.next_start(target.id(), [(0, "starting:unhealthy"), (1, "running:healthy")]);
        let redeploy = coolify.redeploy(&target).await.unwrap();
        let (seen, id) = phase(&coolify, &redeploy.id).await;
        assert_eq!(seen, Phase::Running, "{target}");
        fake.advance(1);
        // An old state may show right after the start.
        let (seen, id) = phase(&coolify, &aged(&aged(&id, "since", 300), "up", 59)).await;
        assert_eq!(seen, Phase::Running, "{target}");
        let ended = coolify.deployment(&aged(&id, "up", 1)).await.unwrap();
        assert_eq!(ended.status.phase, Phase::Succeeded, "{target}");
        assert!(ended.note.is_some_and(|note| note.contains("does not report")), "{target}");
    }
}

#[tokio::test]
async fn restart_that_was_seen_down_succeeds_without_a_note() {
    let (fake, coolify) = scene().await;
    for target in both(&fake) {
        fake.set_status(target.id(), "running:healthy");
        let (_, id) = phase(&coolify, &coolify.restart(&target).await.unwrap().id).await;
        fake.advance(1);
        let ended = coolify.deployment(&aged(&id, "since", 11)).await.unwrap();
        assert_eq!((ended.status.phase, ended.note), (Phase::Succeeded, None), "{target}");
    }
}

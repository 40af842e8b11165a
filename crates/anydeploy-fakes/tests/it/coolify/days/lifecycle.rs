//! What is shown while something starts, stops or restarts, and what a stop does to a deployment.

use anydeploy_fakes::{CoolifyQuirk, CoolifyScript, FakeCoolify};
use serde_json::Value;

use super::{status, written};
use crate::coolify::{deploy, deployment, get, post, status_of, still, still_with};

/// The different statuses that were shown from one poll to the next, with the tick at which each began.
async fn timeline(fake: &FakeCoolify, path: &str, ticks: u64) -> Vec<(u64, String)> {
    let mut shown = vec![(0, status(fake, path).await)];
    for tick in 1..=ticks {
        fake.advance(1);
        let now = status(fake, path).await;
        if shown.last().is_none_or(|(_, before)| *before != now) {
            shown.push((tick, now));
        }
    }
    shown
}

fn as_text(timeline: &[(u64, String)]) -> Vec<(u64, &str)> {
    timeline.iter().map(|(tick, status)| (*tick, &**status)).collect()
}

#[tokio::test]
async fn a_service_that_starts_shows_exited_again_until_the_next_look() {
    let fake = still_with(|builder| builder.poll_containers_every(10)).await;
    let path = format!("/services/{}", fake.service());
    post(&fake, &format!("{path}/start")).await;
    let shown = timeline(&fake, &path, 12).await;
    assert_eq!(as_text(&shown), [(0, "starting:unhealthy"), (2, "exited"), (10, "running:unknown")]);
}

#[tokio::test]
async fn a_service_that_restarts_does_the_same() {
    let fake = still_with(|builder| builder.poll_containers_every(10)).await;
    let path = format!("/services/{}", fake.service());
    fake.set_status(&fake.service(), "running:unknown");
    post(&fake, &format!("{path}/restart")).await;
    let shown = timeline(&fake, &path, 12).await;
    let expected = [(0, "running:unknown"), (1, "starting:unhealthy"), (3, "exited"), (10, "running:unknown")];
    assert_eq!(as_text(&shown), expected);
}

#[tokio::test]
async fn a_database_shows_no_start_and_the_stop_of_a_restart_until_the_next_look() {
    let fake = still_with(|builder| builder.poll_containers_every(10)).await;
    let path = format!("/databases/{}", fake.database());
    post(&fake, &format!("{path}/start")).await;
    let shown = timeline(&fake, &path, 12).await;
    assert_eq!(as_text(&shown), [(0, "exited:unhealthy"), (10, "running:healthy")]);
    post(&fake, &format!("{path}/restart")).await;
    let shown = timeline(&fake, &path, 9).await;
    assert_eq!(as_text(&shown), [(0, "running:healthy"), (1, "exited:unhealthy"), (8, "running:healthy")]);
}

#[tokio::test]
async fn a_service_that_is_starting_may_be_started_and_stopped() {
    let fake = still().await;
    let path = format!("/services/{}", fake.service());
    for status in ["starting:unhealthy", "degraded:unhealthy"] {
        fake.set_status(&fake.service(), status);
        assert_eq!(post(&fake, &format!("{path}/start")).await.status, 200, "{status}");
        fake.set_status(&fake.service(), status);
        assert_eq!(post(&fake, &format!("{path}/stop")).await.status, 200, "{status}");
    }
}

#[tokio::test]
async fn a_deployment_under_way_undoes_a_stop_at_its_end() {
    let fake = still_with(|builder| builder.poll_containers_every(60)).await;
    let web = fake.application();
    let path = format!("/applications/{web}");
    fake.set_status(&web, "running:unknown");
    fake.next_deployment(&web, CoolifyScript::succeeds().lasting(8));
    let id = deploy(&fake, &web).await;
    fake.advance(3);
    post(&fake, &format!("{path}/stop")).await;
    let shown = timeline(&fake, &path, 8).await;
    assert_eq!(as_text(&shown), [(0, "running:unknown"), (1, "exited:unhealthy"), (6, "running:unknown")]);
    assert_eq!(status_of(&fake, &id).await, "finished");
}

#[tokio::test]
async fn a_queued_deployment_starts_a_stopped_application_again() {
    let fake = still().await;
    let web = fake.application();
    let path = format!("/applications/{web}");
    deploy(&fake, &web).await;
    post(&fake, &format!("/deploy?uuid={web}&force=true")).await;
    post(&fake, &format!("{path}/stop")).await;
    fake.advance(2);
    assert_eq!(status(&fake, &path).await, "exited:unhealthy");
    fake.advance(8);
    assert_eq!(status(&fake, &path).await, "running:healthy");
}

#[tokio::test]
async fn a_stop_fails_the_deployment_that_waits_for_the_health_check() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::succeeds().lasting(20).health_checked());
    let id = deploy(&fake, &web).await;
    fake.advance(7);
    fake.set_status(&web, "running:unhealthy");
    post(&fake, &format!("/applications/{web}/stop")).await;
    fake.advance(1);
    assert_eq!(status_of(&fake, &id).await, "in_progress");
    fake.advance(1);
    assert_eq!(status_of(&fake, &id).await, "failed");
    fake.advance(20);
    assert_eq!(status(&fake, &format!("/applications/{web}")).await, "exited:unhealthy");
}

#[tokio::test]
async fn a_server_that_is_not_functional_stops_nothing_and_fails_every_deployment_without_a_date() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::ServerNotFunctional)).await;
    let web = fake.application();
    let path = format!("/applications/{web}");
    fake.set_status(&web, "running:unknown");
    assert_eq!(post(&fake, &format!("{path}/stop")).await.status, 200);
    let id = deploy(&fake, &web).await;
    fake.advance(5);
    let row = deployment(&fake, &id).await;
    assert_eq!((&row["status"], &row["finished_at"]), (&"failed".into(), &Value::Null));
    assert!(row["logs"].as_str().unwrap().contains("Server is not functional."), "{row}");
    let application = get(&fake, &path).await.json();
    assert_eq!((&application["status"], &application["server_status"]), (&"running:unknown".into(), &false.into()));
    assert_eq!(written(&fake), [("stop".to_owned(), false)]);
}

#[tokio::test]
async fn what_is_written_is_kept_with_its_effect_and_what_is_refused_is_not() {
    let fake = still().await;
    let (web, database) = (fake.application(), fake.database());
    for _ in 0..2 {
        post(&fake, &format!("/databases/{database}/start")).await;
        fake.advance(1);
    }
    post(&fake, &format!("/databases/{database}/restart")).await;
    post(&fake, &format!("/applications/{web}/stop")).await;
    let expected =
        [("start", true), ("restart", true), ("stop", false)].map(|(what, effect)| (what.to_owned(), effect));
    assert_eq!(written(&fake), expected);
    assert_eq!(fake.writes()[2].target, web);
}

// Source of 4.3.11: `RestartDatabase`, `StartDatabase` and `StopService` return before they write anything.
#[tokio::test]
async fn a_server_that_is_not_functional_answers_a_restart_and_restarts_nothing() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::ServerNotFunctional)).await;
    for path in [format!("/services/{}", fake.service()), format!("/databases/{}", fake.database())] {
        fake.set_status(path.split('/').next_back().unwrap(), "running:healthy");
        assert_eq!(post(&fake, &format!("{path}/restart")).await.status, 200);
        assert_eq!(timeline(&fake, &path, 5).await, [(0, "running:healthy".to_owned())]);
        assert_eq!(get(&fake, &path).await.json()["server_status"], false);
    }
    assert!(written(&fake).iter().all(|(_, effect)| !effect) && fake.starts().is_empty());
}

// Source of 4.3.11: `StartService` stops nothing if it pulls the images first.
#[tokio::test]
async fn a_service_whose_images_are_pulled_first_is_not_stopped() {
    let fake = still_with(|builder| builder.poll_containers_every(10)).await;
    let path = format!("/services/{}", fake.service());
    for route in ["restart?latest=true".to_owned(), format!("deploy?uuid={}", fake.service())] {
        fake.set_status(&fake.service(), "running:unknown");
        let route = if route.starts_with("deploy") { format!("/{route}") } else { format!("{path}/{route}") };
        assert_eq!(post(&fake, &route).await.status, 200);
        let shown = timeline(&fake, &path, 12).await;
        assert_eq!(as_text(&shown), [(0, "starting:unhealthy"), (2, "running:unknown")], "{route}");
    }
}

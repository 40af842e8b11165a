//! Answers of Dokploy 0.30.2.

use std::time::Duration;

use anydeploy::{
    DeployRequest, Deployer, DeployerExt, Dokploy, ErrorKind, HistoryOptions, Identity, Phase, RanRevision,
    RollbackObstacle, ServiceState, Target, TargetKind, VariableScope, VariableValue,
};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{playing, writes};

const RECORDED: &str = include_str!("../../recorded/dokploy-days.jsonl");

/// Neither a row nor a job.
const NOTHING: &str = r"^/api/deployment\.(queueList|all|allByCompose)$";

async fn dokploy(ids: &[&str]) -> (MockServer, Dokploy) {
    let server = playing(RECORDED, ids).await;
    let nothing = ResponseTemplate::new(200).set_body_json(serde_json::json!([]));
    Mock::given(method("GET")).and(path_regex(NOTHING)).respond_with(nothing).with_priority(1).mount(&server).await;
    let builder = Dokploy::builder().url(server.uri()).token("token").grace(Duration::from_millis(200));
    (server, builder.build().unwrap())
}

fn web() -> Target {
    Target::application("hsbSGIEkatS6fYnOFdkUL")
}

#[tokio::test]
async fn the_variables_of_an_application_and_a_compose_stack_are_read() {
    let read = async |id: &str, target: Target| {
        let (_server, dokploy) = dokploy(&[id]).await;
        let set = dokploy.variables_of(&target).await.unwrap();
        let one = |variable: anydeploy::Variable| (variable.key, variable.value, variable.scope, variable.secret);
        set.variables.into_iter().map(one).collect::<Vec<_>>()
    };
    let variable = |key: &str, value: &str, scope, secret| (key.to_owned(), VariableValue::from(value), scope, secret);
    let expected = [
        variable("K", "V", VariableScope::Runtime, false),
        variable("B", "1", VariableScope::Build, false),
        variable("S", "1", VariableScope::Build, true),
    ];
    assert_eq!(read("0150-application.one", web()).await, expected);
    let stack = Target::new(TargetKind::Compose, "yT8L2PYxJnAdadI6IcpWU");
    assert_eq!(read("0253-compose.one", stack).await, [variable("A", "1", VariableScope::Runtime, false)]);
}

#[tokio::test]
async fn the_versions_of_an_application_are_read() {
    let ids = ["0150-application.one", "days-rollback-allByType-after-v8-refused", "0492-docker.getContainers"];
    let (_server, dokploy) = dokploy(&ids).await;
    let listed = dokploy.rollback_targets(&web(), HistoryOptions::default()).await.unwrap();
    let (failed, not_kept) = (Some(RollbackObstacle::Failed), Some(RollbackObstacle::NotKept));
    let tag = |tag: &str| RanRevision::ImageTag(tag.to_owned());
    let expected = [
        (tag("v7"), failed),
        (tag("v6"), failed),
        (tag("v5"), None),
        (RanRevision::Unverified, not_kept),
        (tag("v4"), None),
        (tag("v3"), None),
        (RanRevision::Unverified, not_kept),
        (RanRevision::Unverified, not_kept),
    ];
    let seen: Vec<_> = listed.iter().map(|one| (one.point.revision.clone(), one.obstacle)).collect();
    assert_eq!(seen, expected);
    assert!(listed.iter().all(|one| one.is_current.is_none()), "an engine that is down shows no image");
}

#[tokio::test]
async fn a_rollback_is_accepted_by_the_recorded_answer_and_refused_by_the_recorded_sentence() {
    let ids = ["0150-application.one", "days-rollback-allByType-after-v8-refused", "0492-docker.getContainers"];
    for (answer, expected) in [("days-rollback-ok", None), ("days-rollback-member", Some(ErrorKind::Rejected))] {
        let (server, dokploy) = dokploy(&[&ids[..], &[answer]].concat()).await;
        let listed = dokploy.rollback_targets(&web(), HistoryOptions::default()).await.unwrap();
        let version = listed.iter().find(|one| one.obstacle.is_none()).unwrap();
        match dokploy.roll_back_to(version).await {
            Ok(deployment) => {
                assert_eq!((deployment.identity, deployment.status.phase), (Identity::Exact, Phase::Running));
                assert_eq!(expected, None);
            }
            Err(error) => {
                assert_eq!((Some(error.kind()), error.is_safe_to_repeat()), (expected, false), "{error}");
                assert_eq!(error.server_message(), Some("Error input: Rolling back"));
            }
        }
        assert_eq!(writes(&server).await, 1);
    }
}

#[tokio::test]
async fn a_start_is_accepted_by_the_recorded_answer_and_what_was_never_deployed_is_a_conflict() {
    let (server, accepted) = dokploy(&["0150-application.one", "days-app-start-stopped"]).await;
    let change = accepted.start(&web()).await.unwrap();
    assert_eq!((change.before, change.sent, writes(&server).await), (ServiceState::Stopped, true, 1));
    let (server, refused) = dokploy(&["0150-application.one", "days-app-start-never-deployed"]).await;
    let error = refused.start(&web()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_safe_to_repeat(), writes(&server).await), (ErrorKind::Conflict, true, 1));
}

#[tokio::test]
async fn a_restart_ends_with_the_recorded_answer() {
    for (answer, phase) in [("days-app-reload", Phase::Succeeded), ("days-app-reload-refused", Phase::Failed)] {
        let (server, dokploy) = dokploy(&["0150-application.one", answer]).await;
        let ended = dokploy.deploy(&DeployRequest::restart(web())).await.unwrap();
        assert_eq!((ended.identity, ended.status.phase), (Identity::Exact, phase), "{ended:?}");
        assert_eq!(writes(&server).await, 1);
    }
}

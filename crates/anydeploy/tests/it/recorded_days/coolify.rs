//! Answers of Coolify 4.3.11.

use std::time::Duration;

use anydeploy::{
    Coolify, Deployer, DeployerExt, HistoryOptions, Phase, RanRevision, RollbackObstacle, ServiceState, Target,
    VariableScope, VariableSet, VariableValue,
};
use wiremock::MockServer;

use super::{playing, writes};

const RECORDED: &str = include_str!("../../recorded/coolify-days.jsonl");

/// The application of the recording.
const WEB: &str = "csxscmanfs0k9liaqhsecyfx";

async fn coolify(ids: &[&str]) -> (MockServer, Coolify) {
    let server = playing(RECORDED, ids).await;
    let builder = Coolify::builder().url(server.uri()).token("1|token").grace(Duration::from_millis(200));
    (server, builder.build().unwrap())
}

async fn variables(id: &str, target: &Target) -> VariableSet {
    let (_server, coolify) = coolify(&[id]).await;
    coolify.variables_of(target).await.unwrap()
}

/// A variable of the running target: its value, and whether it is literal and secret.
fn shown<'a>(set: &'a VariableSet, key: &str) -> (Option<&'a str>, Option<bool>, bool) {
    let variable = set.get(key, &VariableScope::Runtime).unwrap();
    let value = match &variable.value {
        VariableValue::Known(value) => Some(value.expose()),
        _ => None,
    };
    (value, variable.literal, variable.secret)
}

#[tokio::test]
async fn the_variables_of_an_application_are_read_with_their_flags() {
    let set = variables("env-app-list-after", &Target::application(WEB)).await;
    assert_eq!(shown(&set, "DAYS_A"), (Some("1"), Some(false), false));
    assert_eq!(shown(&set, "DAYS_ML"), (Some("new\n2"), Some(false), false));
    assert_eq!(shown(&set, "DAYS_NULL"), (Some(""), Some(false), false));
    assert_eq!(shown(&set, "DAYS_SO"), (None, Some(false), true), "nobody sees what was shown once");
    assert_eq!(shown(&set, "DAYS_DUP"), (Some("2"), Some(false), false), "the last of two takes effect");
    let preview = set.get("DAYS_LIT", &VariableScope::Preview).unwrap();
    assert_eq!((preview.literal, &preview.value), (Some(true), &VariableValue::from("a$b'c")));
}

#[tokio::test]
async fn the_variables_of_a_service_and_a_database_are_read_with_their_flags() {
    let set = variables("env-ser-list-after", &Target::service("rdcbglccl7cnnydftubmy5wi")).await;
    assert_eq!(shown(&set, "DAYS_LIT"), (Some("x"), Some(true), false), "not the quotes that the container gets");
    assert_eq!((shown(&set, "DAYS_SO"), shown(&set, "DAYS_NULL").0), ((None, Some(false), true), Some("")));
    let set = variables("env-dat-rt-list", &Target::database("vpjvibia01txbwlfi3ksakr7")).await;
    assert_eq!(shown(&set, "DAYS_LIT"), (Some("a$b'c"), Some(true), false));
    assert_eq!(shown(&set, "DAYS_SO"), (Some("hidden later"), Some(false), true));
    for (key, value) in [("RT_CRLF", "x\r\ny"), ("RT_UNI", "Grüße 漢字 🎉"), ("RT_DOLLAR", "$HOME ${A} $$")] {
        assert_eq!(shown(&set, key).0, Some(value));
    }
}

#[tokio::test]
async fn without_the_right_to_read_them_every_value_is_hidden() {
    let set = variables("env-app-list-after-read", &Target::application(WEB)).await;
    assert_eq!(set.variables.len(), 3);
    assert!(set.variables.iter().all(|variable| variable.value == VariableValue::Hidden), "{set:?}");
}

#[tokio::test]
async fn each_state_is_read() {
    let (application, service) = (Target::application("xbkxyli5b0e2vbs2hkurspmx"), Target::service("svc"));
    let database = Target::database("db");
    for (id, target, state) in [
        ("tl-img-stop-deploying-02-app", &application, ServiceState::Running),
        ("tl-svc-start-02-svc", &service, ServiceState::Stopped),
        ("tl-svc-start-03-svc", &service, ServiceState::Starting),
        ("tl-svc-start-06-svc", &service, ServiceState::Running),
        ("tl-db-start-03-db", &database, ServiceState::Stopped),
        ("tl-db-start-04-db", &database, ServiceState::Running),
    ] {
        let target = Target::new(target.kind().clone(), WEB);
        let (_server, coolify) = coolify(&[id, "0678-list-deployments"]).await;
        let read = coolify.state(&target).await.unwrap();
        assert_eq!((read.state, read.busy), (state, None), "{id}");
    }
}

#[tokio::test]
async fn a_stop_is_accepted_by_the_recorded_sentence() {
    let ids = ["0678-list-deployments", "tl-img-stop-deploying-02-app", "tl-img-stop-deploying-06-stop"];
    let (server, coolify) = coolify(&ids).await;
    let change = coolify.stop(&Target::application(WEB)).await.unwrap();
    assert_eq!((change.before, change.sent, writes(&server).await), (ServiceState::Running, true, 1));
}

#[tokio::test]
async fn somebody_who_was_faster_is_no_error() {
    let service = Target::service(WEB);
    let (server, coolify) = coolify(&["tl-svc-start-06-svc", "tl-svc-stop-04-stop-again"]).await;
    let change = coolify.stop(&service).await.unwrap();
    assert_eq!((change.sent, writes(&server).await), (false, 1));
    let (server, coolify) = self::coolify(&["tl-svc-start-02-svc", "tl-svc-start-running-01-start"]).await;
    let change = coolify.start(&service).await.unwrap();
    assert_eq!((change.sent, writes(&server).await), (false, 1));
}

#[tokio::test]
async fn the_versions_of_an_application_are_read() {
    const HEAD: &str = "f8bca0fbe4bff47a7d6c788ccf90d9c545735c72";
    const FIRST: &str = "e0987df852ead568c48fe27d7f330c1f46ca235f";
    let (_server, coolify) = coolify(&["tl-git-deploy-02-app", "rb-images", "rb-hist"]).await;
    let listed = coolify.rollback_targets(&Target::application(WEB), HistoryOptions::newest(2)).await.unwrap();
    let seen: Vec<_> =
        listed.iter().map(|one| (&*one.point.id, one.obstacle, one.builds, one.title.as_deref())).collect();
    let current = Some(RollbackObstacle::IsCurrent);
    let expected = [
        (HEAD, current, Some(false), Some("Third commit, pushed between")),
        (FIRST, None, Some(true), Some("First commit of shop")),
    ];
    assert_eq!(seen, expected);
    assert_eq!(listed[1].point.revision, RanRevision::Commit(FIRST.to_owned()));
    assert_eq!(listed[1].point.newest.as_deref(), Some("ziwczojjltiwynpfqzvscx3g"));
}

#[tokio::test]
async fn the_status_inside_a_deployment_that_has_just_ended_is_the_one_from_before_it() {
    let id = "coolify:application:csxscmanfs0k9liaqhsecyfx?deployment=cls1bnyiveqrekdekelswj4z".parse().unwrap();
    let mut inside = Vec::new();
    // The first was read a second after the end, the other one a second later.
    for recorded in ["tl-git-deploy-08-dep", "tl-git-deploy-10-dep"] {
        let (_server, coolify) = coolify(&[recorded]).await;
        let row = coolify.api().get_deployment_by_uuid("cls1bnyiveqrekdekelswj4z").await.unwrap().into_value();
        inside.push(row.application.unwrap().expose()["status"].as_str().map(str::to_owned));
        assert_eq!(coolify.deployment(&id).await.unwrap().status.phase, Phase::Succeeded, "{recorded}");
    }
    assert_eq!(
        inside,
        ["exited:unhealthy", "running:unknown"].map(|word| Some(word.to_owned())),
        "so that no health is read from it"
    );
}

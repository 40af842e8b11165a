//! Reading deployments: the active list, one, the history of an application, and the log.

use anydeploy_fakes::{CoolifyAbility, CoolifyQuirk, CoolifyScript, FakeCoolify};
use reqwest::Method;
use serde_json::{Value, json};

use crate::coolify::{call_as, deploy, deployment, get, post, request, send, still, still_with};

/// The entries of a deployment's log.
async fn log(fake: &FakeCoolify, id: &str) -> Vec<Value> {
    match deployment(fake, id).await["logs"].as_str() {
        Some(text) => serde_json::from_str(text).unwrap(),
        None => Vec::new(),
    }
}

fn visible(log: &[Value]) -> Vec<&str> {
    log.iter().filter(|line| line["hidden"] == false).map(|line| line["output"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_active_list_is_an_array_and_empties_when_all_is_over() {
    let fake = still().await;
    let id = deploy(&fake, &fake.application()).await;
    let list = get(&fake, "/deployments").await.json();
    assert_eq!(list[0]["deployment_uuid"], id);
    assert_eq!(list.as_array().unwrap().len(), 1);
    fake.advance(3);
    assert_eq!(get(&fake, "/deployments").await.json(), json!([]));
}

#[tokio::test]
async fn the_active_list_can_be_an_object_of_the_same_rows() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::ActiveListAsMap)).await;
    let first = deploy(&fake, &fake.application()).await;
    assert!(get(&fake, "/deployments").await.json().is_array());
    let second = deploy(&fake, &fake.add_application("api")).await;
    let list = get(&fake, "/deployments").await.json();
    assert_eq!(list["1"]["deployment_uuid"], first);
    assert_eq!(list["0"]["deployment_uuid"], second);
}

#[tokio::test]
async fn a_deployment_has_the_fields_and_types_of_the_real_server() {
    let fake = still().await;
    let web = fake.application();
    let id = deploy(&fake, &web).await;
    let row = deployment(&fake, &id).await;
    assert_eq!(row["id"], 1);
    assert_eq!(row["application_id"], "1");
    assert_eq!(row["destination_id"], "0");
    assert_eq!(row["deployment_uuid"], id);
    assert_eq!(row["commit"], "HEAD");
    assert_eq!(row["application"]["uuid"], web);
    assert_eq!(row["application"]["id"], 1);
    assert_eq!(row["application"]["environment"]["project"]["team"]["id"], 0);
    assert_eq!(row["application"]["destination"]["server"]["settings"]["deployment_queue_limit"], 25);
    assert!(row["deployment_url"].as_str().unwrap().ends_with(&format!("/application/{web}/deployment/{id}")));
    assert!(row["created_at"].as_str().unwrap().ends_with(".000000Z"));
    assert_eq!(row.as_object().unwrap().len(), 30);
}

#[tokio::test]
async fn the_application_inside_a_deployment_hides_its_secrets_even_from_root() {
    let fake = still().await;
    let id = deploy(&fake, &fake.application()).await;
    let application = &deployment(&fake, &id).await["application"];
    for hidden in ["manual_webhook_secret_github", "custom_labels", "settings"] {
        assert_eq!(application.get(hidden), None, "{hidden}");
    }
}

#[tokio::test]
async fn logs_are_absent_without_sensitive_access() {
    let fake = still().await;
    let web = fake.application();
    let id = deploy(&fake, &web).await;
    let plain = fake.add_token(&[CoolifyAbility::Read]);
    let sensitive = fake.add_token(&[CoolifyAbility::Read, CoolifyAbility::ReadSensitive]);
    for path in [format!("/deployments/{id}"), "/deployments".to_owned(), format!("/deployments/applications/{web}")] {
        assert!(!call_as(&fake, &plain, Method::GET, &path).await.text.contains("\"logs\""), "{path}");
        assert!(call_as(&fake, &sensitive, Method::GET, &path).await.text.contains("\"logs\""), "{path}");
    }
}

#[tokio::test]
async fn the_log_is_null_first_and_grows_with_the_ticks() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::succeeds().lasting(10).log(["one", "two", "three"]));
    let id = deploy(&fake, &web).await;
    assert_eq!(deployment(&fake, &id).await["logs"], Value::Null);
    let mut counts = Vec::new();
    for _ in 0..10 {
        fake.advance(1);
        counts.push(log(&fake, &id).await.len());
    }
    assert!(counts.is_sorted() && counts[0] == 1 && counts[9] == 7, "{counts:?}");
    let log = log(&fake, &id).await;
    let said = visible(&log);
    assert_eq!(said[1..4], ["one", "two", "three"]);
    assert_eq!(said.last(), Some(&"Rolling update completed."));
}

#[tokio::test]
async fn log_entries_are_numbered_but_for_the_first_and_batch_is_no_order() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::succeeds().log(["one"]));
    let id = deploy(&fake, &web).await;
    fake.advance(4);
    let log = log(&fake, &id).await;
    assert_eq!(log[0].get("order"), None);
    assert_eq!(log[1]["order"], 2);
    assert_eq!((&log[1]["batch"], &log[2]["batch"]), (&json!(2), &json!(1)));
    assert_eq!((&log[1]["hidden"], &log[2]["hidden"]), (&json!(true), &json!(false)));
    let fields: Vec<&String> = log[1].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["batch", "command", "hidden", "order", "output", "timestamp", "type"]);
}

#[tokio::test]
async fn the_reason_of_a_failure_is_written_after_the_final_status() {
    let fake = still().await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::fails_with("port 80 is taken"));
    let id = deploy(&fake, &web).await;
    fake.advance(3);
    let early = deployment(&fake, &id).await;
    assert_eq!((&early["status"], &early["finished_at"]), (&json!("failed"), &Value::Null));
    let says_why = |log: &[Value]| visible(log).contains(&"Deployment failed: port 80 is taken");
    assert!(!says_why(&log(&fake, &id).await));
    fake.advance(1);
    assert!(says_why(&log(&fake, &id).await));
    assert!(deployment(&fake, &id).await["finished_at"].is_string());
}

#[tokio::test]
async fn without_late_lines_everything_is_there_at_once() {
    let fake = still_with(|builder| builder.without(CoolifyQuirk::LateLogLines)).await;
    let web = fake.application();
    fake.next_deployment(&web, CoolifyScript::fails_with("no").lasting(1));
    let id = deploy(&fake, &web).await;
    fake.advance(1);
    assert!(deployment(&fake, &id).await["finished_at"].is_string());
    assert!(visible(&log(&fake, &id).await).contains(&"Deployment failed: no"));
}

#[tokio::test]
async fn a_deployment_cancelled_in_the_queue_never_gets_a_finish_date() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    let waiting = crate::coolify::id_of(&post(&fake, &format!("/deploy?uuid={web}&force=1")).await);
    post(&fake, &format!("/deployments/{waiting}/cancel")).await;
    fake.advance(5);
    assert_eq!(deployment(&fake, &waiting).await["finished_at"], Value::Null);
    assert_eq!(visible(&log(&fake, &waiting).await)[0], "Deployment cancelled by user via API.");
}

#[tokio::test]
async fn the_history_is_counted_and_newest_first() {
    let fake = still().await;
    let web = fake.application();
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.insert(0, deploy(&fake, &web).await);
        fake.advance(3);
    }
    let path = format!("/deployments/applications/{web}");
    let ids_in = |body: &Value| -> Vec<String> {
        let rows = body["deployments"].as_array().unwrap().iter();
        rows.map(|row| row["deployment_uuid"].as_str().unwrap().to_owned()).collect()
    };
    let page = get(&fake, &path).await.json();
    assert_eq!(page["count"], 12);
    assert_eq!(ids_in(&page), ids[..10]);
    let second = get(&fake, &format!("{path}?skip=10&take=10")).await.json();
    assert_eq!((&second["count"], ids_in(&second)), (&json!(12), ids[10..].to_vec()));
    assert_eq!(page["deployments"][0].get("application"), None);
    let none = get(&fake, &format!("/deployments/applications/{}", fake.add_application("new"))).await;
    assert_eq!(none.json(), json!({ "count": 0, "deployments": [] }));
}

#[tokio::test]
async fn a_bad_page_is_422_for_clients_that_accept_json_and_a_redirect_for_others() {
    let fake = still().await;
    let path = format!("/deployments/applications/{}?take=abc", fake.application());
    let answer = get(&fake, &path).await;
    let said = "The take field must be an integer.";
    assert_eq!((answer.status, answer.json()), (422, json!({ "message": said, "errors": { "take": [said] } })));
    let least = get(&fake, &path.replace("take=abc", "skip=-1")).await;
    assert_eq!(least.said(), (422, "The skip field must be at least 0.".to_owned()));
    let plain = send(request(&fake, Method::GET, &path).bearer_auth(fake.token())).await;
    assert_eq!((plain.status, plain.header("content-type")), (302, Some("text/html; charset=utf-8")));
    assert_eq!(plain.header("location"), Some(fake.url().as_str()));
}

//! Environment variables: what is answered, what is hidden, and what is changed without being asked.

use anydeploy_fakes::{CoolifyAbility, FakeCoolify};
use reqwest::Method;
use serde_json::{Value, json};

use crate::coolify::{Answer, call_as, get, send_json, still};

fn envs(fake: &FakeCoolify) -> String {
    format!("/applications/{}/envs", fake.application())
}

async fn create(fake: &FakeCoolify, body: Value) -> Answer {
    send_json(fake, Method::POST, &envs(fake), &body).await
}

async fn patch(fake: &FakeCoolify, path: &str, body: Value) -> Answer {
    send_json(fake, Method::PATCH, path, &body).await
}

/// The production variable of this key as root sees it.
async fn read(fake: &FakeCoolify, key: &str) -> Value {
    let list = get(fake, &envs(fake)).await.json();
    let mut rows = list.as_array().unwrap().iter();
    rows.find(|row| row["key"] == key && row["is_preview"] == false).cloned().unwrap_or_default()
}

#[tokio::test]
async fn creating_for_an_application_answers_the_id_and_makes_a_twin_for_previews() {
    let fake = still().await;
    let answer = create(&fake, json!({ "key": "FOO", "value": "bar" })).await;
    assert_eq!(answer.status, 201);
    let list = get(&fake, &envs(&fake)).await.json();
    assert_eq!(answer.json(), json!({ "uuid": list[0]["uuid"] }));
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!((&list[1]["is_preview"], &list[1]["value"]), (&json!(true), &json!("bar")));
    let fields = list[0].as_object().unwrap().len();
    assert_eq!(fields, 20, "a variable has the fields of a real one");
}

#[tokio::test]
async fn creating_a_variable_twice_is_409_for_previews_too() {
    let fake = still().await;
    create(&fake, json!({ "key": "FOO", "value": "bar" })).await;
    let said = "Environment variable already exists. Use PATCH request to update it.";
    for body in [json!({ "key": "FOO", "value": "x" }), json!({ "key": "FOO", "value": "x", "is_preview": true })] {
        assert_eq!(create(&fake, body).await.said(), (409, said.to_owned()));
    }
}

#[tokio::test]
async fn creating_for_a_service_answers_the_whole_variable_and_ignores_unknown_fields() {
    let fake = still().await;
    let path = format!("/services/{}/envs", fake.service());
    let answer = send_json(&fake, Method::POST, &path, &json!({ "key": "A", "value": "1", "bogus": 1 })).await;
    assert_eq!((answer.status, &answer.json()["value"]), (201, &json!("1")));
    assert_eq!(answer.json().get("is_required"), None);
    assert_eq!(get(&fake, &path).await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn invalid_fields_are_422_with_a_reason_for_each() {
    let fake = still().await;
    for (body, field, said) in [
        (json!({ "key": "A", "value": 5 }), "value", "The value field must be a string."),
        (json!({ "key": "A-B", "value": "x" }), "key", "The key field format is invalid."),
        (json!({ "value": "x" }), "key", "This field is required."),
        (json!({ "key": "A", "bogus": 1 }), "bogus", "This field is not allowed."),
        (json!({ "key": "A", "is_preview": null }), "is_preview", "The is preview field must be true or false."),
    ] {
        let answer = create(&fake, body).await;
        let expected = json!({ "message": "Validation failed.", "errors": { field: [said] } });
        assert_eq!((answer.status, answer.json()), (422, expected));
    }
    assert_eq!(get(&fake, &envs(&fake)).await.json(), json!([]));
}

#[tokio::test]
async fn values_are_trimmed_and_an_empty_one_is_null() {
    let fake = still().await;
    for (key, value, stored) in [("TRIM", json!("  a b  "), json!("a b")), ("EMPTY", json!(""), Value::Null)] {
        create(&fake, json!({ "key": key, "value": value })).await;
        assert_eq!(read(&fake, key).await["value"], stored);
    }
}

#[tokio::test]
async fn the_real_value_is_quoted_or_escaped() {
    let fake = still().await;
    create(&fake, json!({ "key": "L", "value": "2", "is_literal": true })).await;
    create(&fake, json!({ "key": "E", "value": "\"q\" \\" })).await;
    assert_eq!(read(&fake, "L").await["real_value"], "'2'");
    assert_eq!(read(&fake, "E").await["real_value"], "\\\"q\\\" \\\\");
}

#[tokio::test]
async fn values_are_absent_without_sensitive_access() {
    let fake = still().await;
    create(&fake, json!({ "key": "FOO", "value": "bar" })).await;
    let plain = fake.add_token(&[CoolifyAbility::Read]);
    let row = &call_as(&fake, &plain, Method::GET, &envs(&fake)).await.json()[0];
    assert_eq!((row.get("value"), row.get("real_value")), (None, None));
}

#[tokio::test]
async fn a_secret_shown_once_is_hidden_from_root_but_its_twin_is_not() {
    let fake = still().await;
    create(&fake, json!({ "key": "S", "value": "s3cr3t", "is_shown_once": true })).await;
    let list = get(&fake, &envs(&fake)).await.json();
    assert_eq!((list[0].get("value"), &list[1]["value"]), (None, &json!("s3cr3t")));
    let path = format!("/databases/{}/envs", fake.database());
    send_json(&fake, Method::POST, &path, &json!({ "key": "S", "value": "x", "is_shown_once": true })).await;
    assert_eq!(get(&fake, &path).await.json()[0]["value"], "x");
}

#[tokio::test]
async fn changing_without_a_value_empties_it_and_resets_literal() {
    let fake = still().await;
    create(&fake, json!({ "key": "FOO", "value": "bar", "is_literal": true })).await;
    let answer = patch(&fake, &envs(&fake), json!({ "key": "FOO" })).await;
    assert_eq!((answer.status, &answer.json()["value"]), (201, &Value::Null));
    assert_eq!(answer.json()["is_literal"], false);
}

#[tokio::test]
async fn changing_a_secret_without_its_switch_breaks_the_server() {
    let fake = still().await;
    create(&fake, json!({ "key": "S", "value": "old", "is_shown_once": true })).await;
    let answer = patch(&fake, &envs(&fake), json!({ "key": "S", "value": "new" })).await;
    assert_eq!(answer.said(), (500, "Server Error".to_owned()));
    let created = patch(&fake, &envs(&fake), json!({ "key": "S", "value": "new", "is_shown_once": true })).await;
    assert_eq!(created.status, 201);
}

#[tokio::test]
async fn changing_an_unknown_variable_is_404_and_an_empty_change_is_refused() {
    let fake = still().await;
    let unknown = patch(&fake, &envs(&fake), json!({ "key": "NOPE", "value": "x" })).await;
    assert_eq!(unknown.said(), (404, "Environment variable not found.".to_owned()));
    assert_eq!(patch(&fake, &envs(&fake), json!({})).await.json()["error"], "Empty JSON.");
    let service = patch(&fake, &format!("/services/{}/envs", fake.service()), json!({})).await;
    assert_eq!(service.status, 422);
    let nowhere = patch(&fake, "/applications/nope/envs", json!({ "key": "A" })).await;
    assert_eq!(nowhere.said(), (404, "Application not found".to_owned()));
}

#[tokio::test]
async fn bulk_changes_and_creates_but_is_not_atomic() {
    let fake = still().await;
    create(&fake, json!({ "key": "FOO", "value": "1" })).await;
    let path = format!("{}/bulk", envs(&fake));
    let items = json!({ "data": [{ "key": "FOO", "value": "2", "bogus": 1 }, { "key": "NEW", "value": "3" }] });
    let answer = patch(&fake, &path, items).await;
    assert_eq!(answer.status, 201);
    assert_eq!((&answer.json()[0]["value"], &answer.json()[1]["key"]), (&json!("2"), &json!("NEW")));
    let broken = patch(&fake, &path, json!({ "data": [{ "key": "KEPT", "value": "1" }, { "value": "x" }] })).await;
    assert_eq!(broken.json()["errors"], json!({ "key": ["This field is required."] }));
    assert_eq!(read(&fake, "KEPT").await["value"], "1");
    assert_eq!(patch(&fake, &path, json!({ "data": [] })).await.said(), (400, "Bulk data is required.".to_owned()));
}

#[tokio::test]
async fn a_key_twice_in_bulk_makes_two_rows() {
    let fake = still().await;
    let items = json!({ "data": [{ "key": "DUP", "value": "1" }, { "key": "DUP", "value": "2" }] });
    patch(&fake, &format!("{}/bulk", envs(&fake)), items).await;
    let list = get(&fake, &envs(&fake)).await.json();
    let production = list.as_array().unwrap().iter().filter(|row| row["is_preview"] == false).count();
    assert_eq!((production, list.as_array().unwrap().len()), (2, 3));
}

// Source of 4.3.11: `create_bulk_envs` reads the relation of the previews once, and a new variable makes a preview's row
// beside it.
#[tokio::test]
async fn a_preview_of_what_a_bulk_added_after_its_first_preview_makes_two_rows() {
    for (keys, rows) in [
        ([("A", false), ("B", false), ("A", true), ("B", true)], 4),
        ([("A", false), ("A", true), ("B", false), ("B", true)], 5),
    ] {
        let fake = still().await;
        let items = keys.map(|(key, preview)| json!({ "key": key, "value": "1", "is_preview": preview }));
        patch(&fake, &format!("{}/bulk", envs(&fake)), json!({ "data": items })).await;
        let list = get(&fake, &envs(&fake)).await.json();
        assert_eq!(list.as_array().unwrap().len(), rows, "{keys:?}");
    }
}

#[tokio::test]
async fn a_variable_is_deleted_once() {
    let fake = still().await;
    let uuid = create(&fake, json!({ "key": "FOO" })).await.json()["uuid"].as_str().unwrap().to_owned();
    let path = format!("{}/{uuid}", envs(&fake));
    let gone = call_as(&fake, fake.token(), Method::DELETE, &path).await;
    assert_eq!(gone.said(), (200, "Environment variable deleted.".to_owned()));
    let again = call_as(&fake, fake.token(), Method::DELETE, &path).await;
    assert_eq!(again.said(), (404, "Environment variable not found.".to_owned()));
}

#[tokio::test]
async fn a_plain_member_reads_the_variables_of_an_application_but_not_of_a_service() {
    let fake = still().await;
    let member = fake.add_member_token(&[CoolifyAbility::Read]);
    assert_eq!(call_as(&fake, &member, Method::GET, &envs(&fake)).await.status, 200);
    let denied = call_as(&fake, &member, Method::GET, &format!("/services/{}/envs", fake.service())).await;
    let body = json!({ "message": "You are not authorized to perform this action.", "error": "Unauthorized" });
    assert_eq!((denied.status, denied.json()), (403, body));
}

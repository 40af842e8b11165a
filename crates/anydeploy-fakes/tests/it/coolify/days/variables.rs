//! What services, databases and bulks do to variables, and which ones are Coolify's own.

use anydeploy_fakes::FakeCoolify;
use reqwest::Method;
use serde_json::{Value, json};

use super::written;
use crate::coolify::{get, send_json, still};

async fn row(fake: &FakeCoolify, path: &str, key: &str) -> Value {
    let list = get(fake, path).await.json();
    list.as_array().unwrap().iter().find(|row| row["key"] == key).cloned().unwrap_or_default()
}

async fn send(fake: &FakeCoolify, method: Method, path: &str, body: Value) -> u16 {
    send_json(fake, method, path, &body).await.status
}

#[tokio::test]
async fn services_and_databases_keep_what_a_bulk_leaves_out_and_a_single_change_only_empties_the_value() {
    let fake = still().await;
    for path in [format!("/services/{}/envs", fake.service()), format!("/databases/{}/envs", fake.database())] {
        let all = json!({ "key": "A", "value": "x", "is_literal": true, "is_multiline": true, "is_shown_once": false });
        send(&fake, Method::POST, &path, all).await;
        let bulk = json!({ "data": [{ "key": "A", "comment": "why" }] });
        assert_eq!(send(&fake, Method::PATCH, &format!("{path}/bulk"), bulk).await, 201);
        let kept = row(&fake, &path, "A").await;
        assert_eq!((&kept["value"], &kept["is_literal"], &kept["comment"]), (&"x".into(), &true.into(), &"why".into()));
        assert_eq!(send(&fake, Method::PATCH, &path, json!({ "key": "A" })).await, 201);
        let emptied = row(&fake, &path, "A").await;
        assert_eq!((&emptied["value"], &emptied["is_multiline"]), (&Value::Null, &true.into()));
    }
}

#[tokio::test]
async fn a_changed_variable_of_a_service_moves_to_the_end_and_one_of_an_application_stays() {
    let fake = still().await;
    for (path, order) in [
        (format!("/services/{}/envs", fake.service()), ["B", "A"]),
        (format!("/applications/{}/envs", fake.application()), ["A", "B"]),
    ] {
        for key in ["A", "B"] {
            send(&fake, Method::POST, &path, json!({ "key": key, "value": "1" })).await;
        }
        send(&fake, Method::PATCH, &path, json!({ "key": "A", "value": "2" })).await;
        let list = get(&fake, &path).await.json();
        let keys: Vec<&str> = list.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
        assert_eq!(keys[..2], order, "{path}");
    }
}

#[tokio::test]
async fn a_key_twice_in_a_bulk_of_a_database_is_one_row_with_the_second_value() {
    let fake = still().await;
    let path = format!("/databases/{}/envs", fake.database());
    let items = json!({ "data": [{ "key": "DUP", "value": "1" }, { "key": "DUP", "value": "2" }] });
    send(&fake, Method::PATCH, &format!("{path}/bulk"), items).await;
    let list = get(&fake, &path).await.json();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["value"]), (1, &json!("2")));
}

#[tokio::test]
async fn a_bulk_without_a_flag_that_is_set_breaks_and_keeps_what_came_before() {
    let fake = still().await;
    let path = format!("/applications/{}/envs", fake.application());
    send(&fake, Method::POST, &path, json!({ "key": "ML", "value": "a\nb", "is_multiline": true })).await;
    let items =
        json!({ "data": [{ "key": "BEFORE", "value": "1" }, { "key": "ML", "value": "c" }, { "key": "AFTER" }] });
    assert_eq!(send(&fake, Method::PATCH, &format!("{path}/bulk"), items).await, 500);
    assert_eq!(row(&fake, &path, "BEFORE").await["value"], "1");
    assert_eq!(row(&fake, &path, "ML").await["value"], "a\nb");
    assert_eq!(row(&fake, &path, "AFTER").await, Value::Null);
}

#[tokio::test]
async fn creating_a_key_again_leaves_the_old_twin_with_its_old_value() {
    let fake = still().await;
    let path = format!("/applications/{}/envs", fake.application());
    send(&fake, Method::POST, &path, json!({ "key": "A", "value": "old" })).await;
    let id = row(&fake, &path, "A").await["uuid"].as_str().unwrap().to_owned();
    send(&fake, Method::DELETE, &format!("{path}/{id}"), Value::Null).await;
    send(&fake, Method::POST, &path, json!({ "key": "A", "value": "new" })).await;
    let list = get(&fake, &path).await.json();
    let values: Vec<&Value> = list.as_array().unwrap().iter().map(|row| &row["value"]).collect();
    assert_eq!(values, [&json!("new"), &json!("old")]);
}

#[tokio::test]
async fn the_key_says_whether_a_variable_is_of_coolify_and_the_value_whether_it_is_shared() {
    let fake = still().await;
    let (service, path) = (fake.service(), format!("/services/{}/envs", fake.service()));
    for (key, value) in
        [("SERVICE_URL_WEB", "x"), ("NIXPACKS_NODE_VERSION", "22"), ("REF", "{{foo.X}}"), ("PART", "a{{team.K}}")]
    {
        fake.set_variable(&service, key, value);
    }
    for (key, coolify, build_pack, shared) in [
        ("SERVICE_URL_WEB", true, false, false),
        ("NIXPACKS_NODE_VERSION", false, true, false),
        ("REF", false, false, true),
        ("PART", false, false, false),
    ] {
        let row = row(&fake, &path, key).await;
        let flags = ["is_coolify", "is_buildpack_control", "is_shared"].map(|flag| row[flag].as_bool().unwrap());
        assert_eq!(flags, [coolify, build_pack, shared], "{key}");
    }
}

#[tokio::test]
async fn the_real_value_keeps_json_and_line_ends_and_escapes_the_rest() {
    let fake = still().await;
    let path = format!("/databases/{}/envs", fake.database());
    for (value, real) in [("{\"a\": 1}", "{\"a\": 1}"), ("x\ty\rz", "x\\ty\\rz"), ("it's", "it\\'s"), ("x\ny", "x\ny")]
    {
        fake.set_variable(&fake.database(), "V", value);
        assert_eq!(row(&fake, &path, "V").await["real_value"], real);
    }
}

#[tokio::test]
async fn each_variable_that_a_request_writes_is_kept() {
    let fake = still().await;
    let path = format!("/applications/{}/envs", fake.application());
    let items = json!({ "data": [{ "key": "A", "value": "1" }, { "key": "B", "value": "2" }] });
    for _ in 0..2 {
        send(&fake, Method::PATCH, &format!("{path}/bulk"), items.clone()).await;
    }
    fake.break_variables_after(1);
    let items = json!({ "data": [{ "key": "C", "value": "1" }, { "key": "D", "value": "2" }] });
    assert_eq!(send(&fake, Method::PATCH, &format!("{path}/bulk"), items).await, 500);
    // It breaks once.
    let items = json!({ "data": [{ "key": "D", "value": "2" }] });
    assert_eq!(send(&fake, Method::PATCH, &format!("{path}/bulk"), items).await, 201);
    let id = row(&fake, &path, "A").await["uuid"].as_str().unwrap().to_owned();
    send(&fake, Method::DELETE, &format!("{path}/{id}"), Value::Null).await;
    let expected = [
        ("set A", true),
        ("set B", true),
        ("set A", false),
        ("set B", false),
        ("set C", true),
        ("set D", true),
        ("delete A", true),
    ];
    assert_eq!(written(&fake), expected.map(|(what, effect)| (what.to_owned(), effect)));
}

#[tokio::test]
async fn a_comment_has_at_most_256_characters() {
    let fake = still().await;
    let path = format!("/services/{}/envs", fake.service());
    for (length, status) in [(256, 201), (257, 422)] {
        let body = json!({ "key": format!("K{length}"), "value": "x", "comment": "c".repeat(length) });
        assert_eq!(send(&fake, Method::POST, &path, body).await, status);
    }
}

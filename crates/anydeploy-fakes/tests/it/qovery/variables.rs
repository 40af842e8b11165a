//! Environment variables.

use serde_json::{Value, json};

use crate::qovery::api::Api;

async fn create(api: &Api, key: &str, secret: bool) -> (u16, Value) {
    let body = json!({
        "key": key,
        "value": "value",
        "is_secret": secret,
        "variable_scope": "APPLICATION",
        "variable_parent_id": api.fake.application(),
    });
    api.post("/variable", body).await
}

async fn list(api: &Api, more: &str) -> Vec<Value> {
    let path = format!("/variable?parent_id={}&scope=APPLICATION{more}", api.fake.application());
    api.read(&path).await["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_secret_never_comes_back() {
    let api = Api::start().await;
    assert_eq!(create(&api, "PLAIN", false).await.1["value"], "value");
    assert_eq!(create(&api, "SECRET", true).await.1["value"], Value::Null);
    assert!(!json!(list(&api, "&is_secret=true").await).to_string().contains("value\":\"value"));
    assert_eq!(list(&api, "&is_secret=false").await.len(), 1);
}

#[tokio::test]
async fn a_key_exists_once_in_each_place() {
    let api = Api::start().await;
    assert_eq!(create(&api, "KEY", false).await.0, 201);
    assert_eq!(create(&api, "KEY", false).await.0, 409);
}

#[tokio::test]
async fn a_variable_can_be_edited_and_deleted() {
    let api = Api::start().await;
    let id = create(&api, "KEY", false).await.1["id"].as_str().unwrap().to_owned();
    let path = format!("/variable/{id}");
    let (status, edited) = api.put(&path, json!({ "key": "KEY", "value": "other" })).await;
    assert_eq!((status, &edited["value"]), (200, &json!("other")));
    assert_eq!(api.delete(&path).await, (204, Value::Null));
    assert_eq!(api.delete(&path).await.0, 403);
    assert!(list(&api, "").await.is_empty());
}

#[tokio::test]
async fn a_service_sees_the_variables_of_its_environment_and_project() {
    let api = Api::start().await;
    for (scope, parent) in [("PROJECT", api.fake.project()), ("ENVIRONMENT", api.fake.environment())] {
        let body = json!({
            "key": scope,
            "value": "",
            "is_secret": false,
            "variable_scope": scope,
            "variable_parent_id": parent,
        });
        assert_eq!(api.post("/variable", body).await.0, 201);
    }
    let scopes: Vec<Value> = list(&api, "").await.iter().map(|variable| variable["scope"].clone()).collect();
    assert_eq!(scopes, ["PROJECT", "ENVIRONMENT"]);
}

#[tokio::test]
async fn an_import_overwrites_only_on_request() {
    let api = Api::start().await;
    create(&api, "KEY", false).await;
    let path = format!("/variable/import?service_id={}&service_type=APPLICATION", api.fake.application());
    let vars = json!([
        { "name": "KEY", "value": "new", "scope": "APPLICATION", "is_secret": false },
        { "name": "MORE", "value": "1", "scope": "ENVIRONMENT", "is_secret": true },
    ]);
    let (status, first) = api.post(&path, json!({ "overwrite": false, "vars": vars })).await;
    assert_eq!((status, &first["total_variables_to_import"]), (201, &json!(2)));
    assert_eq!(first["successful_imported_variables"].as_array().unwrap().len(), 1);
    api.post(&path, json!({ "overwrite": true, "vars": vars })).await;
    let key = list(&api, "").await.into_iter().find(|variable| variable["key"] == "KEY").unwrap();
    assert_eq!(key["value"], "new");
}

#[tokio::test]
async fn a_changed_variable_makes_a_service_out_of_date() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.already_deployed(&web);
    assert_eq!(api.status(&web).await["service_deployment_status"], "UP_TO_DATE");
    create(&api, "KEY", false).await;
    assert_eq!(api.status(&web).await["service_deployment_status"], "OUT_OF_DATE");
}

#[tokio::test]
async fn a_list_needs_its_parent_and_scope() {
    let api = Api::start().await;
    assert_eq!(api.get("/variable").await.0, 400);
    assert_eq!(api.get("/variable?parent_id=gone&scope=APPLICATION").await.0, 403);
}

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

#[tokio::test]
async fn a_variable_is_overridden_below_it_and_its_overrides_and_aliases_go_with_it() {
    let api = Api::start().await;
    let (web, environment) = (api.fake.application(), api.fake.environment());
    let mode = api.fake.set_variable(&environment, "MODE", "test");
    let body = json!({ "value": "debug", "override_scope": "APPLICATION", "override_parent_id": web });
    let (status, derived) = api.post(&format!("/variable/{mode}/override"), body.clone()).await;
    assert_eq!(
        (status, &derived["variable_type"], &derived["overridden_variable"]["id"]),
        (201, &json!("OVERRIDE"), &json!(mode))
    );
    assert_eq!(api.post(&format!("/variable/{mode}/override"), body).await.0, 409);
    let above = json!({ "value": "x", "override_scope": "PROJECT", "override_parent_id": api.fake.project() });
    assert_eq!(api.post(&format!("/variable/{mode}/override"), above).await.0, 400);
    let alias = json!({ "key": "KIND", "alias_scope": "APPLICATION", "alias_parent_id": web });
    let (status, alias) = api.post(&format!("/variable/{mode}/alias"), alias).await;
    assert_eq!((status, &alias["value"], &alias["aliased_variable"]["key"]), (201, &json!("test"), &json!("MODE")));
    let (id, derived) = (alias["id"].as_str().unwrap(), derived["id"].as_str().unwrap());
    assert_eq!(api.put(&format!("/variable/{id}"), json!({ "key": "KIND", "value": "other" })).await.0, 400);
    assert_eq!(api.put(&format!("/variable/{derived}"), json!({ "key": "OTHER", "value": "x" })).await.0, 400);
    assert_eq!(api.delete(&format!("/variable/{mode}")).await.0, 204);
    assert!(list(&api, "").await.is_empty());
}

#[tokio::test]
async fn a_built_in_variable_is_neither_edited_nor_deleted_and_its_name_is_taken() {
    let api = Api::start().await;
    let id = api.fake.add_built_in(&api.fake.application(), "QOVERY_HOST", "x");
    assert_eq!(api.put(&format!("/variable/{id}"), json!({ "key": "QOVERY_HOST", "value": "y" })).await.0, 400);
    assert_eq!(api.delete(&format!("/variable/{id}")).await.0, 400);
    for key in ["QOVERY_X", "1A", "A-B"] {
        assert_eq!(create(&api, key, false).await.0, 400, "{key}");
    }
    assert_eq!(list(&api, "").await[0]["scope"], "BUILT_IN");
}

#[tokio::test]
async fn an_import_makes_an_override_of_what_stands_above_and_may_take_less_than_it_was_sent() {
    let api = Api::start().await;
    let web = api.fake.application();
    api.fake.set_variable(&api.fake.environment(), "MODE", "test");
    api.fake.limit_next_import(1);
    let vars: Vec<_> =
        ["MODE", "PORT"].map(|name| json!({ "name": name, "value": "1", "scope": "APPLICATION" })).into();
    let path = format!("/variable/import?service_id={web}&service_type=APPLICATION");
    let (_, answer) = api.post(&path, json!({ "overwrite": false, "vars": vars })).await;
    assert_eq!(
        (&answer["total_variables_to_import"], answer["successful_imported_variables"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    let own = list(&api, "").await.into_iter().find(|one| one["scope"] == "APPLICATION").unwrap();
    assert_eq!((&own["key"], &own["variable_type"]), (&json!("MODE"), &json!("OVERRIDE")));
    assert_eq!(api.fake.variables(&web), [("MODE".to_owned(), "1".to_owned())]);
}

/// No client shows what becomes of what an edit leaves out; that it is gone is the harsher reading.
#[tokio::test]
async fn an_edit_takes_away_the_description_and_the_switch_of_a_file_that_it_leaves_out() {
    let api = Api::start().await;
    let config = api.fake.set_file(&api.fake.application(), "CONFIG", "/etc/app.toml", "a");
    api.fake.describe_variable(&config, "of the app", Some(true));
    let listed = list(&api, "").await;
    let expected = (&json!("of the app"), &json!(true));
    assert_eq!((&listed[0]["description"], &listed[0]["enable_interpolation_in_file"]), expected);
    let more = json!({ "key": "CONFIG", "value": "b", "description": "d", "enable_interpolation_in_file": true });
    let (_, edited) = api.put(&format!("/variable/{config}"), more).await;
    assert_eq!((&edited["description"], &edited["enable_interpolation_in_file"]), (&json!("d"), &json!(true)));
    let (_, edited) = api.put(&format!("/variable/{config}"), json!({ "key": "CONFIG", "value": "c" })).await;
    assert_eq!((&edited["description"], &edited["enable_interpolation_in_file"]), (&json!(""), &Value::Null));
}

/// The console offers an override of neither (720181b, `variable-list.tsx`); that the server refuses it is inferred.
#[tokio::test]
async fn there_is_no_override_of_an_override_or_an_alias() {
    let api = Api::start().await;
    let (web, environment) = (api.fake.application(), api.fake.environment());
    let mode = api.fake.set_variable(&api.fake.project(), "MODE", "live");
    let body = json!({ "value": "debug", "override_scope": "APPLICATION", "override_parent_id": web });
    for above in [api.fake.add_override(&environment, &mode, "test"), api.fake.add_alias(&environment, "KIND", &mode)] {
        assert_eq!(api.post(&format!("/variable/{above}/override"), body.clone()).await.0, 400);
    }
    assert_eq!(api.post(&format!("/variable/{mode}/override"), body).await.0, 201);
}

//! `POST /deploy`: inputs, refusals and the two shapes of its answer.

use anydeploy_fakes::CoolifyQuirk;
use reqwest::Method;
use serde_json::json;

use crate::coolify::{deploy, deployment, get, id_of, post, request, send, send_json, status_of, still, still_with};

#[tokio::test]
async fn one_application_is_answered_with_the_id_of_a_running_deployment() {
    let fake = still().await;
    let web = fake.application();
    let answer = post(&fake, &format!("/deploy?uuid={web}")).await;
    let id = id_of(&answer);
    let entry = json!({
        "message": "Application web deployment queued.", "resource_uuid": web, "deployment_uuid": id,
    });
    assert_eq!((answer.status, answer.json()), (200, json!({ "deployments": [entry] })));
    assert_eq!(status_of(&fake, &id).await, "in_progress");
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn a_json_body_works_and_so_does_a_form() {
    let fake = still().await;
    let (web, api) = (fake.application(), fake.add_application("api"));
    let json = send_json(&fake, Method::POST, "/deploy", &json!({ "uuid": web, "force": true })).await;
    assert_eq!(json.status, 200);
    let form = request(&fake, Method::POST, "/deploy").bearer_auth(fake.token());
    let form = form.header("content-type", "application/x-www-form-urlencoded").body(format!("uuid={api}&force=1"));
    assert_eq!(send(form).await.status, 200);
    assert!(fake.triggered().iter().all(|deployment| deployment.forced));
    assert_eq!(fake.triggered().len(), 2);
}

#[tokio::test]
async fn a_json_body_without_content_type_is_ignored_and_so_is_broken_json() {
    let fake = still().await;
    let bare = request(&fake, Method::POST, "/deploy").bearer_auth(fake.token());
    let bare = send(bare.body(format!("{{\"uuid\":\"{}\"}}", fake.application()))).await;
    assert_eq!(bare.said(), (400, "You must provide uuid or tag.".to_owned()));
    let broken = request(&fake, Method::POST, "/deploy?uuid=nope").bearer_auth(fake.token());
    let broken = send(broken.header("content-type", "application/json").body("{bad")).await;
    assert_eq!(broken.said(), (404, "No resources found.".to_owned()));
}

#[tokio::test]
async fn contradicting_parameters_are_400() {
    let fake = still().await;
    for (query, said) in [
        ("", "You must provide uuid or tag."),
        ("?uuid=", "You must provide uuid or tag."),
        ("?uuid=a&tag=b", "You can only use uuid or tag, not both."),
        ("?tag=b&pr=1", "You can only use tag or pr, not both."),
        ("?uuid=a&docker_tag=x", "docker_tag requires pull_request_id."),
        ("?uuid=,", "No UUIDs provided."),
        ("?tag=,", "No TAGs provided."),
    ] {
        assert_eq!(post(&fake, &format!("/deploy{query}")).await.said(), (400, said.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_list_of_ids_as_an_array_breaks_the_server() {
    let fake = still().await;
    let web = fake.application();
    let query = post(&fake, &format!("/deploy?uuid[]={web}")).await;
    assert_eq!(query.said(), (500, "Server Error".to_owned()));
    let body = send_json(&fake, Method::POST, "/deploy", &json!({ "uuid": [web] })).await;
    assert_eq!(body.said(), (500, "Server Error".to_owned()));
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn unknown_ids_are_left_out_without_a_message() {
    let fake = still().await;
    let web = fake.application();
    let answer = post(&fake, &format!("/deploy?uuid=nope,{web}")).await;
    assert_eq!(answer.json()["deployments"].as_array().unwrap().len(), 1);
    let spaced = post(&fake, &format!("/deploy?uuid=nope,%20{web}")).await;
    assert_eq!(spaced.said(), (404, "No resources found.".to_owned()));
    let number = send_json(&fake, Method::POST, "/deploy", &json!({ "uuid": 5 })).await;
    assert_eq!(number.said(), (404, "No resources found.".to_owned()));
}

#[tokio::test]
async fn services_and_databases_are_started_without_an_id() {
    let fake = still().await;
    let (service, database) = (fake.service(), fake.database());
    let answer = post(&fake, &format!("/deploy?uuid={service},{database}")).await;
    let expected = json!({ "deployments": [
        { "message": "Service analytics started. It could take a while, be patient.", "resource_uuid": service },
        { "message": "Database store started.", "resource_uuid": database },
    ] });
    assert_eq!(answer.json(), expected);
    assert_eq!(fake.starts(), [service, database]);
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_commit_that_is_queued_already_is_answered_with_a_phantom_id() {
    let fake = still().await;
    let first = deploy(&fake, &fake.application()).await;
    let again = post(&fake, &format!("/deploy?uuid={}", fake.application())).await;
    let phantom = id_of(&again);
    assert_eq!(again.json()["deployments"][0]["message"], "Deployment already queued for this commit.");
    assert_ne!(phantom, first);
    assert_eq!(get(&fake, &format!("/deployments/{phantom}")).await.said(), (404, "Deployment not found.".to_owned()));
    assert_eq!(fake.triggered().len(), 1);
}

#[tokio::test]
async fn without_the_phantom_quirk_the_running_id_is_returned() {
    let fake = still_with(|builder| builder.without(CoolifyQuirk::PhantomDeploymentId)).await;
    let first = deploy(&fake, &fake.application()).await;
    assert_eq!(deploy(&fake, &fake.application()).await, first);
}

#[tokio::test]
async fn force_is_a_truth_value_and_skips_the_search_for_a_duplicate() {
    let fake = still().await;
    let web = fake.application();
    deploy(&fake, &web).await;
    for (force, stored) in [("banana", 1), ("false", 1), ("1", 2), ("yes", 3), ("true", 4)] {
        assert_eq!(post(&fake, &format!("/deploy?uuid={web}&force={force}")).await.status, 200);
        assert_eq!(fake.triggered().len(), stored, "{force}");
    }
}

#[tokio::test]
async fn a_pull_request_that_is_no_number_deploys_production() {
    let fake = still().await;
    let web = fake.application();
    for text in ["abc", "-4"] {
        let id = id_of(&post(&fake, &format!("/deploy?uuid={web}&pr={text}&force=1")).await);
        assert_eq!(deployment(&fake, &id).await["pull_request_id"], 0);
    }
}

#[tokio::test]
async fn an_unknown_pull_request_is_refused_inside_a_200() {
    let fake = still().await;
    let web = fake.application();
    let answer = post(&fake, &format!("/deploy?uuid={web}&pr=9")).await;
    let entry = json!({ "message": "Pull request 9 not found for this resource.", "resource_uuid": web });
    assert_eq!((answer.status, answer.json()), (200, json!({ "deployments": [entry] })));
}

#[tokio::test]
async fn an_image_application_gets_a_preview_by_its_tag() {
    let fake = still().await;
    let web = fake.application();
    let id = id_of(&post(&fake, &format!("/deploy?uuid={web}&pull_request_id=8&docker_tag=1.25")).await);
    let row = deployment(&fake, &id).await;
    assert_eq!(row["pull_request_id"], 8);
    assert_eq!(row["docker_registry_image_tag"], "1.25");
    assert_eq!(fake.triggered()[0].pull_request, 8);
}

#[tokio::test]
async fn an_image_tag_is_refused_inside_a_200_for_an_application_from_a_repository() {
    let fake = still().await;
    let git = fake.add_git_application("site");
    fake.add_preview(&git, 7);
    let answer = post(&fake, &format!("/deploy?uuid={git}&pr=7&docker_tag=x")).await;
    let said = "docker_tag can only be used with Docker Image applications.";
    assert_eq!(answer.json()["deployments"], json!([{ "message": said, "resource_uuid": git }]));
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_pull_request_of_a_service_breaks_the_server() {
    let fake = still().await;
    assert_eq!(post(&fake, &format!("/deploy?uuid={}&pr=3", fake.service())).await.status, 500);
    assert!(fake.starts().is_empty());
}

#[tokio::test]
async fn by_tag_the_answer_has_another_shape() {
    let fake = still().await;
    let (web, service) = (fake.application(), fake.service());
    fake.add_tag(&service, "shop");
    fake.add_tag(&web, "shop");
    let answer = post(&fake, "/deploy?tag=shop,nope").await.json();
    let detail = json!({ "resource_uuid": web, "deployment_uuid": fake.triggered()[0].id });
    let messages =
        ["Application web deployment queued.", "Service analytics started. It could take a while, be patient."];
    assert_eq!(answer, json!({ "details": [detail], "message": messages }));
}

#[tokio::test]
async fn a_tag_without_an_application_has_no_details() {
    let fake = still().await;
    fake.add_tag(&fake.service(), "tools");
    fake.add_tag(&fake.database(), "data");
    let said = "Service analytics started. It could take a while, be patient.";
    assert_eq!(post(&fake, "/deploy?tag=tools").await.json(), json!({ "message": [said] }));
    let passed_over = "No resources found for tag data.";
    assert_eq!(post(&fake, "/deploy?tag=data").await.json(), json!({ "message": [passed_over] }));
    assert_eq!(post(&fake, "/deploy?tag=nope").await.said(), (404, "No resources found with this tag.".to_owned()));
}

#[tokio::test]
async fn reading_what_must_be_posted_is_405_but_any_other_wrong_verb_is_404() {
    let fake = still().await;
    let web = fake.application();
    let paths = ["/deploy".to_owned(), format!("/applications/{web}/start"), "/enable".to_owned()];
    for path in paths {
        let answer = get(&fake, &path).await;
        assert_eq!(answer.said(), (405, "This endpoint has changed to a POST request.".to_owned()));
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    assert_eq!(crate::coolify::call_as(&fake, fake.token(), Method::DELETE, "/version").await.status, 404);
}

#[tokio::test]
async fn before_v4_2_reading_triggers_and_force_false_means_true() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::LegacyGetDeploy)).await;
    let answer = get(&fake, &format!("/deploy?uuid={}&force=false", fake.application())).await;
    assert_eq!(answer.status, 200);
    assert!(fake.triggered()[0].forced);
}

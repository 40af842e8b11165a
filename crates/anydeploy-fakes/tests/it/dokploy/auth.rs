//! Keys: what is accepted, what they cost, and what a member may do.

use anydeploy_fakes::DokployKey;
use reqwest::Method;
use serde_json::json;

use super::{Answer, deploy, each, get, get_as, post_as, request, send, still};

fn is_refused_key(answer: &Answer) -> bool {
    answer.status == 401 && answer.json() == json!({ "message": "Unauthorized" })
}

#[tokio::test]
async fn only_the_api_key_header_is_read() {
    let fake = still().await;
    let bearer = format!("Bearer {}", fake.token());
    let with_bearer = request(&fake, Method::GET, "/api/project.all").header("authorization", &bearer);
    assert!(is_refused_key(&send(with_bearer).await));
    let both = request(&fake, Method::GET, "/api/project.all").header("authorization", &bearer);
    assert!(is_refused_key(&send(both.header("x-api-key", "wrong")).await));
}

#[tokio::test]
async fn a_refused_key_is_401_before_routing_and_without_a_code() {
    let fake = still().await;
    let answer = send(request(&fake, Method::GET, "/api/nosuch.thing")).await;
    assert!(is_refused_key(&answer));
    assert_eq!(answer.content_type.as_deref(), Some("application/json; charset=utf-8"));
}

#[tokio::test]
async fn a_disabled_key_is_refused_like_an_unknown_one() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::owner().disabled());
    assert!(is_refused_key(&get_as(&fake, &key, "project.all").await));
}

#[tokio::test]
async fn public_procedures_need_a_key_all_the_same() {
    let fake = still().await;
    assert!(is_refused_key(&send(request(&fake, Method::GET, "/api/settings.health")).await));
    assert_eq!(get(&fake, "settings.health").await.json(), json!({ "status": "ok" }));
}

#[tokio::test]
async fn each_request_is_charged_twice() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::owner().with_rate_limit(10, 1_000));
    for _ in 0..5 {
        assert_eq!(get_as(&fake, &key, "project.all").await.status, 200);
    }
    assert!(is_refused_key(&get_as(&fake, &key, "project.all").await));
}

#[tokio::test]
async fn an_odd_budget_ends_in_the_other_401() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::owner().with_remaining(3));
    assert_eq!(get_as(&fake, &key, "project.all").await.status, 200);
    let answer = get_as(&fake, &key, "project.all").await;
    assert_eq!(answer.status, 401);
    let data = json!({ "code": "UNAUTHORIZED", "httpStatus": 401, "path": "project.all", "zodError": null });
    assert_eq!(answer.json(), json!({ "message": "UNAUTHORIZED", "code": "UNAUTHORIZED", "data": data }));
    assert!(is_refused_key(&get_as(&fake, &key, "project.all").await));
}

#[tokio::test]
async fn a_rate_limit_ends_after_a_silence_longer_than_its_window() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::owner().with_rate_limit(2, 4));
    assert_eq!(get_as(&fake, &key, "project.all").await.status, 200);
    fake.advance(4);
    assert!(is_refused_key(&get_as(&fake, &key, "project.all").await));
    fake.advance(1);
    assert_eq!(get_as(&fake, &key, "project.all").await.status, 200);
}

#[tokio::test]
async fn a_missing_permission_is_401_with_a_code() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::member());
    let body = json!({ "applicationId": fake.application() });
    let answer = post_as(&fake, &key, "application.deploy", body).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["message"], "You don't have access to this service");
    assert_eq!(answer.json()["code"], "UNAUTHORIZED");
    assert_eq!(answer.json()["data"]["path"], "application.deploy");
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_member_cannot_know_whether_a_service_exists() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::member());
    for path in ["application.one?applicationId=nope", "deployment.all?applicationId=nope"] {
        assert_eq!(get_as(&fake, &key, path).await.status, 401);
    }
}

#[tokio::test]
async fn a_member_deploys_and_reads_only_services_with_access() {
    let fake = still().await;
    let (web, other) = (fake.application(), fake.add_application("other"));
    let key = fake.add_key(DokployKey::member().with_access_to(&web));
    assert_eq!(post_as(&fake, &key, "application.deploy", json!({ "applicationId": web })).await.status, 200);
    deploy(&fake, &other, "not his").await;
    fake.advance(20);
    let central = get_as(&fake, &key, "deployment.allCentralized").await.json();
    assert_eq!(each(central.as_array().unwrap(), "applicationId"), [&json!(web)]);
    let projects = get_as(&fake, &key, "project.all").await.json();
    assert_eq!(projects[0]["environments"][0]["applications"].as_array().unwrap().len(), 1);
    assert_eq!(get_as(&fake, &key, "user.get").await.json()["role"], "member");
}

#[tokio::test]
async fn a_member_sees_everybodys_jobs_in_the_queue() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::member());
    deploy(&fake, &fake.application(), "not his").await;
    let queue = get_as(&fake, &key, "deployment.queueList").await.json();
    assert_eq!(queue[0]["data"]["titleLog"], "not his");
}

#[tokio::test]
async fn making_things_is_refused_to_members_each_in_its_own_words() {
    let fake = still().await;
    let key = fake.add_key(DokployKey::member());
    let projects = get(&fake, "project.all").await.json();
    let environment = &projects[0]["environments"][0]["environmentId"];
    let project = &projects[0]["projectId"];
    let refusals = [
        (
            "project.create",
            json!({ "name": "x" }),
            400,
            "Error creating the project: unauthorized to access resource \"project\"",
        ),
        (
            "environment.create",
            json!({ "name": "x", "projectId": project }),
            401,
            "unauthorized to access resource \"environment\"",
        ),
        (
            "application.create",
            json!({ "name": "x", "environmentId": environment }),
            401,
            "unauthorized to access resource \"service\"",
        ),
        ("settings.cleanAllDeploymentQueue", json!({}), 401, "UNAUTHORIZED"),
    ];
    for (procedure, body, status, message) in refusals {
        let answer = post_as(&fake, &key, procedure, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.json()["message"], message);
    }
}

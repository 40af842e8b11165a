//! Changing the domains of an application.

use anydeploy_fakes::{CoolifyQuirk, FakeCoolify};
use reqwest::Method;
use serde_json::{Value, json};

use crate::coolify::{Answer, get, send_json, still};

async fn set(fake: &FakeCoolify, application: &str, body: &Value) -> Answer {
    send_json(fake, Method::PATCH, &format!("/applications/{application}"), body).await
}

async fn fqdn(fake: &FakeCoolify) -> Value {
    get(fake, &format!("/applications/{}", fake.application())).await.json()["fqdn"].take()
}

#[tokio::test]
async fn hosts_are_written_in_lower_case_and_nothing_removes_all() {
    let fake = still().await;
    let domains = json!({ "domains": " https://Shop.example.com , ,https://b.example.com:3000/Path," });
    assert_eq!(set(&fake, &fake.application(), &domains).await.status, 200);
    assert_eq!(fqdn(&fake).await, "https://shop.example.com,https://b.example.com:3000/Path");
    set(&fake, &fake.application(), &json!({ "domains": null })).await;
    assert_eq!(fqdn(&fake).await, Value::Null);
}

#[tokio::test]
async fn what_is_no_address_is_422_with_a_bare_list() {
    let fake = still().await;
    for domains in
        [json!("shop.example.com"), json!("ftp://a.example.com"), json!("https://a/$x"), json!(["https://a"])]
    {
        let answer = set(&fake, &fake.application(), &json!({ "domains": domains })).await;
        assert_eq!((answer.status, answer.json()["errors"].is_array()), (422, true), "{answer:?}");
    }
}

#[tokio::test]
async fn a_domain_of_another_resource_is_409_unless_it_is_forced() {
    let fake = still().await;
    let shop = fake.add_application("shop");
    fake.set_domains(&shop, "https://a.example.com");
    let mut body = json!({ "domains": "https://a.example.com/" });
    let answer = set(&fake, &fake.application(), &body).await;
    assert_eq!((answer.status, &answer.json()["conflicts"][0]["resource_uuid"]), (409, &json!(shop)));
    let other_scheme = json!({ "domains": "http://a.example.com" });
    assert_eq!(set(&fake, &fake.application(), &other_scheme).await.status, 200);
    body["force_domain_override"] = true.into();
    assert_eq!(set(&fake, &fake.application(), &body).await.status, 200);
    assert_eq!(fqdn(&fake).await, "https://a.example.com/");
}

#[tokio::test]
async fn without_a_proxy_the_answer_is_200_and_nothing_changes() {
    let fake = still().await;
    fake.enable(CoolifyQuirk::NoProxy);
    let before = fqdn(&fake).await;
    assert_eq!(set(&fake, &fake.application(), &json!({ "domains": "https://a.example.com" })).await.status, 200);
    assert_eq!(fqdn(&fake).await, before);
}

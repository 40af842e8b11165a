//! A server whose clock is off is off in all that it says.

use std::time::Duration;

use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_hours(1);

/// Sends a request that deploys, then reads the deployment's moment by `read`, and returns that and the `Date`.
async fn moments(deploy: reqwest::RequestBuilder, read: reqwest::RequestBuilder, pointer: &str) -> [DateTime<Utc>; 2] {
    deploy.send().await.unwrap().error_for_status().unwrap();
    loop {
        let answer = read.try_clone().unwrap().send().await.unwrap();
        let date = DateTime::parse_from_rfc2822(answer.headers()["date"].to_str().unwrap()).unwrap().to_utc();
        let body: Value = answer.json().await.unwrap();
        if let Some(moment) = body.pointer(pointer).and_then(Value::as_str) {
            return [date, DateTime::parse_from_rfc3339(moment).unwrap().to_utc()];
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[track_caller]
fn assert_off_by(moments: [DateTime<Utc>; 2], hours: i64) {
    for moment in moments {
        let off = moment - Utc::now() - TimeDelta::hours(hours);
        assert!(off.abs() < TimeDelta::seconds(20), "{moment} is not {hours} hours off");
    }
}

#[tokio::test]
async fn the_clock_of_coolify() {
    let fake = FakeCoolify::builder().clock_ahead(HOUR).start().await;
    let (http, url) = (reqwest::Client::new(), format!("{}/api/v1", fake.url()));
    let deploy = http.post(format!("{url}/deploy?uuid={}", fake.application())).bearer_auth(fake.token());
    let read = http.get(format!("{url}/deployments/applications/{}", fake.application())).bearer_auth(fake.token());
    assert_off_by(moments(deploy, read, "/deployments/0/created_at").await, 1);
}

#[tokio::test]
async fn the_clock_of_dokploy() {
    let fake = FakeDokploy::builder().clock_behind(HOUR).start().await;
    let (http, url, id) = (reqwest::Client::new(), format!("{}/api", fake.url()), fake.application());
    let deploy = http.post(format!("{url}/application.deploy")).header("x-api-key", fake.token());
    let deploy = deploy.json(&json!({ "applicationId": id }));
    let read = http.get(format!("{url}/deployment.all?applicationId={id}")).header("x-api-key", fake.token());
    assert_off_by(moments(deploy, read, "/0/createdAt").await, -1);
}

#[tokio::test]
async fn the_clock_of_qovery() {
    let fake = FakeQovery::builder().clock_ahead(HOUR).start().await;
    let (http, url, token) = (reqwest::Client::new(), fake.url(), format!("Token {}", fake.token()));
    let deploy = http.post(format!("{url}/application/{}/deploy", fake.application()));
    let deploy = deploy.header("authorization", &token).json(&json!({}));
    let read = http.get(format!("{url}/environment/{}/deploymentHistoryV2", fake.environment()));
    let moments = moments(deploy, read.header("authorization", &token), "/results/0/auditing_data/created_at").await;
    assert_off_by(moments, 1);
}

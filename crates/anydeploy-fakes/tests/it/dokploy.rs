//! The fake Dokploy server, asked over its socket: each test proves one thing that a real v0.30.2 does.

mod auth;
mod databases;
mod days;
mod deploy;
mod lifecycle;
mod previews;
mod quirks;
mod reads;
mod services;
mod transport;

use anydeploy_fakes::{FakeDokploy, FakeDokployBuilder, Pace};
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::{Value, json};

/// A server whose time stands still until the test advances it.
async fn still() -> FakeDokploy {
    still_with(|builder| builder).await
}

async fn still_with(more: impl FnOnce(FakeDokployBuilder) -> FakeDokployBuilder) -> FakeDokploy {
    more(FakeDokploy::builder().pace(Pace::Manual)).start().await
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    content_type: Option<String>,
    location: Option<String>,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}

fn request(fake: &FakeDokploy, method: Method, path: &str) -> RequestBuilder {
    let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    http.request(method, format!("{}{path}", fake.url()))
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (status, content_type, location) = (answer.status().as_u16(), header("content-type"), header("location"));
    Answer { status, content_type, location, text: answer.text().await.unwrap() }
}

async fn get_as(fake: &FakeDokploy, key: &str, procedure: &str) -> Answer {
    send(request(fake, Method::GET, &format!("/api/{procedure}")).header("x-api-key", key)).await
}

async fn get(fake: &FakeDokploy, procedure: &str) -> Answer {
    get_as(fake, fake.token(), procedure).await
}

async fn post_as(fake: &FakeDokploy, key: &str, procedure: &str, body: Value) -> Answer {
    send(request(fake, Method::POST, &format!("/api/{procedure}")).header("x-api-key", key).json(&body)).await
}

async fn post(fake: &FakeDokploy, procedure: &str, body: Value) -> Answer {
    post_as(fake, fake.token(), procedure, body).await
}

/// Deploys an application under a title.
async fn deploy(fake: &FakeDokploy, application: &str, title: &str) {
    let answer = post(fake, "application.deploy", json!({ "applicationId": application, "title": title })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// The rows of an application as `deployment.all` shows them.
async fn rows(fake: &FakeDokploy, application: &str) -> Vec<Value> {
    let rows = get(fake, &format!("deployment.all?applicationId={application}")).await.json();
    rows.as_array().unwrap().clone()
}

async fn queue(fake: &FakeDokploy) -> Vec<Value> {
    get(fake, "deployment.queueList").await.json().as_array().unwrap().clone()
}

async fn application(fake: &FakeDokploy, id: &str) -> Value {
    get(fake, &format!("application.one?applicationId={id}")).await.json()
}

/// One member of each object, in order.
fn each<'a>(list: &'a [Value], member: &str) -> Vec<&'a Value> {
    list.iter().map(|item| &item[member]).collect()
}

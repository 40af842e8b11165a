//! The fake Coolify server, asked over its socket: each test proves one thing that a real 4.3.11 does.

mod access;
mod days;
mod deploy;
mod faults;
mod lifecycle;
mod queue;
mod quirks;
mod reading;
mod resources;
mod variables;

use anydeploy_fakes::{FakeCoolify, FakeCoolifyBuilder, Pace};
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::Value;

/// A server whose time stands still until the test advances it.
async fn still() -> FakeCoolify {
    still_with(|builder| builder).await
}

async fn still_with(more: impl FnOnce(FakeCoolifyBuilder) -> FakeCoolifyBuilder) -> FakeCoolify {
    more(FakeCoolify::builder().pace(Pace::Manual)).start().await
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_else(|| panic!("no message: {self:?}")).to_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and sentence, the two things that most tests check.
    fn said(&self) -> (u16, String) {
        (self.status, self.message())
    }
}

fn request(fake: &FakeCoolify, method: Method, path: &str) -> RequestBuilder {
    let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    http.request(method, format!("{}/api/v1{path}", fake.url()))
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}

async fn call_as(fake: &FakeCoolify, token: &str, method: Method, path: &str) -> Answer {
    send(request(fake, method, path).bearer_auth(token).header("accept", "application/json")).await
}

async fn get(fake: &FakeCoolify, path: &str) -> Answer {
    call_as(fake, fake.token(), Method::GET, path).await
}

async fn post(fake: &FakeCoolify, path: &str) -> Answer {
    call_as(fake, fake.token(), Method::POST, path).await
}

async fn send_json(fake: &FakeCoolify, method: Method, path: &str, body: &Value) -> Answer {
    let request = request(fake, method, path).bearer_auth(fake.token()).header("accept", "application/json");
    send(request.json(body)).await
}

/// Deploys one application and returns the id that was promised.
async fn deploy(fake: &FakeCoolify, application: &str) -> String {
    id_of(&post(fake, &format!("/deploy?uuid={application}")).await)
}

/// The only deployment id of an answer to `/deploy`.
fn id_of(answer: &Answer) -> String {
    answer.json()["deployments"][0]["deployment_uuid"]
        .as_str()
        .unwrap_or_else(|| panic!("no id: {answer:?}"))
        .to_owned()
}

/// A deployment as the server shows it.
async fn deployment(fake: &FakeCoolify, id: &str) -> Value {
    get(fake, &format!("/deployments/{id}")).await.json()
}

async fn status_of(fake: &FakeCoolify, id: &str) -> String {
    deployment(fake, id).await["status"].as_str().unwrap().to_owned()
}

//! What other users do with the server at the same time, over its API and its webhooks.

use anydeploy_fakes::{DokployTriggered, FakeDokploy};
use anydeploy_wire::{Auth, Http, Method, Operation, Secret};
use serde_json::{Value, json};

async fn send(fake: &FakeDokploy, method: Method, path: &'static str, body: Option<Value>) -> Value {
    let auth = Auth::header("x-api-key", Secret::from(fake.token()));
    let http = Http::builder(fake.url()).auth(auth).header("x-github-event", Secret::from("push")).build().unwrap();
    // A path of an operation has no query.
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let operation = Operation::new(method, "other", path);
    let parts = query.split('&').filter_map(|part| part.split_once('='));
    let call = parts.fold(http.request(&operation), |call, (name, value)| call.query(name, &value));
    let call = if let Some(body) = &body { call.body(body) } else { call };
    call.send().await.unwrap().json().unwrap().into_value()
}

/// Sends what a browser, or a script of a colleague, would send.
pub(crate) async fn post(fake: &FakeDokploy, path: &'static str, body: Value) {
    answered(fake, path, body).await;
}

/// Sends the same, and returns the answer.
pub(crate) async fn answered(fake: &FakeDokploy, path: &'static str, body: Value) -> Value {
    send(fake, Method::Post, path, Some(body)).await
}

/// Reads what a browser would show.
pub(crate) async fn get(fake: &FakeDokploy, path: String) -> Value {
    send(fake, Method::Get, path.leak(), None).await
}

/// Pushes to the repository of an application, whose webhook then deploys it.
pub(crate) async fn push(fake: &FakeDokploy, application: &str) {
    let one = get(fake, format!("/api/application.one?applicationId={application}")).await;
    let token = one["refreshToken"].as_str().unwrap().to_owned();
    let webhook: &'static str = format!("/api/deploy/{token}").leak();
    let commit = json!({ "id": "c0ffee", "message": "somebody's commit" });
    let answer =
        send(fake, Method::Post, webhook, Some(json!({ "ref": "refs/heads/main", "head_commit": commit }))).await;
    assert_eq!(answer["message"], "Application deployed successfully");
}

/// What the server knows of the deployment that has this nonce.
pub(crate) fn truth(fake: &FakeDokploy, nonce: &str) -> DokployTriggered {
    let tagged = |entry: &DokployTriggered| entry.description.as_deref().is_some_and(|text| text.contains(nonce));
    fake.triggered().into_iter().find(tagged).unwrap()
}

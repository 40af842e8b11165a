//! A small client for the tests.

use anydeploy_fakes::{FakeQovery, FakeQoveryBuilder, Pace};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// A fake whose time only passes when a test says so, and a client that holds its token.
pub(crate) struct Api {
    pub(crate) fake: FakeQovery,
    http: Client,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::with(FakeQovery::builder()).await
    }

    pub(crate) async fn with(builder: FakeQoveryBuilder) -> Self {
        Self { fake: builder.pace(Pace::Manual).start().await, http: Client::new() }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, authorization: &str, body: Option<&str>) -> Response {
        let request = self.http.request(method, format!("{}{path}", self.fake.url()));
        let request = request.header("Authorization", authorization);
        let request = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_owned()),
            None => request,
        };
        request.send().await.unwrap()
    }

    async fn call(&self, method: Method, path: &str, body: Option<&str>) -> (u16, Value) {
        let token = format!("Token {}", self.fake.token());
        read(self.send(method, path, &token, body).await).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    /// Reads what must be there.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(&body.to_string())).await
    }

    pub(crate) async fn post_nothing(&self, path: &str) -> (u16, Value) {
        self.call(Method::POST, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(&body.to_string())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(Method::DELETE, path, None).await
    }

    /// Calls as the holder of the JWT, who is another user than the token.
    pub(crate) async fn post_as_human(&self, path: &str, body: Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.fake.bearer());
        read(self.send(Method::POST, path, &bearer, Some(&body.to_string())).await).await
    }

    /// Deploys an application, which must be accepted, and answers with the request id.
    pub(crate) async fn deploy(&self, application: &str) -> Value {
        let (status, body) = self.post(&format!("/application/{application}/deploy"), json!({})).await;
        assert_eq!(status, 202, "{body}");
        body["deployment_request_id"].clone()
    }

    pub(crate) async fn status(&self, application: &str) -> Value {
        self.read(&format!("/application/{application}/status")).await
    }

    pub(crate) async fn state(&self, application: &str) -> String {
        self.status(application).await["state"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn environment_status(&self) -> Value {
        self.read(&format!("/environment/{}/status", self.fake.environment())).await
    }

    /// The states that an application shows tick by tick, without repetitions.
    pub(crate) async fn states(&self, application: &str, ticks: u64) -> Vec<String> {
        let mut states = vec![self.state(application).await];
        for _ in 0..ticks {
            self.fake.advance(1);
            states.push(self.state(application).await);
        }
        states.dedup();
        states
    }
}

async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    (status, body)
}

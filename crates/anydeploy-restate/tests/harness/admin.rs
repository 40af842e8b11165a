//! The administration of a Restate server: registration, invocations, and what is stored of them.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// How long the partitions may take to lead after a start; the health is reported before.
const LEADS_WITHIN: Duration = Duration::from_secs(30);

/// The administration of one server.
#[derive(Clone)]
pub struct Admin {
    url: String,
    http: Client,
}

impl Admin {
    pub fn new(url: String) -> Self {
        Self { url, http: Client::new() }
    }

    pub async fn is_ready(&self) -> bool {
        let answer = self.http.get(format!("{}/health", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> reqwest::Result<Response> {
        let request = self.http.request(method, format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json").header("accept", "application/json");
        request.body(body.to_string()).send().await
    }

    /// Registers the services of the worker that answers at this address.
    pub async fn register(&self, uri: &str) {
        let body = json!({ "uri": uri, "force": true });
        let answer = self.send(Method::POST, "/deployments", body).await.expect("the server answers");
        let status = answer.status();
        assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap_or_default());
    }

    /// Cancels or kills an invocation.
    pub async fn end(&self, invocation: &str, how: &str) {
        let path = format!("/invocations/{invocation}/{how}");
        let answer = self.send(Method::PATCH, &path, json!({})).await.expect("the server answers");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// The rows of a query, asked again while the server does not lead its partitions.
    pub async fn query(&self, query: &str) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let answer =
                self.send(Method::POST, "/query", json!({ "query": query })).await.expect("the server answers");
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            if status.is_success() {
                let answer: Value = serde_json::from_str(&text).expect("the answer is JSON");
                return answer["rows"].as_array().cloned().unwrap_or_default();
            }
            assert!(began.elapsed() < LEADS_WITHIN, "{query}: {status}: {text}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// The one number that a query asks for as `n`.
    pub async fn count(&self, query: &str) -> u64 {
        self.query(query).await.first().and_then(|row| row["n"].as_u64()).unwrap_or_default()
    }

    /// The invocations of a handler that are not completed.
    pub async fn open_invocations(&self, service: &str, handler: &str) -> Vec<String> {
        let query = format!(
            "select id from sys_invocation where target_service_name = '{service}' \
             and target_handler_name = '{handler}' and status <> 'completed'"
        );
        self.query(&query).await.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
    }

    /// How many entries the journals of all invocations have, by the service and the handler, and what the entry is.
    pub async fn journal_entries(&self) -> BTreeMap<(String, String), Vec<(String, u64)>> {
        let query = "select i.target_service_name as service, i.target_handler_name as handler, j.entry_type as entry, \
                     count(*) as n from sys_journal j join sys_invocation i on i.id = j.id group by 1, 2, 3 order by 1, 2, 3";
        let mut entries: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in self.query(query).await {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let of_handler = entries.entry((text("service"), text("handler"))).or_default();
            of_handler.push((text("entry"), row["n"].as_u64().unwrap_or_default()));
        }
        entries
    }
}

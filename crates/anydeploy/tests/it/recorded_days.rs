//! What genuine servers answered to the requests of the day-to-day features, cut down to what matters, and read by the
//! adapters.

mod coolify;
mod dokploy;

use serde_json::Value;
use wiremock::matchers::{any, method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A server that answers as the recorded one did to these requests, whatever the ids in them, and to others with a 404.
async fn playing(recorded: &str, ids: &[&str]) -> MockServer {
    let server = MockServer::start().await;
    for id in ids {
        let mut lines = recorded.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let line = lines.find(|line| line["id"] == *id).unwrap_or_else(|| panic!("`{id}` is not recorded"));
        let (verb, path) = line["request"].as_str().unwrap().split_once(' ').unwrap();
        let parts = path.split('/').map(|part| if is_id(part) { "[^/]+".to_owned() } else { part.replace('.', "\\.") });
        let shape = format!("^{}$", parts.collect::<Vec<_>>().join("/"));
        let status = u16::try_from(line["status"].as_u64().unwrap()).unwrap();
        let answer = ResponseTemplate::new(status).set_body_json(&line["body"]);
        Mock::given(method(verb)).and(path_regex(shape)).respond_with(answer).with_priority(1).mount(&server).await;
    }
    let missing = ResponseTemplate::new(404).set_body_json(serde_json::json!({ "message": "Not recorded." }));
    Mock::given(any()).respond_with(missing).with_priority(9).mount(&server).await;
    server
}

/// Whether a part of a path is an id of Coolify.
fn is_id(part: &str) -> bool {
    part.len() == 24 && part.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// How many requests that write something were received.
async fn writes(server: &MockServer) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.method.as_str() != "GET").count()
}

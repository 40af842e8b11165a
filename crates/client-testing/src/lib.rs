//! What the tests of the generated clients share: every operation of a platform's documents, sent and answered.
//!
//! It knows the documents in `specs` and nothing of the clients.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "it fails as the test does that calls it")]

mod documents;
mod example;

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use documents::{Documents, Operation, entries};
use example::{Kind, kinds};
use serde_json::Value;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A request whose response is dropped.
pub type Sent<'a, E> = Pin<Box<dyn Future<Output = Result<(), E>> + 'a>>;

/// The requests of operations, by the operation's id.
pub type Calls<C, E> = &'static [(&'static str, fn(&C) -> Sent<'_, E>)];

/// A server that keeps the last request.
#[derive(Debug)]
pub struct Server {
    server: MockServer,
    last: Arc<Mutex<Option<Request>>>,
}

struct Keeper(Arc<Mutex<Option<Request>>>);

impl Respond for Keeper {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        *self.0.lock().unwrap() = Some(request.clone());
        ResponseTemplate::new(200)
    }
}

impl Server {
    /// Starts it on a free port of this machine; it answers 200 without a body.
    pub async fn start() -> Self {
        let server = MockServer::builder().disable_request_recording().start().await;
        let last = Arc::new(Mutex::new(None));
        Mock::given(wiremock::matchers::any()).respond_with(Keeper(last.clone())).mount(&server).await;
        Self { server, last }
    }

    /// Its address, such as `http://127.0.0.1:4000`.
    #[must_use]
    pub fn uri(&self) -> String {
        self.server.uri()
    }
}

/// Sends every operation and compares what arrives with what the documents say.
///
/// `base` is the path that the client puts before each.
pub async fn requests<C, E>(platform: &str, base: &str, client: &C, calls: &[Calls<C, E>], server: &Server) {
    let documents = Documents::read(platform);
    let mut wrong = Vec::new();
    for operation in &documents.operations {
        let id = &operation.id;
        let Some((_, call)) = calls.iter().flat_map(|calls| calls.iter()).find(|(known, _)| known == id) else {
            wrong.push(format!("{id}: no request"));
            continue;
        };
        // Most operations cannot decode an empty response; only what was sent counts.
        let _ = call(client).await;
        let Some(request) = server.last.lock().unwrap().take() else {
            wrong.push(format!("{id}: nothing was sent"));
            continue;
        };
        let reasons = compare(&documents, operation, base, &request);
        wrong.extend(reasons.into_iter().map(|reason| format!("{id}: {reason}")));
    }
    assert!(!documents.operations.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(documents: &Documents, operation: &Operation, base: &str, request: &Request) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, wanted: Value, found: Value| {
        if wanted != found {
            wrong.push(format!("{what}: wanted {wanted}, found {found}"));
        }
    };
    check("method", operation.method.as_str().into(), request.method.as_str().into());
    let mut path = format!("{base}{}", operation.path);
    let mut query = Vec::new();
    for parameter in &operation.parameters {
        let name = parameter["name"].as_str().unwrap();
        let value = documents.example(&parameter["schema"], Kind::Full, name, "");
        for text in texts(&value) {
            if parameter["in"] == "path" {
                path = path.replace(&format!("{{{name}}}"), &text);
            } else {
                query.push(format!("{name}={text}"));
            }
        }
    }
    let mut found: Vec<String> = request.url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    query.sort();
    found.sort();
    check("path", path.into(), percent_decoded(request).into());
    check("query", query.into(), found.into());
    let media = request.headers.get("content-type").map_or("", |media| media.to_str().unwrap());
    let sent = String::from_utf8_lossy(&request.body).into_owned();
    let body = &operation.value["requestBody"];
    match entries(&body["content"]).next() {
        None => {
            check("media type", "".into(), media.into());
            check("body", "".into(), sent.into());
        }
        Some((wanted, content)) if wanted == "application/json" => {
            let example = if body["x-empty"] == true {
                serde_json::json!({})
            } else {
                documents.example(&content["schema"], Kind::Full, "text", "")
            };
            check("media type", wanted.as_str().into(), media.into());
            check("body", example, serde_json::from_str(&sent).unwrap_or(Value::String(sent)));
        }
        Some((wanted, content)) if wanted == "multipart/form-data" => {
            check("media type", true.into(), media.starts_with("multipart/form-data; boundary=").into());
            let example = documents.example(&content["schema"], Kind::Full, "text", "");
            for (name, value) in entries(&example) {
                for text in texts(value) {
                    let parts = sent.split("\r\n--").filter(|part| part.contains(&format!("; name=\"{name}\"")));
                    let has_value = parts.into_iter().any(|part| part.ends_with(&format!("\r\n\r\n{text}")));
                    check(name, true.into(), has_value.into());
                }
            }
        }
        Some((wanted, _)) => {
            check("media type", wanted.as_str().into(), media.into());
            check("body", "text".into(), sent.into());
        }
    }
    wrong
}

/// A value as it stands in a URL or a form; a list is its elements.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The names that stand in a path hold nothing that has to be encoded but these.
fn percent_decoded(request: &Request) -> String {
    request.url.path().replace("%20", " ").replace("%2F", "/").replace("%3A", ":").replace("%40", "@")
}

/// Decodes bodies of every kind for every response; `decode` returns the repairs it took.
pub fn answers<R: std::fmt::Debug>(
    platform: &str,
    decode: impl Fn(&str, u16, &[u8]) -> Option<Result<Vec<R>, String>>,
) {
    let documents = Documents::read(platform);
    let mut wrong = Vec::new();
    for operation in &documents.operations {
        for (status, answer) in entries(&operation.value["responses"]) {
            let Some(schema) = answer["content"]["application/json"].get("schema") else { continue };
            for kind in kinds() {
                let body = documents.example(schema, kind, "text", "");
                match decode(&operation.id, status.parse().unwrap(), body.to_string().as_bytes()) {
                    None => wrong.push(format!("{}: its area is off", operation.id)),
                    Some(Ok(repairs)) if repairs.is_empty() => {}
                    Some(outcome) => wrong.push(format!("{}: {kind:?}: {outcome:?}: {body}", operation.id)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

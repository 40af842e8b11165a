//! A Toy server on a free port of this machine; a deployment proceeds by one step with each read of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The states of a deployment, one for each read; the last one stays.
///
/// In the state `hidden` a read does not find it yet, and in `gone` not any more.
pub(crate) type Script = &'static [&'static str];

pub(crate) const TOKEN: &str = "toy-token-4711";

/// Why a deployment fails, with a secret in it.
pub(crate) const FAILURE: &str = "docker login failed: password=hunter2";

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The server acts, and the connection is closed instead of the answer.
    LostAnswer,
    /// The connection is closed, and the server gets nothing.
    LostRequest,
    /// The server acts, and something in front of it answers: with this status, type and body.
    Foreign(u16, &'static str, &'static str),
}

struct Row {
    id: String,
    app: String,
    note: String,
    script: Script,
    reads: usize,
}

impl Row {
    fn state(&self) -> &'static str {
        self.script[self.reads.min(self.script.len() - 1)]
    }

    fn is_over(&self) -> bool {
        ["live", "broken", "stopped"].contains(&self.state())
    }

    fn json(&self) -> Value {
        let error = (self.state() == "broken").then_some(FAILURE);
        json!({
            "id": self.id, "app": self.app, "state": self.state(), "note": self.note, "error": error,
            "created_at": "2026-11-22T11:20:33Z", "ended_at": self.is_over().then_some("2026-11-22T11:21:33Z"),
        })
    }
}

#[derive(Default)]
struct State {
    apps: Vec<Vec<Script>>,
    rows: Vec<Row>,
    fault: Option<(Method, Fault)>,
    requests: u64,
}

/// A server that runs as long as its test.
pub(crate) struct FakeToy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FakeToy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::<Mutex<State>>::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&state), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(client), service));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds an app whose next deployments follow these scripts; later ones succeed.
    pub(crate) fn add_app(&self, scripts: &[Script]) -> String {
        let mut state = self.state.lock().unwrap();
        state.apps.push(scripts.to_vec());
        format!("app{}", state.apps.len() - 1)
    }

    /// Lets this go wrong with the next request of this method.
    pub(crate) fn fail_next(&self, method: Method, fault: Fault) {
        self.state.lock().unwrap().fault = Some((method, fault));
    }

    /// The notes of an app's deployments, oldest first.
    pub(crate) fn notes(&self, app: &str) -> Vec<String> {
        self.state.lock().unwrap().rows.iter().filter(|row| row.app == app).map(|row| row.note.clone()).collect()
    }

    pub(crate) fn deploy_by_someone_else(&self, app: &str) {
        self.state.lock().unwrap().deploy(app, "by hand");
    }

    pub(crate) fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }
}

impl State {
    fn app(&mut self, app: &str) -> Option<&mut Vec<Script>> {
        self.apps.get_mut(app.strip_prefix("app")?.parse::<usize>().ok()?)
    }

    fn deploy(&mut self, app: &str, note: &str) -> Option<Value> {
        let scripts = self.app(app)?;
        let script = if scripts.is_empty() { &["waiting", "building", "live"] } else { scripts.remove(0) };
        let id = format!("d{}", self.rows.len());
        self.rows.push(Row { id: id.clone(), app: app.to_owned(), note: note.to_owned(), script, reads: 0 });
        Some(json!({ "id": id }))
    }

    fn list(&mut self, app: &str, query: &str) -> Option<Value> {
        self.app(app)?;
        let limit = query.strip_prefix("limit=").and_then(|limit| limit.parse().ok()).unwrap_or(50);
        let rows = self.rows.iter().rev().filter(|row| row.app == app && row.state() != "gone");
        Some(json!({ "deployments": rows.take(limit).map(Row::json).collect::<Vec<_>>() }))
    }

    /// Reads a row, and lets its deployment proceed.
    fn read(&mut self, id: &str) -> Option<Value> {
        let row = self.rows.iter_mut().find(|row| row.id == id)?;
        let answer = (!["hidden", "gone"].contains(&row.state())).then(|| row.json());
        row.reads += 1;
        answer
    }

    /// The status and body of an answer.
    fn answer(&mut self, method: &Method, path: &[&str], query: &str, body: &Value) -> (u16, Value) {
        let note = body["note"].as_str().unwrap_or_default();
        let found = match (method.as_str(), path) {
            ("POST", ["api", "apps", app, "deployments"]) => self.deploy(app, note),
            ("GET", ["api", "apps", app, "deployments"]) => self.list(app, query),
            ("GET", ["api", "deployments", id]) => self.read(id),
            ("GET", ["api", "deployments", id, "log"]) => Some(json!({ "lines": [id, "building", FAILURE] })),
            ("POST", ["api", "deployments", id, "cancel"]) => match self.rows.iter_mut().find(|row| row.id == *id) {
                Some(row) if row.is_over() => return refusal(409, "over", "the deployment is over"),
                Some(row) => {
                    row.script = &["stopped"];
                    Some(row.json())
                }
                None => None,
            },
            _ => None,
        };
        found.map_or_else(|| refusal(404, "not_found", "there is no such thing"), |found| (200, found))
    }
}

fn refusal(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({ "error": { "code": code, "message": message } }))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

async fn answer(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failed> {
    let (head, body) = request.into_parts();
    let body = serde_json::from_slice(&body.collect().await?.to_bytes()).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.requests += 1;
    let fault = state.fault.take_if(|(method, _)| *method == head.method).map(|(_, fault)| fault);
    if matches!(fault, Some(Fault::LostRequest)) {
        return Err("the connection is closed".into());
    }
    let path: Vec<&str> = head.uri.path().split('/').skip(1).collect();
    let is_known = head.headers.get("authorization").is_some_and(|token| *token == *format!("Bearer {TOKEN}"));
    let (status, body) = if is_known {
        state.answer(&head.method, &path, head.uri.query().unwrap_or_default(), &body)
    } else {
        refusal(401, "unauthorized", "the token is not known")
    };
    let (status, kind, body) = match fault {
        None => (status, "application/json", body.to_string()),
        Some(Fault::Foreign(status, kind, body)) => (status, kind, body.to_owned()),
        Some(Fault::LostAnswer | Fault::LostRequest) => return Err("the connection is closed".into()),
    };
    Ok(Response::builder().status(status).header("content-type", kind).body(Full::from(body))?)
}

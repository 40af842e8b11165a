//! A web service, axum with SQLite, that is killed in the middle of a deployment: started again it goes on, and deploys once.
//!
//! `POST /deployments` answers 202 with an id before anything is sent; `GET /deployments/{id}` says how it stands.
//! The header `Idempotency-Key` is the client's name for a deployment: a POST that is repeated has the same id.
//! It is killed before it answers, before and after it sends, and while it watches; each time the client posts again.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "examples print")]

use std::env;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, DeploymentId, Target};
use anydeploy_fakes::FakeDokploy;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use recipes::{Failure, Intents, Process, connect, quick, step};
use serde_json::{Value, json};
use sqlx::types::Json as Text;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

/// What the handlers work with.
#[derive(Clone)]
struct Service {
    intents: Intents,
    deployer: Arc<dyn Deployer>,
}

/// A row: what was asked for, what was triggered, and how it ended.
type Row = (i64, Text<DeployRequest>, Option<Text<DeploymentId>>);

impl Service {
    /// Goes on with each deployment that is not over, and serves until it is killed.
    async fn serve(directory: &Path, url: &str) -> Result<(), Box<dyn Error>> {
        let intents = Intents::open(&directory.join("service.sqlite")).await?;
        let service = Self { intents, deployer: connect(url)? };
        let table = "CREATE TABLE IF NOT EXISTS deployments (id INTEGER PRIMARY KEY, \
                     key TEXT NOT NULL UNIQUE, request TEXT NOT NULL, deployment TEXT, result TEXT)";
        sqlx::query(table).execute(service.intents.pool()).await?;
        let left = sqlx::query_as("SELECT id, request, deployment FROM deployments WHERE result IS NULL");
        for (id, request, deployment) in left.fetch_all(service.intents.pool()).await? as Vec<Row> {
            service.clone().begin(id, request.0, deployment.map(|id| id.0));
        }
        let routes = Router::new().route("/deployments", post(accept)).route("/deployments/{id}", get(show));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?);
        Ok(axum::serve(listener, routes.with_state(service)).await?)
    }

    /// Stores a request and begins its deployment, unless that was done under its key before; returns the id.
    async fn store(self, key: String, request: DeployRequest) -> Result<Option<i64>, sqlx::Error> {
        let query = "INSERT INTO deployments (key, request) VALUES (?, ?) ON CONFLICT (key) DO NOTHING RETURNING id";
        let query = sqlx::query_scalar(query).bind(&key).bind(Text(&request));
        if let Some(id) = query.fetch_optional(self.intents.pool()).await? {
            step("stored").await;
            self.begin(id, request, None);
            return Ok(Some(id));
        }
        let query = sqlx::query_scalar("SELECT id FROM deployments WHERE key = ? AND request = ?");
        query.bind(key).bind(Text(request)).fetch_optional(self.intents.pool()).await
    }

    /// Brings a deployment to its end, and waits for nothing.
    fn begin(self, id: i64, request: DeployRequest, known: Option<DeploymentId>) {
        tokio::spawn(async move {
            if let Err(error) = self.deploy(id, request, known).await {
                eprintln!("deployment {id} goes on when the service is started again: {error}");
            }
        });
    }

    /// Brings a deployment to its end, from wherever it stands.
    async fn deploy(self, id: i64, request: DeployRequest, mut known: Option<DeploymentId>) -> Result<(), sqlx::Error> {
        let result = loop {
            if let Some(known) = &known {
                step("watched").await;
                let ended = Arc::clone(&self.deployer).watch(known, quick()).await;
                break ended.map_or_else(|error| json!({ "error": error }), |outcome| json!(outcome));
            }
            match self.intents.deploy_once(&id.to_string(), &*self.deployer, &request).await {
                Ok(deployment) => {
                    self.set("UPDATE deployments SET deployment = ? WHERE id = ?", id, json!(deployment.id)).await?;
                    known = Some(deployment.id);
                }
                Err(Failure::Again(_)) => sleep(Duration::from_secs(1)).await,
                Err(Failure::Final(error)) => break json!({ "error": error }),
                Err(other) => break json!({ "error": format!("{other:?}") }),
            }
        };
        self.set("UPDATE deployments SET result = ? WHERE id = ?", id, result).await
    }

    async fn set(&self, query: &'static str, id: i64, value: Value) -> Result<(), sqlx::Error> {
        sqlx::query(query).bind(Text(value)).bind(id).execute(self.intents.pool()).await.map(drop)
    }
}

/// Stores a request under its key, and answers at once; 422 if the key is that of another request.
async fn accept(
    State(service): State<Service>,
    headers: HeaderMap,
    Json(request): Json<DeployRequest>,
) -> Result<(StatusCode, Json<Value>), StatusCode> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)?;
    // A client that goes away ends its handler, and must leave no row that nobody works on.
    match tokio::spawn(service.store(key.to_owned(), request)).await {
        Ok(Ok(Some(id))) => Ok((StatusCode::ACCEPTED, Json(json!({ "id": id })))),
        Ok(Ok(None)) => Err(StatusCode::UNPROCESSABLE_ENTITY),
        _ => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// How a deployment stands.
async fn show(State(service): State<Service>, UrlPath(id): UrlPath<i64>) -> Result<Json<Value>, StatusCode> {
    let query =
        "SELECT json_object('deployment', json(deployment), 'result', json(result)) FROM deployments WHERE id = ?";
    let row = sqlx::query_scalar(query).bind(id).fetch_optional(service.intents.pool()).await;
    let state: Option<Text<Value>> = row.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(state.ok_or(StatusCode::NOT_FOUND)?.0))
}

/// Asks until a deployment has a result.
async fn result(url: String) -> Result<Value, reqwest::Error> {
    loop {
        let mut state: Value = reqwest::get(&url).await?.error_for_status()?.json().await?;
        match state["result"].take() {
            Value::Null => sleep(Duration::from_millis(50)).await,
            result => return Ok(result),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [directory, url] = &*arguments {
        return Service::serve(Path::new(directory), url).await;
    }
    let (fake, directory) = (FakeDokploy::start().await, tempfile::tempdir()?);
    let service = [directory.path().display().to_string(), fake.url()];
    let client = reqwest::Client::new();
    for (number, step) in (1..).zip(["stored", "prepared", "sent", "watched"]) {
        let application = fake.add_application(step);
        let request = DeployRequest::new(Target::application(&*application));
        let post = |url: &str| client.post(url).header("Idempotency-Key", step).json(&request).send();
        let mut first = Process::start(&service, fake.token(), Some(step))?;
        let posted = tokio::spawn(post(&format!("http://{}/deployments", first.says("listening").await?)));
        first.says(step).await?;
        first.kill().await?;
        println!("killed after `{step}`; the answer was {:?}", posted.await?.ok().map(|answer| answer.status()));

        let mut second = Process::start(&service, fake.token(), None)?;
        let url = format!("http://{}/deployments", second.says("listening").await?);
        let accepted: Value = post(&url).await?.error_for_status()?.json().await?;
        let result = timeout(Duration::from_mins(2), result(format!("{url}/{}", accepted["id"]))).await??;
        second.kill().await?;
        let deployments = fake.triggered().into_iter().filter(|triggered| triggered.target == application).count();
        println!("started again, and posted again: {accepted}, {deployments} triggered");
        if deployments != 1 || accepted["id"] != number || result["outcome"] != "succeeded" {
            return Err(format!("{deployments} deployments after `{step}`: {accepted}, {result}").into());
        }
    }
    Ok(())
}

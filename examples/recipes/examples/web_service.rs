//! A web service, axum with SQLite, that is killed in the middle of a deployment: started again it goes on, and deploys once.
//!
//! `POST /deployments` answers 202 with an id before anything is sent; `GET /deployments/{id}` says how it stands.
//! A service is killed before it sends, one after it has sent and before it knows the answer, and one while it watches.

#![allow(clippy::print_stdout, reason = "examples print")]

use std::env;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anydeploy::{DeployRequest, Deployer, DeployerExt, DeploymentId, Target};
use anydeploy_fakes::FakeDokploy;
use axum::extract::{self, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use recipes::{Failure, Intents, Process, connect, quick, step};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

/// What the handlers work with.
#[derive(Clone)]
struct Service {
    intents: Intents,
    deployer: Arc<dyn Deployer>,
}

/// A row: what was asked for, what was triggered, and how it ended.
type Row = (i64, sqlx::types::Json<DeployRequest>, Option<sqlx::types::Json<DeploymentId>>);

impl Service {
    /// Goes on with each deployment that is not over, and serves until it is killed.
    async fn serve(directory: &Path, url: &str, token: &str) -> Result<(), Box<dyn Error>> {
        let intents = Intents::open(&directory.join("service.sqlite")).await?;
        let service = Self { intents, deployer: connect(url, token)? };
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS deployments \
             (id INTEGER PRIMARY KEY, request TEXT NOT NULL, deployment TEXT, result TEXT)",
        )
        .execute(service.intents.pool())
        .await?;
        let left = sqlx::query_as("SELECT id, request, deployment FROM deployments WHERE result IS NULL");
        for (id, request, deployment) in left.fetch_all(service.intents.pool()).await? as Vec<Row> {
            tokio::spawn(service.clone().deploy(id, request.0, deployment.map(|id| id.0)));
        }
        let routes = Router::new().route("/deployments", post(accept)).route("/deployments/{id}", get(show));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?);
        Ok(axum::serve(listener, routes.with_state(service)).await?)
    }

    /// Brings a deployment to its end, from wherever it stands.
    async fn deploy(self, id: i64, request: DeployRequest, mut known: Option<DeploymentId>) -> Result<(), sqlx::Error> {
        let result = loop {
            if let Some(known) = &known {
                step("watched").await;
                break match Arc::clone(&self.deployer).watch(known, quick()).await {
                    Ok(outcome) => json!(outcome),
                    Err(error) => json!({ "error": error }),
                };
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
        sqlx::query(query).bind(sqlx::types::Json(value)).bind(id).execute(self.intents.pool()).await.map(drop)
    }
}

/// Stores a request, and answers at once.
async fn accept(
    State(service): State<Service>,
    Json(request): Json<DeployRequest>,
) -> Result<(StatusCode, Json<Value>), StatusCode> {
    let query = sqlx::query_scalar("INSERT INTO deployments (request) VALUES (?) RETURNING id");
    let stored = query.bind(sqlx::types::Json(&request)).fetch_one(service.intents.pool()).await;
    let id: i64 = stored.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    tokio::spawn(service.deploy(id, request, None));
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id }))))
}

/// How a deployment stands.
async fn show(
    State(service): State<Service>,
    extract::Path(id): extract::Path<i64>,
) -> Result<Json<Value>, StatusCode> {
    let query = sqlx::query_as("SELECT deployment, result FROM deployments WHERE id = ?").bind(id);
    let row = query.fetch_optional(service.intents.pool()).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (deployment, result): (Option<sqlx::types::Json<Value>>, Option<sqlx::types::Json<Value>>) =
        row.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({ "deployment": deployment, "result": result })))
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
    if let [directory, url, token] = &*arguments {
        return Service::serve(Path::new(directory), url, token).await;
    }
    let (fake, directory) = (FakeDokploy::start().await, tempfile::tempdir()?);
    let service = [directory.path().display().to_string(), fake.url(), fake.token().to_owned()];
    for step in ["prepared", "sent", "watched"] {
        let application = fake.add_application(step);
        let request = DeployRequest::new(Target::application(&*application));
        let mut first = Process::start(&service, Some(step))?;
        let url = format!("http://{}/deployments", first.says("listening").await?);
        let answer = reqwest::Client::new().post(url).json(&request).send().await?;
        let (status, accepted) = (answer.status(), answer.json::<Value>().await?);
        first.says(step).await?;
        first.kill().await?;
        println!("{status} {accepted}, and killed after `{step}`");

        let mut second = Process::start(&service, None)?;
        let url = format!("http://{}/deployments/{}", second.says("listening").await?, accepted["id"]);
        let result = timeout(Duration::from_mins(2), result(url)).await??;
        second.kill().await?;
        let deployments = fake.triggered().into_iter().filter(|triggered| triggered.target == application).count();
        println!("started again: {deployments} triggered");
        if deployments != 1 || result["outcome"] != "succeeded" {
            return Err(format!("{deployments} deployments after `{step}`: {result}").into());
        }
    }
    Ok(())
}

//! The requests that this adapter makes, and what their answers hold.

use anydeploy_adapter::Result;
use anydeploy_wire::{Http, Method, Operation, Response, ResponseFuture, object};
use serde::Serialize;

use super::error::map_error;
use super::status::State;

const TRIGGER: Operation = Operation::new(Method::Post, "trigger", "/apps/{app}/deployments");
const LIST: Operation = Operation::new(Method::Get, "list", "/apps/{app}/deployments");
const READ: Operation = Operation::new(Method::Get, "read", "/deployments/{id}");
const CANCEL: Operation = Operation::new(Method::Post, "cancel", "/deployments/{id}/cancel").without_body();
const LOG: Operation = Operation::new(Method::Get, "log", "/deployments/{id}/log");

#[derive(Serialize)]
struct Triggered<'a> {
    note: &'a str,
}

/// The answer to a trigger.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) id: String,
}

object! { Accepted: required { id = "id" } }

/// A deployment.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) app: String,
    pub(super) state: State,
    pub(super) note: Option<String>,
    pub(super) error: Option<String>,
    pub(super) created_at: Option<String>,
    pub(super) ended_at: Option<String>,
}

object! {
    Row:
    required { id = "id", app = "app", state = "state" }
    optional { note = "note", error = "error", created_at = "created_at", ended_at = "ended_at" }
}

/// The newest deployments of an app.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) deployments: Vec<Row>,
}

object! { Page: required { deployments = "deployments" } }

/// The log of a deployment.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) lines: Vec<String>,
}

object! { Log: required { lines = "lines" } }

/// One Toy instance.
#[derive(Clone, Debug)]
pub(super) struct Api {
    http: Http,
}

impl Api {
    pub(super) fn new(http: Http) -> Self {
        Self { http }
    }

    /// The address of the API, which names the instance.
    pub(super) fn address(&self) -> &str {
        self.http.base_url()
    }

    pub(super) async fn trigger(&self, app: &str, note: &str) -> Result<Response<Accepted>> {
        answer(self.http.request(&TRIGGER).path("app", app).body(&Triggered { note }).json()).await
    }

    /// The newest deployments of an app, newest first, at most `limit`.
    pub(super) async fn deployments_of(&self, app: &str, limit: usize) -> Result<Response<Page>> {
        answer(self.http.request(&LIST).path("app", app).query("limit", &limit.to_string()).json()).await
    }

    pub(super) async fn deployment(&self, id: &str) -> Result<Row> {
        Ok(answer(self.http.request(&READ).path("id", id).json()).await?.into_value())
    }

    pub(super) async fn cancel(&self, id: &str) -> Result<Row> {
        Ok(answer(self.http.request(&CANCEL).path("id", id).json()).await?.into_value())
    }

    pub(super) async fn log(&self, id: &str) -> Result<Log> {
        Ok(answer(self.http.request(&LOG).path("id", id).json()).await?.into_value())
    }
}

/// Waits for an answer, and makes a failure an error of `anydeploy`.
async fn answer<T>(sent: ResponseFuture<'_, T>) -> Result<Response<T>> {
    sent.await.map_err(map_error)
}

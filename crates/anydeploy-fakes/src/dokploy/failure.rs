//! How the server refuses: its error bodies, and the one with the faults of an input.

use serde_json::{Map, Value, json};

use super::quirk::{Quirks, Release};
use crate::response::Response;

/// A refusal by the router, before it is written as an error body.
#[derive(Debug)]
pub(super) struct Failure {
    status: u16,
    code: &'static str,
    message: String,
    issues: Option<Vec<Value>>,
}

impl Failure {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), issues: None }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BAD_REQUEST", message)
    }

    /// A missing permission too is 401; 403 is for licences.
    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "UNAUTHORIZED", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", message)
    }

    pub(super) fn unsupported_media_type(message: impl Into<String>) -> Self {
        Self::new(415, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    /// The message of an unexpected exception reaches the client as it is.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "INTERNAL_SERVER_ERROR", message)
    }

    /// What a command says that fails: on a remote server, nothing but its exit code is kept.
    pub(super) fn of_command(quirks: &Quirks, said: &str) -> Self {
        Self::internal(match (quirks.unreachable, quirks.remote) {
            (true, _) => "SSH connection error: connect ECONNREFUSED 192.0.2.1:22".to_owned(),
            (_, true) => "Remote command failed with exit code 1".to_owned(),
            _ if quirks.release < Release::NAMES_COMMANDS => said.to_owned(),
            _ => format!("Command execution failed: {said}"),
        })
    }

    /// What a gateway in front of the server answers after its timeout.
    pub(super) fn gateway_timeout() -> Self {
        Self::new(504, "", "<html><head><title>504 Gateway Time-out</title></head></html>")
    }

    /// A refusal with this status, in the server's own form.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::unauthorized("You don't have access to this service"),
            403 => Self::new(403, "FORBIDDEN", "Forbidden"),
            404 => Self::not_found("Not found"),
            _ => Self { status, ..Self::internal("Internal server error") },
        }
    }

    pub(super) fn invalid(issues: Vec<Value>) -> Self {
        Self { issues: Some(issues), ..Self::bad_request("Input validation failed") }
    }

    /// The answer; an error of a known procedure names it in `data.path`.
    pub(super) fn answer(self, procedure: Option<&str>, release: Release) -> Response {
        if self.code.is_empty() {
            return Response::new(self.status).with_content("text/html", self.message);
        }
        let mut body = json!({ "message": self.message, "code": self.code });
        if release >= Release::ERROR_DATA {
            let mut data = json!({ "code": self.code, "httpStatus": self.status });
            if let Some(name) = procedure {
                data["path"] = name.into();
            }
            data["zodError"] = self.issues.as_deref().map_or(Value::Null, zod_error);
            body["data"] = data;
        }
        if let Some(issues) = self.issues {
            body["issues"] = issues.into();
        }
        Response::json(self.status, &body)
    }
}

fn zod_error(issues: &[Value]) -> Value {
    let mut fields = Map::new();
    for issue in issues {
        let field = issue["path"][0].as_str().unwrap_or_default();
        let messages = fields.entry(field).or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(issue["message"].clone());
        }
    }
    json!({ "formErrors": [], "fieldErrors": fields })
}

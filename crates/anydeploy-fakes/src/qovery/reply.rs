//! Answers and refusals, and how the quirks shape them.

use serde_json::{Value, json};

use super::quirk::{QoveryQuirk, Quirks};
use crate::response::Response;

/// What a call comes to.
pub(super) type Outcome = Result<Reply, Refusal>;

/// A success: its status, and a body unless it has none.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: Option<Value>,
}

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: 201, body: Some(body) }
    }

    pub(super) fn accepted(body: Value) -> Self {
        Self { status: 202, body: Some(body) }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, body: None }
    }

    /// A list in the usual envelope.
    pub(super) fn results(items: Vec<Value>) -> Self {
        Self::ok([("results", items)].into_iter().collect())
    }

    /// A list with page numbers; history has no cursor, so there is only ever the first page.
    pub(super) fn page(size: usize, items: Vec<Value>) -> Self {
        let fields = [("page", json!(1)), ("page_size", json!(size)), ("results", Value::Array(items))];
        Self::ok(fields.into_iter().collect())
    }

    pub(super) fn into_response(self, quirks: &Quirks) -> Response {
        let status = if quirks.has(QoveryQuirk::PlainOk) { 200 } else { self.status };
        let bodyless = self.status == 202 && quirks.has(QoveryQuirk::BodylessActions);
        match self.body.filter(|_| !bodyless) {
            Some(mut body) => {
                shape(&mut body, quirks);
                Response::json(status, &body)
            }
            None => Response::new(status),
        }
    }
}

fn shape(body: &mut Value, quirks: &Quirks) {
    if let Value::Object(fields) = body {
        if quirks.has(QoveryQuirk::OmittedResults)
            && fields.get("results").and_then(Value::as_array).is_some_and(Vec::is_empty)
        {
            fields.remove("results");
        }
        if quirks.has(QoveryQuirk::FloatPages) {
            for key in ["page", "page_size"] {
                if let Some(number) = fields.get(key).and_then(Value::as_f64) {
                    fields.insert(key.to_owned(), json!(number));
                }
            }
        }
    }
    if quirks.has(QoveryQuirk::OmittedNulls) {
        omit_nulls(body);
    }
}

fn omit_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(omit_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(omit_nulls),
        _ => {}
    }
}

/// A refusal: its status and the server's sentence.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    detail: String,
    /// Nothing stands behind the id; Qovery says 403 then.
    missing: bool,
}

impl Refusal {
    fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), missing: false }
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Authentication is missing or was refused.")
    }

    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(409, detail)
    }

    /// No such path.
    pub(super) fn no_route() -> Self {
        Self::new(404, "No such route.")
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, detail)
    }

    pub(super) fn too_many() -> Self {
        Self::new(429, "Too many requests; builder().rate_limit() sets the limit of this fake.")
    }

    /// An object that is not there, or not for this caller: the server does not distinguish the two.
    pub(super) fn missing(what: &str) -> Self {
        Self { missing: true, ..Self::new(403, format!("You may not access this {what}.")) }
    }

    pub(super) fn into_response(self, quirks: &Quirks) -> Response {
        let status = if self.missing && !quirks.has(QoveryQuirk::ForbiddenForMissing) { 404 } else { self.status };
        let body = if quirks.has(QoveryQuirk::MessageErrors) {
            json!({ "message": self.detail })
        } else if quirks.has(QoveryQuirk::LegacyErrors) {
            json!({ "status": status, "error": reason(status), "message": self.detail })
        } else {
            // Reconstructed from the Terraform provider, which reads these two.
            json!({ "status": status, "detail": self.detail })
        };
        if quirks.has(QoveryQuirk::ProblemJson) {
            return Response::new(status).with_content("application/problem+json", body.to_string());
        }
        Response::json(status, &body)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        409 => "Conflict",
        429 => "Too Many Requests",
        _ => "Not Found",
    }
}

//! From a request to a procedure: paths, bodies, keys, and what is refused on the way.

use serde_json::{Value, json};

use super::failure::Failure;
use super::input::Input;
use super::key::Caller;
use super::procedure::{Body, Call, Procedure};
use super::state::State;
use super::{
    applications, composes, containers, databases, deploy, deployments, environments, previews, projects, rollbacks,
    runtime, settings, webhook,
};
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::sender::Sender;

/// Bodies above this are refused by the web framework, before anything else is checked.
const MAX_BODY_BYTES: usize = 1024 * 1024;

const AREAS: &[&[Procedure]] = &[
    applications::PROCEDURES,
    composes::PROCEDURES,
    containers::PROCEDURES,
    databases::PROCEDURES,
    deploy::PROCEDURES,
    deployments::PROCEDURES,
    environments::PROCEDURES,
    previews::PROCEDURES,
    projects::PROCEDURES,
    rollbacks::PROCEDURES,
    runtime::PROCEDURES,
    settings::PROCEDURES,
];

impl State {
    pub(super) fn answer(&mut self, request: &ReceivedRequest) -> Response {
        let path = &*request.path;
        if let Some(clean) = cleaned(path) {
            let location = request.query.as_deref().map_or_else(|| clean.clone(), |query| format!("{clean}?{query}"));
            return Response::new(308).with_header("location", &*location).with_body(location);
        }
        let Some(name) = path.strip_prefix("/api/") else {
            let page = "<!DOCTYPE html><html><head><title>404: This page could not be found</title></head></html>";
            return Response::new(404).with_content("text/html; charset=utf-8", page);
        };
        if request.body.len() > MAX_BODY_BYTES {
            return Response::new(413).with_body("Body exceeded 1mb limit");
        }
        let content_type = request.header("content-type").unwrap_or_default();
        let body = match (content_type.starts_with("application/json"), request.body.as_slice()) {
            (true, []) | (false, _) => json!({}),
            (true, bytes) => match serde_json::from_slice(bytes) {
                Ok(body) => body,
                Err(_) => return Response::new(400).with_body("Invalid JSON"),
            },
        };
        if name == "health" {
            return Response::json(200, &json!({ "ok": true }));
        }
        if let Some(token) = name.strip_prefix("deploy/") {
            return webhook::answer(self, token, request, &body);
        }
        if self.down > 0 && request.method.as_str() == "GET" {
            self.down -= 1;
            return Response::new(502).with_content("text/html", "<html>Bad Gateway</html>");
        }
        let key = request.header("x-api-key").unwrap_or_default();
        if self.keys.verify(key, self.tick).is_none() {
            // One body for every reason: unknown, disabled, used up, too fast.
            let body = json!({ "message": "Unauthorized" }).to_string();
            return Response::new(401).with_content("application/json; charset=utf-8", body);
        }
        let method = request.method.as_str();
        let release = self.quirks.release;
        let known = AREAS.iter().copied().flatten().find(|procedure| {
            procedure.method == method && procedure.name.eq_ignore_ascii_case(name) && procedure.since <= release
        });
        let Some(procedure) = known else {
            if method == "HEAD" {
                return Response::new(204).with_header("content-type", "application/json");
            }
            return Failure::not_found("Not found").answer(None, release);
        };
        match self.call(procedure, request, content_type, body, key) {
            Ok(Body::Json(value)) => Response::json(200, &value),
            Ok(Body::Empty) => Response::new(200).with_header("content-type", "application/json"),
            Err(failure) => failure.answer(Some(procedure.name), release),
        }
    }

    fn call(
        &mut self,
        procedure: &Procedure,
        request: &ReceivedRequest,
        content_type: &str,
        body: Value,
        key: &str,
    ) -> Result<Body, Failure> {
        let input = if procedure.method == "GET" {
            Input::of_query(request)
        } else {
            expect_json(content_type)?;
            Input::of_body(body)
        };
        // The key is verified, and charged, a second time; an odd budget ends here, with another 401 than before.
        let caller = match self.keys.verify(key, self.tick) {
            Some(caller) => caller,
            None if procedure.public => Caller::nobody(),
            None => return Err(Failure::unauthorized("UNAUTHORIZED")),
        };
        (procedure.run)(&mut Call { state: self, input, caller, sender: Sender::of(request), request })
    }
}

/// A POST without a JSON content type is refused even if it needs no input.
fn expect_json(content_type: &str) -> Result<(), Failure> {
    match content_type {
        kind if kind.starts_with("application/json") || kind.starts_with("multipart/form-data") => Ok(()),
        "" => Err(Failure::unsupported_media_type("Missing content-type header")),
        // The closing quote is missing on the real server too.
        kind => Err(Failure::unsupported_media_type(format!("Unsupported content-type \"{kind}"))),
    }
}

/// The path without trailing and double slashes, if it had any.
fn cleaned(path: &str) -> Option<String> {
    let mut clean = path.to_owned();
    while clean.contains("//") {
        clean = clean.replace("//", "/");
    }
    if clean.len() > 1 {
        clean.truncate(clean.trim_end_matches('/').len());
    }
    (clean != path).then_some(clean)
}

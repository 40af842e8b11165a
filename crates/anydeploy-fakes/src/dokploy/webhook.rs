//! Deploying by webhook: no key, the token stands in the URL.

use serde_json::{Value, json};

use super::job::Order;
use super::service::{Kind, Service};
use super::state::State;
use super::triggered::DokployOrigin;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::sender::Sender;

/// Any method will do. A refusal is a 301 that leads nowhere, which many clients take for success.
pub(super) fn answer(state: &mut State, path: &str, request: &ReceivedRequest, body: &Value) -> Response {
    let (kind, name, token) = match path.strip_prefix("compose/") {
        Some(token) => (Kind::Compose, "Compose", token),
        None => (Kind::Application, "Application", path),
    };
    let owns = |service: &&Service| service.target.kind == kind && service.text("refreshToken") == token;
    let Some(service) = state.services.iter().find(owns) else {
        return message(404, &format!("{name} Not Found"));
    };
    if !service.flag("autoDeploy") {
        let kind = name.to_lowercase();
        return message(400, &format!("Automatic deployments are disabled for this {kind}"));
    }
    let head = &body["head_commit"];
    if service.clones() {
        let branch = if service.text("sourceType") == "git" { "customGitBranch" } else { "branch" };
        let pushed = body["ref"].as_str().and_then(|name| name.strip_prefix("refs/heads/"));
        if request.header("x-github-event").is_none() || pushed != Some(service.text(branch)) {
            return message(301, "Branch Not Match");
        }
    }
    let title = head["message"].as_str().unwrap_or("NEW CHANGES").to_owned();
    let description = head["id"].as_str().map(|sha| format!("Hash: {sha}"));
    let target = service.target.clone();
    let (origin, sender) = (DokployOrigin::Webhook, Sender::of(request));
    state.enqueue(Order { target, title: Some(title), description, redeploy: false, origin, sender });
    message(200, &format!("{name} deployed successfully"))
}

fn message(status: u16, text: &str) -> Response {
    let body = json!({ "message": text }).to_string();
    Response::new(status).with_content("application/json; charset=utf-8", body)
}

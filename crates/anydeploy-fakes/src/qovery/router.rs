//! Which call a request is.

use super::call::Call;
use super::kind::{PATHS, QoveryServiceKind};
use super::reply::{Outcome, Refusal};

/// Answers one call of a known user.
pub(super) fn route(mut call: Call<'_>) -> Outcome {
    let http = call.http;
    let path: Vec<&str> = http.path.as_str().split('/').skip(1).collect();
    match http.method.as_str() {
        "GET" => get(&call, &path),
        "POST" => post(&mut call, &path),
        "PUT" => match path.as_slice() {
            ["variable", id] => call.edit_variable(id),
            _ => Err(Refusal::no_route()),
        },
        "DELETE" => match path.as_slice() {
            ["variable", id] => call.delete_variable(id),
            ["environment", id] => call.delete_environment(id),
            [kind, id] if PATHS.contains(kind) => call.delete_service(kind, id),
            _ => Err(Refusal::no_route()),
        },
        _ => Err(Refusal::no_route()),
    }
}

fn get(call: &Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["organization", rest @ ..] => call.state.read_organization(rest, |name| call.query(name)),
        ["project", id, rest @ ..] => call.state.read_project(id, rest),
        ["environment", "deploymentStatus"] => match call.query("deploymentRequestId") {
            Some(request) => call.state.request_status(&request),
            None => Err(Refusal::bad_request("deploymentRequestId is required.")),
        },
        ["environment", id, rest @ ..] => call.read_environment(id, rest),
        ["service", id, "deploymentQueue"] => call.state.service_queue(id),
        ["service", id, "deploymentStage"] => call.state.service_stage(id),
        ["variable"] => call.list_variables(),
        [kind, id, rest @ ..] if PATHS.contains(kind) => call.read_service(kind, id, rest),
        _ => Err(Refusal::no_route()),
    }
}

fn post(call: &mut Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["environment", id, "service", verb] => call.act_on_services(id, verb),
        ["environment", id, verb] => call.act_on_environment(id, verb),
        ["deploymentQueue", id, "cancelDeployment"] => call.cancel_request(id),
        ["organization", id, "container", "deploy"] => call.auto_deploy(id, QoveryServiceKind::Container),
        ["organization", id, "job", "deploy"] => call.auto_deploy(id, QoveryServiceKind::CronJob),
        ["variable"] => call.create_variable(),
        ["variable", "import"] => call.import_variables(),
        ["variable", id, verb] => call.derive_variable(id, verb),
        [kind, id, verb] if PATHS.contains(kind) => call.act_on_service(kind, id, verb),
        _ => Err(Refusal::no_route()),
    }
}

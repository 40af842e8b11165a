//! The checks that every request passes, in their order, and the table of routes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::access::{Bucket, CoolifyAbility, HEALTH_LIMIT, Token, Verdict};
use super::errors::Reply;
use super::exchange::Exchange;
use super::input::Input;
use super::quirk::CoolifyQuirk;
use super::state::State;
use super::{
    deploy, deployments, errors, instance, lifecycle, previews, projects, resources, runtime, tags, variables,
};
use crate::pace::Ticker;
use crate::request::ReceivedRequest;
use crate::response::Response;
use crate::server::Answer;

type Handler = fn(&mut Exchange<'_>) -> Reply;
type Route = (CoolifyAbility, Handler);

/// The fake as the socket sees it.
pub(super) struct Platform {
    pub(super) ticker: Ticker,
    state: Mutex<State>,
}

impl Platform {
    pub(super) fn new(ticker: Ticker, state: State) -> Self {
        Self { ticker, state: Mutex::new(state) }
    }

    /// The memory, brought up to the present.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(self.ticker.now());
        state
    }

    pub(super) fn advance(&self, ticks: u64) {
        self.ticker.advance(ticks);
        drop(self.state());
    }
}

impl Answer for Platform {
    fn answer(&self, request: &ReceivedRequest) -> Response {
        self.ticker.received();
        let mut state = self.state();
        if state.has(CoolifyQuirk::BadGateway) {
            return errors::page(502, "Bad Gateway");
        }
        let decoded = percent_decode_str(&request.path).decode_utf8_lossy().into_owned();
        match decoded.strip_prefix("/api/v1/").or_else(|| decoded.strip_prefix("/api/")) {
            Some("health") if is_read(request) => {
                return limited(&mut state, Bucket::Health, HEALTH_LIMIT, request, |_| instance::health());
            }
            _ if state.has(CoolifyQuirk::Maintenance) => {
                return errors::framework(request, 503, "Service Unavailable").with_header("Retry-After", "30");
            }
            _ if request.method.as_str() == "OPTIONS" => return Response::new(204),
            _ => {}
        }
        let caller = bearer(request).and_then(|text| state.token(text)).cloned();
        let bucket = caller.as_ref().map_or(Bucket::Address, |caller| Bucket::User(caller.team));
        let limit = state.settings.rate_limit;
        let path: Vec<&str> =
            decoded.strip_prefix("/api/v1/").map(|rest| rest.split('/').collect()).unwrap_or_default();
        let method = if is_read(request) { "GET" } else { request.method.as_str() };
        let legacy = state.has(CoolifyQuirk::LegacyGetDeploy) || state.has(CoolifyQuirk::GetOnlyDeploy);
        let known = route(method, &path, legacy).filter(|_| !is_too_new(&state, method, &path));
        let Some((ability, handler)) = known else {
            return limited(&mut state, bucket, limit, request, |_| errors::unknown_path());
        };
        let Some(caller) = caller else {
            return errors::message(401, "Unauthenticated.");
        };
        limited(&mut state, bucket, limit, request, |state| {
            if let Some(refusal) = refusal(state, &caller, ability, &path) {
                return refusal;
            }
            let query_only = state.has(CoolifyQuirk::QueryAndPrOnly);
            let input = if query_only { Input::of_query(request) } else { Input::of(request) };
            handler(&mut Exchange { state, caller: &caller, request, path: &path, input })
                .unwrap_or_else(Response::from)
        })
    }
}

fn is_read(request: &ReceivedRequest) -> bool {
    matches!(request.method.as_str(), "GET" | "HEAD")
}

fn bearer(request: &ReceivedRequest) -> Option<&str> {
    request.header("authorization")?.strip_prefix("Bearer ")
}

/// Counts the request, and answers it if there is room.
fn limited(
    state: &mut State,
    bucket: Bucket,
    limit: u32,
    request: &ReceivedRequest,
    answer: impl FnOnce(&mut State) -> Response,
) -> Response {
    let (response, remaining) = match state.limiter.take(bucket, limit) {
        Verdict::Pass { remaining } => (answer(state), remaining),
        Verdict::Refuse { retry_after, reset } => {
            let response = errors::framework(request, 429, "Too Many Attempts.")
                .with_header("Retry-After", retry_after.to_string())
                .with_header("X-RateLimit-Reset", reset.to_string());
            (response, 0)
        }
    };
    response
        .with_header("X-RateLimit-Limit", limit.to_string())
        .with_header("X-RateLimit-Remaining", remaining.to_string())
}

/// The checks after the rate limiter: role, settings of the instance, ability.
fn refusal(state: &State, caller: &Token, ability: CoolifyAbility, path: &[&str]) -> Option<Response> {
    if caller.exceeds_role() {
        return Some(errors::message(403, "Missing required team role."));
    }
    // The switch itself must work while the API is off.
    if path != ["enable"] {
        // Both refusals say success, although they are 403.
        let closed = |text| Some(Response::json(403, &json!({ "success": true, "message": text })));
        if state.has(CoolifyQuirk::ApiDisabled) {
            return closed("API is disabled.");
        }
        if state.has(CoolifyQuirk::AddressNotAllowed) {
            return closed("You are not allowed to access the API.");
        }
    }
    let missing = || errors::message(403, &format!("Missing required permissions: {}", ability.word()));
    (!caller.may(ability)).then(missing)
}

/// Whether a route came with a later version than this server has.
fn is_too_new(state: &State, method: &str, path: &[&str]) -> bool {
    match (method, path) {
        ("POST", ["deploy"]) => state.has(CoolifyQuirk::GetOnlyDeploy),
        ("GET", ["team", ..]) => state.has(CoolifyQuirk::NoTeamRoute),
        (_, ["applications", _, "rollback" | "rollback-images"]) => state.has(CoolifyQuirk::NoRollbackRoute),
        _ => false,
    }
}

/// Who may call what, and what answers; nothing for what the server does not know.
fn route(method: &str, path: &[&str], legacy: bool) -> Option<Route> {
    use CoolifyAbility::{Deploy, Read, Write};
    // Up to v4.1.2 what triggers could be read as well as posted.
    let method = match (method, path) {
        ("GET", ["deploy"] | [_, _, "start" | "stop" | "restart"]) if legacy => "POST",
        _ => method,
    };
    let route: Route = match (method, path) {
        ("GET", ["deploy"] | ["applications" | "services" | "databases", _, "start" | "stop" | "restart"]) => {
            (Deploy, |_| Ok(errors::post_required()))
        }
        ("GET", ["enable" | "disable"] | ["servers", _, "validate"]) => (Write, |_| Ok(errors::post_required())),
        ("POST", ["deploy"]) => (Deploy, deploy::deploy),
        ("GET", ["deployments"]) => (Read, |exchange| Ok(deployments::active(exchange))),
        ("GET", ["deployments", "applications", _]) => (Read, deployments::history),
        ("GET", ["deployments", _]) => (Read, deployments::one),
        ("POST", ["deployments", _, "cancel"]) => (Deploy, deployments::cancel),

        ("GET", ["resources"]) => (Read, |exchange| Ok(resources::inventory(exchange))),
        ("GET", ["applications" | "services" | "databases"]) => (Read, |exchange| Ok(resources::list(exchange))),
        ("GET", ["applications" | "services" | "databases", _]) => (Read, resources::one),
        ("DELETE", ["applications" | "services" | "databases", _]) => (Write, resources::delete),
        ("PATCH", ["applications", _]) => (Write, resources::update),

        ("POST", ["applications" | "services" | "databases", _, "start"]) => (Deploy, lifecycle::start),
        ("POST", ["applications" | "services" | "databases", _, "stop"]) => (Deploy, lifecycle::stop),
        ("POST", ["applications" | "services" | "databases", _, "restart"]) => (Deploy, lifecycle::restart),
        ("POST", ["applications", _, "rollback"]) => (Deploy, lifecycle::rollback),
        ("GET", ["applications", _, "rollback-images"]) => (Read, lifecycle::rollback_images),
        ("GET", ["applications" | "services" | "databases", _, "logs"]) => (Read, runtime::logs),

        ("GET", ["applications" | "services" | "databases", _, "envs"]) => (Read, variables::list),
        ("POST", ["applications" | "services" | "databases", _, "envs"]) => (Write, variables::create),
        ("PATCH", ["applications" | "services" | "databases", _, "envs"]) => (Write, variables::update),
        ("PATCH", ["applications" | "services" | "databases", _, "envs", "bulk"]) => (Write, variables::bulk),
        ("DELETE", ["applications" | "services" | "databases", _, "envs", _]) => (Write, variables::delete),

        ("GET", ["applications" | "services" | "databases", _, "tags"]) => (Read, tags::list),
        ("POST", ["applications" | "services" | "databases", _, "tags"]) => (Write, tags::add),
        ("DELETE", ["applications", _, "previews", _]) => (Write, previews::delete),

        ("GET", ["projects"]) => (Read, |exchange| Ok(projects::projects(exchange))),
        ("GET", ["projects", _]) => (Read, projects::project),
        ("GET", ["projects", _, "environments"]) => (Read, projects::environments),
        ("GET", ["projects", _, "environments", _] | ["projects", _, _]) => (Read, projects::environment),
        ("GET", ["servers"]) => (Read, |exchange| Ok(instance::servers(exchange))),
        ("GET", ["servers", _]) => (Read, instance::server),
        ("GET", ["servers", _, "resources"]) => (Read, |exchange| Ok(instance::server_resources(exchange))),
        ("GET", ["teams"]) => (Read, |exchange| Ok(instance::teams(exchange))),
        ("GET", ["team"] | ["teams", "current" | "0"]) => (Read, |exchange| Ok(instance::team(exchange))),
        ("GET", ["team", "members"] | ["teams", "current" | "0", "members"]) => (Read, |_| Ok(instance::members())),
        ("GET", ["version"]) => (Read, |exchange| Ok(instance::version(exchange))),
        ("POST", ["enable" | "disable"]) => (Write, instance::switch),
        _ => return None,
    };
    // An empty segment is no id.
    (!path.contains(&"")).then_some(route)
}

//! Answers that no good server gives, and details of ids that no adapter wrote.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::TOKEN;
use super::vocabulary::{ENVIRONMENT, NAMES, SERVICE, VALUES};

pub(crate) const SECRET: &str = "hunter2";

/// One answer on the wire; the headers each end in a line break.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Any\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// An answer other than success.
pub(crate) struct Refusal {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Refusal {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        answer(self.status, &self.headers, &self.body)
    }
}

/// What a failed test prints.
impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:?}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

/// A refusal with a secret wherever one may stand: in headers, in members that are no sentence, in what a web page, JSON
/// that breaks off or bytes hold, and in sentences behind a word that gives it away.
pub(crate) fn refusal() -> impl Strategy<Value = Refusal> {
    let status = prop_oneof![
        300..600_u16,
        prop::sample::select(&[301_u16, 400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503]),
    ];
    (status, headers(), refused()).prop_map(|(status, headers, body)| Refusal { status, headers, body })
}

fn headers() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        Just(format!("location: https://u:{SECRET}@host.example/{SECRET}?token={SECRET}")),
        Just(format!("location: /{SECRET}")),
        Just(format!("set-cookie: session={SECRET}")),
        Just(format!("www-authenticate: Bearer error=\"{SECRET}\"")),
        Just(format!("x-api-key: {SECRET}")),
        Just(format!("retry-after: {SECRET}")),
        "[0-9]{0,30}".prop_map(|seconds| format!("retry-after: {seconds}")),
        "[ -~]{0,30}".prop_map(|wait| format!("retry-after: {wait}")),
        "[0-9]{0,30}".prop_map(|reset| format!("x-ratelimit-reset: {reset}")),
        prop::sample::select(&["application/json", "text/plain", "text/html"])
            .prop_map(|kind| format!("content-type: {kind}")),
    ];
    prop::collection::vec(header, 0..5)
        .prop_map(|headers| headers.into_iter().flat_map(|header| [header, "\r\n".to_owned()]).collect())
}

/// A sentence with a secret in it that can be recognised, and the token that was sent.
fn sentence() -> impl Strategy<Value = String> {
    let name = "[A-Z]{0,3}_?(password|token|SECRET|api_key|privateKey|x-api-key)(_[A-Z]{1,3})?";
    let joint = prop::sample::select(&["=", ": ", "\": \"", "\":\"", "\\\":\\\"", " = ", "='", ":'"]);
    (".{0,40}[ {(\"]", name, joint, ".{0,10}").prop_map(|(before, name, joint, after)| {
        // A quote that opens in the words before would be another sentence.
        let before = before.replace(['"', '\'', '`', '\\'], " ");
        format!("The key {TOKEN} is {before}{name}{joint}{SECRET} {}", after.replace(SECRET, ""))
    })
}

fn refused() -> impl Strategy<Value = Vec<u8>> {
    let json = (sentence(), 0..9_u8, any::<bool>()).prop_map(|(said, form, cut)| {
        let held = json!({ "nested": [SECRET, { SECRET: SECRET }] });
        let body = match form {
            0 => json!({ "message": said, "exception": SECRET, "trace": [SECRET] }),
            1 => json!({ "error": said, "data": held }),
            2 => json!({ "detail": said, "instance": SECRET }),
            3 => json!({ "message": "Validation failed.", "errors": { "password": [said] }, "input": held }),
            4 => json!({ "message": "no", "issues": [{ "path": ["token"], "message": said }], "data": held }),
            5 => json!({ "message": held, "error": held, "detail": held, "code": held }),
            6 => json!([SECRET, said]),
            7 => json!(SECRET),
            _ => held,
        };
        let mut body = body.to_string();
        if cut {
            body.pop();
        }
        body.into_bytes()
    });
    let page =
        ("(<!doctype html>|<html>| <p>)", ".{0,20}").prop_map(|(start, text)| format!("{start}{text}{SECRET}").into());
    let bytes = any::<Vec<u8>>().prop_map(|bytes| [b"\xff", &bytes[..], SECRET.as_bytes()].concat());
    prop_oneof![4 => json, 1 => page, 1 => bytes, 1 => sentence().prop_map(String::into_bytes), 1 => Just(Vec::new())]
}

/// Details of an id: the names that the adapter of a platform knows, with any values.
pub(crate) fn details(platform: usize) -> impl Strategy<Value = Vec<(&'static str, String)>> {
    // What a read of the platform needs is mostly there, and what ends it mostly not.
    let likely = ["deployment", "unconfirmed", "nonce", "environment", "since"];
    let unlikely = ["row", "execution", "cancelled"];
    let detail = move |name: &'static str| {
        let chance = if likely.contains(&name) {
            0.95
        } else if unlikely.contains(&name) {
            0.1
        } else {
            0.5
        };
        prop::option::weighted(chance, value()).prop_map(move |value| Some((name, value?)))
    };
    let details: Vec<_> = NAMES[platform].iter().map(|name| detail(name)).collect();
    details.prop_map(|details| details.into_iter().flatten().collect())
}

/// One of the [`VALUES`], or any short text.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(VALUES.to_vec()).prop_map(str::to_owned), 1 => ".{0,9}"]
}

/// An answer with every member that the adapter of a platform may read.
pub(crate) fn body(platform: usize) -> BoxedStrategy<Value> {
    match platform {
        0 => prop::collection::vec(coolify(), 0..3).prop_map(|rows| with(rows, "deployments")).boxed(),
        1 => prop::collection::vec(dokploy(), 0..12).prop_map(Value::from).boxed(),
        _ => (qovery(), prop::collection::vec(qovery(), 0..4))
            .prop_map(|(whole, mut rows)| {
                rows.push(whole);
                with(rows, "results")
            })
            .boxed(),
    }
}

/// The last of the rows, which holds all of them as a list.
fn with(mut rows: Vec<Value>, list: &str) -> Value {
    let mut whole = rows.last().cloned().unwrap_or_else(|| json!({}));
    rows.truncate(3);
    whole[list] = rows.into();
    whole
}

fn id() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("d"),
        json!("e"),
        json!("web"),
        json!(SERVICE),
        json!("other"),
        json!(""),
        Value::Null,
        json!(7),
    ])
}

fn time() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("2026-08-20T14:00:05Z"),
        json!("2026-08-20 14:00:04"),
        json!("0000-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.999999999+00:00"),
        json!("+262142-12-31 23:59:59"),
        json!("-262143-01-01 00:00:00"),
        json!("yesterday"),
        Value::Null,
    ])
}

fn number() -> impl Strategy<Value = Value> {
    let edges = [0, 1, -1, i64::MIN, i64::MAX, 1_787_234_405_000];
    prop_oneof![
        prop::sample::select(edges.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null)
    ]
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![9 => prop::sample::select(words).prop_map(Value::from), 1 => ".{0,9}".prop_map(Value::from)]
}

fn coolify() -> impl Strategy<Value = Value> {
    let status = word(&["queued", "in_progress", "finished", "failed", "cancelled-by-user"]);
    (id(), status, time(), time(), time(), number()).prop_map(|(id, status, created, updated, finished, pr)| {
        json!({
            "deployment_uuid": id, "status": status, "pull_request_id": pr, "message": "Deployment queued.",
            "created_at": created, "updated_at": updated, "finished_at": finished, "logs": "[]",
        })
    })
}

fn dokploy() -> impl Strategy<Value = Value> {
    let status = word(&["running", "done", "error", "cancelled"]);
    let state = word(&["waiting", "active", "completed", "failed", "cancelled"]);
    let text = prop::sample::select(&["[anydeploy:d]", "[anydeploy:1]", "Commit: abc", "", "Hash: "]);
    let row = (id(), status, text, time(), time());
    let job = (id(), state, text_of_job(), number(), number(), any::<bool>());
    (row, job).prop_map(|((row, status, text, created, finished), (id, state, tag, queued, started, remote))| {
        json!({
            "deploymentId": row, "status": status, "description": text, "createdAt": created, "finishedAt": finished,
            "id": id, "state": state, "timestamp": queued, "processedOn": started,
            "data": { "applicationId": "web", "descriptionLog": tag, "server": remote },
        })
    })
}

fn text_of_job() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!("[anydeploy:d]"), json!("[anydeploy:other]"), Value::Null])
}

fn qovery() -> impl Strategy<Value = Value> {
    let state = || {
        word(&["DEPLOYED", "DEPLOYING", "QUEUED", "BUILD_ERROR", "CANCELED", "CANCELING", "READY", "RECAP", "STOPPED"])
    };
    let action = word(&["DEPLOY", "STOP", "RESTART", "UNKNOWN"]);
    let how = word(&["SUCCESS", "ERROR", "ONGOING", "QUEUED", "CANCELED"]);
    let origin = word(&["API", "GIT", "CONSOLE", "CLI"]);
    let ids = (id(), id(), id(), id());
    (ids, state(), state(), (action, how, origin), time(), any::<bool>()).prop_map(
        |((execution, request, service, last), state, part, (action, how, origin), created, current)| {
            let details = json!({ "action": action, "status": how });
            let mut status = Map::new();
            status.insert("id".to_owned(), service.clone());
            status.insert("state".to_owned(), part.clone());
            status.insert("execution_id".to_owned(), execution.clone());
            status.insert("is_part_last_deployment".to_owned(), current.into());
            status.insert("status_details".to_owned(), details.clone());
            json!({
                "environment": {
                    "id": ENVIRONMENT, "state": state, "last_deployment_id": last, "last_deployment_state": state,
                    "deployment_request_id": request,
                },
                "applications": [status],
                "identifier": { "execution_id": execution, "deployment_request_id": request },
                "auditing_data": { "created_at": created, "origin": origin },
                "status": state, "trigger_action": action, "action_status": how,
                "stages": [{ "services": [{
                    "identifier": { "service_id": service }, "status": part, "status_details": details, "details": {},
                }] }],
            })
        },
    )
}

/// Whether an answer holds the one word of its platform that is a success.
pub(crate) fn says_success(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    ["\"finished\"", "\"done\"", "\"DEPLOYED\""].iter().any(|word| text.contains(word))
}

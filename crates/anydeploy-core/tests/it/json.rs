//! The JSON form of the values: golden files that every later version reads and writes alike, and what is refused.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use anydeploy_core::{
    Adoption, Capabilities, Check, DeployRequest, Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind,
    Failure, HistoryOptions, Identity, Intent, JobEvent, LogLine, LogOptions, LogPage, Loss, Outcome, Permission,
    Phase, Platform, Progress, RanRevision, RequestOption, RetryOptions, Revision, Service, ServiceState, Target,
    TargetKind, TerraformAction, VersionSupport, WatchOptions,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The options of a deployment that a plain request has.
const OPTIONS: [RequestOption; 10] = [
    RequestOption::Commit,
    RequestOption::ImageTag,
    RequestOption::Deployed,
    RequestOption::ChartVersion,
    RequestOption::ValuesCommit,
    RequestOption::JobEvent,
    RequestOption::TerraformAction,
    RequestOption::NoCache,
    RequestOption::Reason,
    RequestOption::PullRequest,
];

/// The file is read as the value, and the value is written as the file.
fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(file: &str, value: &T) {
    let read: T = serde_json::from_str(file).unwrap();
    assert_eq!(&read, value, "{file}");
    assert_eq!(serde_json::to_string_pretty(value).unwrap(), file.trim_end());
}

macro_rules! golden {
    ($name:literal, $value:expr) => {
        golden(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1/", $name, ".json")), $value)
    };
}

mod after;
mod changes;
mod finding;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn deployment(phase: Phase, raw: &str) -> Deployment {
    let id = DeploymentId::new(Platform::new("alpha"), Target::application("abc")).with("deployment", "d1");
    Deployment::new(id, Identity::Exact, DeploymentStatus::new(phase, raw))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn an_intent() {
    let file = include_str!("../golden/v1/intent.json");
    let intent: Intent = serde_json::from_str(file).unwrap();
    golden(file, &intent);
    assert_eq!((intent.platform().as_str(), intent.id()), ("alpha", "9f1c2b3a4d5e6f708192a3b4c5d6e7f8"));
    assert_eq!(intent.request(), &DeployRequest::new(Target::application("abc")));
    assert_eq!((intent.prepared_at(), intent.baseline()), (moment("2026-11-29T18:34:53Z"), &json!({ "count": 7 })));
    let mut later = written(&intent);
    later["v"] = 2.into();
    assert!(read::<Intent>(later).unwrap_err().contains("version 2"));
    let made = Intent::new(Platform::new("alpha"), "one", DeployRequest::new(Target::application("abc")), json!(7));
    assert_eq!(read::<Intent>(written(&made)).unwrap(), made, "its moment is kept in full");
}

#[test]
fn a_request() {
    let target = Target::new(TargetKind::Helm, "h-1").in_environment("env-2");
    let full = DeployRequest::new(target)
        .with_revision(Revision::ChartVersion("1.4.2".into()))
        .with_no_cache(true)
        .with_reason("release 1.4.2")
        .with_pull_request(17)
        .with_adoption(Adoption::Any)
        .with_values_commit(COMMIT)
        .with_job_event(JobEvent::Cron)
        .with_terraform_action(TerraformAction::ForceUnlock);
    golden!("request", &full);
    golden!("request_minimal", &DeployRequest::new(Target::application("abc")));
}

#[test]
fn a_deployment() {
    let mut full = deployment(Phase::Failed, "BUILD_ERROR")
        .with_progress(Some(Progress::new(1, 3).with_step(Some("build".into()))))
        .with_reason(Some("the build failed".into()))
        .with_title(Some("release 1.4.2".into()))
        .with_commit(Some(COMMIT.into()))
        .with_revision(RanRevision::ImageTag("1.4.2".into()))
        .with_pull_request(Some(17))
        .with_url(Some("https://alpha.example.com/deployments/d1".into()))
        .with_times(Some(moment("2026-01-02T03:04:05Z")), Some(moment("2026-01-02T03:05:06.789Z")));
    full.identity = Identity::Adopted;
    golden!("deployment", &full);
    let id = DeploymentId::new(Platform::new("alpha"), Target::application("abc"));
    let minimal = Deployment::new(id, Identity::Pending, DeploymentStatus::new(Phase::Unknown, "?"));
    golden!("deployment_minimal", &minimal);
}

#[test]
fn every_outcome() {
    golden!("outcome_succeeded", &Outcome::Succeeded(deployment(Phase::Succeeded, "SUCCEEDED")));
    golden!("outcome_cancelled", &Outcome::Cancelled(deployment(Phase::Cancelled, "CANCELLED")));
    golden!("outcome_superseded", &Outcome::Superseded(deployment(Phase::Superseded, "SUPERSEDED")));
    let mut failure = Failure::new(deployment(Phase::Failed, "FAILED"));
    let lines = vec![
        LogLine::new("left out"),
        LogLine::new("building").with_time(Some(moment("2026-01-02T03:04:05Z"))),
        LogLine::new("error: no space left"),
    ];
    failure.log =
        Some(LogPage::last_of(lines, LogOptions::tail(2)).with_reason(Some("error: no space left".to_owned())));
    failure.log_error = Some(Error::new(ErrorKind::TimedOut, "the log was not read in time"));
    let failed = Outcome::Failed(failure);
    golden!("outcome_failed", &failed);
    assert_eq!(failed.reason(), Some("error: no space left"));
    golden!("outcome_failed", &failed);
    let gone = Error::new(ErrorKind::NotFound, "no such deployment")
        .with_platform(Platform::new("alpha"))
        .with_safe_to_repeat(false)
        .with_advice("read the target's deployments before deploying again");
    golden!("outcome_lost", &Outcome::Lost(Loss::new(Some(deployment(Phase::Running, "RUNNING")), gone)));
}

/// A cause with a cause.
#[derive(Debug)]
struct Closed(std::io::Error);

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was closed")
    }
}

impl std::error::Error for Closed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn lost_answer() -> Error {
    Error::new(ErrorKind::Undecidable, "the answer was lost")
        .with_platform(Platform::new("alpha"))
        .with_operation("deploy")
        .with_status(502)
        .with_server_message("Bad Gateway")
        .with_retry_after(Some(Duration::from_millis(1500)))
        .with_attempts(3)
        .with_last(Some(deployment(Phase::Running, "RUNNING")))
        .with_source(Closed(std::io::Error::other("reset by peer")))
}

#[test]
fn an_error() {
    golden!("error", &lost_answer());
    golden!("error_minimal", &Error::new(ErrorKind::Unavailable, "down").of_read());
}

#[test]
fn options_and_answers() {
    let mut watch =
        WatchOptions::within(Duration::from_mins(15)).with_intervals(Duration::from_secs(2), Duration::from_secs(10));
    watch.until = Some(SystemTime::from(moment("2026-01-02T03:04:05.678Z")));
    golden!("watch_options", &watch);
    let mut unbounded = WatchOptions::within(Duration::MAX);
    golden!("watch_options_unbounded", &unbounded);
    unbounded.until = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1));
    assert!(serde_json::to_string(&unbounded).unwrap_err().to_string().contains("before 1970"));
    golden!("history_options", &HistoryOptions::default());
    golden!("log_options", &LogOptions::default());
    let urls = vec!["https://orders.example.com".to_owned()];
    let service = Service::new(Target::database("db-1"), "orders", ServiceState::NeverDeployed, "READY");
    golden!("service", &service.with_urls(urls));
    let mut check = Check::new(Permission::Granted);
    check.account = Some("Acme".into());
    check.server_version = Some("4.1.0".into());
    check.version_support = VersionSupport::Newer;
    check.logs = Permission::Denied;
    golden!("check", &check);
}

#[test]
fn capabilities_and_retry_options() {
    let capabilities = Capabilities::new()
        .with_kind(TargetKind::Application, &OPTIONS)
        .with_kind(TargetKind::Other("machine".into()), &[])
        .with_correlation()
        .with_poll_interval(Duration::from_millis(2500));
    golden!("capabilities", &capabilities);
    golden!("capabilities_minimal", &Capabilities::new());
    let options = RetryOptions::within(Duration::from_mins(5))
        .with_attempts(7)
        .with_backoff(Duration::from_millis(250), Duration::from_secs(20));
    golden!("retry_options", &options);
    golden!("retry_options_unbounded", &RetryOptions::within(Duration::MAX));
    assert_eq!(read::<Capabilities>(json!({ "kinds": [] })).unwrap(), Capabilities::new());
    assert_eq!(read::<RetryOptions>(json!({ "colour": "blue" })).unwrap(), RetryOptions::default());
    let kinds = json!([{ "kind": "application", "options": ["splendid"] }]);
    let refused = read::<Capabilities>(json!({ "kinds": kinds })).unwrap_err();
    assert!(refused.contains("unknown variant `splendid`, expected one of `commit`"), "{refused}");
}

#[test]
fn an_error_that_was_read_back_says_and_decides_the_same() {
    let error = lost_answer();
    let read: Error = read(written(&error)).unwrap();
    assert_eq!(format!("{error:#}"), format!("{read:#}"));
    assert_eq!(read.source().unwrap().source().unwrap().to_string(), "reset by peer");
    assert_eq!((read.is_transient(), read.is_safe_to_repeat()), (error.is_transient(), error.is_safe_to_repeat()));
    let outer = Error::new(ErrorKind::TimedOut, "too late").with_source(error);
    let read: Error = self::read(written(&outer)).unwrap();
    assert_eq!((&read, format!("{read:#}")), (&outer, format!("{outer:#}")));
    assert_ne!(outer, Error::new(ErrorKind::TimedOut, "too late"));
}

#[test]
fn every_kind_of_error_is_a_word_and_an_unknown_one_is_refused() {
    let words = [
        (ErrorKind::InvalidInput, "invalid_input"),
        (ErrorKind::InvalidConfiguration, "invalid_configuration"),
        (ErrorKind::Unsupported, "unsupported"),
        (ErrorKind::Unauthorized, "unauthorized"),
        (ErrorKind::UnauthorizedOrRateLimited, "unauthorized_or_rate_limited"),
        (ErrorKind::PermissionDenied, "permission_denied"),
        (ErrorKind::ApiDisabled, "api_disabled"),
        (ErrorKind::AddressNotAllowed, "address_not_allowed"),
        (ErrorKind::RoleTooLow, "role_too_low"),
        (ErrorKind::NotFound, "not_found"),
        (ErrorKind::NotFoundOrForbidden, "not_found_or_forbidden"),
        (ErrorKind::Conflict, "conflict"),
        (ErrorKind::AlreadyRunning, "already_running"),
        (ErrorKind::RateLimited, "rate_limited"),
        (ErrorKind::QueueFull, "queue_full"),
        (ErrorKind::Rejected, "rejected"),
        (ErrorKind::Unavailable, "unavailable"),
        (ErrorKind::Unreachable, "unreachable"),
        (ErrorKind::CertificateRefused, "certificate_refused"),
        (ErrorKind::NoAnswer, "no_answer"),
        (ErrorKind::Unreadable, "unreadable"),
        (ErrorKind::AnswerTooLarge, "answer_too_large"),
        (ErrorKind::NotTriggered, "not_triggered"),
        (ErrorKind::Undecidable, "undecidable"),
        (ErrorKind::TimedOut, "timed_out"),
        (ErrorKind::DryRun, "dry_run"),
        (ErrorKind::Ambiguous, "ambiguous"),
    ];
    for (kind, word) in words {
        assert_eq!(written(&kind), word);
        assert_eq!(read::<ErrorKind>(json!(word)).unwrap(), kind);
    }
    let refused = read::<ErrorKind>(json!("exploded")).unwrap_err();
    assert!(refused.contains("unknown variant `exploded`, expected one of `invalid_input`"), "{refused}");
}

#[test]
fn an_error_without_the_member_is_never_safe_to_repeat() {
    let read: Error = read(json!({ "kind": "not_triggered", "message": "nothing of it was seen" })).unwrap();
    assert!(!read.is_safe_to_repeat());
    assert_eq!((read.attempts(), read.advice()), (1, ""));
}

#[test]
fn another_version_is_refused_and_none_is_the_first() {
    let refuses = |refused: String| {
        assert!(refused.contains("version 2 of this value is not known; this library reads version 1"), "{refused}");
    };
    let with = |mut value: Value, version: Value| {
        value["v"] = version;
        value
    };
    let request = written(&DeployRequest::new(Target::application("abc")));
    let running = written(&deployment(Phase::Running, "RUNNING"));
    let outcome = written(&Outcome::Succeeded(deployment(Phase::Succeeded, "DONE")));
    let error = written(&Error::new(ErrorKind::NotFound, "gone"));
    let third = read::<DeployRequest>(with(request.clone(), json!(3))).unwrap_err();
    assert!(third.contains("version 3 of this value is not known; this library reads versions 1 and 2"), "{third}");
    refuses(read::<Deployment>(with(running.clone(), json!(2))).unwrap_err());
    refuses(read::<Outcome>(with(outcome.clone(), json!(2))).unwrap_err());
    refuses(read::<Error>(with(error.clone(), json!(2))).unwrap_err());
    let (capabilities, retry) = (written(&Capabilities::new()), written(&RetryOptions::default()));
    refuses(read::<Capabilities>(with(capabilities.clone(), json!(2))).unwrap_err());
    refuses(read::<RetryOptions>(with(retry.clone(), json!(2))).unwrap_err());
    for mut value in [request, running, outcome, error, capabilities, retry] {
        assert_eq!(value.as_object_mut().unwrap().remove("v"), Some(json!(1)));
    }
    assert!(read::<DeployRequest>(json!({ "target": "application:abc" })).is_ok());
}

#[test]
fn unknown_members_are_ignored_and_optional_ones_may_be_absent() {
    let request: DeployRequest = read(json!({ "target": "application:abc", "colour": "blue" })).unwrap();
    assert_eq!(request, DeployRequest::new(Target::application("abc")));
    let options: WatchOptions = read(json!({ "deadline_ms": 1000, "colour": "blue" })).unwrap();
    assert_eq!(options, WatchOptions::within(Duration::from_secs(1)));
    let status = json!({ "phase": "queued", "raw": "q" });
    let minimal = json!({ "id": "alpha:application:abc", "identity": "exact", "status": status, "colour": "blue" });
    assert_eq!(read::<Deployment>(minimal).unwrap().status.phase, Phase::Queued);
    assert_eq!(read::<LogPage>(json!({ "lines": [{ "text": "a" }] })).unwrap().lines, [LogLine::new("a")]);
}

#[test]
fn an_unknown_word_is_refused_and_never_a_success() {
    let refused = read::<Outcome>(json!({ "v": 1, "outcome": "splendid" })).unwrap_err();
    assert!(refused.contains("unknown variant `splendid`, expected one of `succeeded`"), "{refused}");
    let mut running = written(&deployment(Phase::Running, "RUNNING"));
    running["status"]["phase"] = json!("splendid");
    let refused = read::<Deployment>(running.clone()).unwrap_err();
    assert!(refused.contains("unknown variant `splendid`"), "{refused}");
    running["status"]["phase"] = json!("running");
    running["identity"] = json!("splendid");
    assert!(read::<Deployment>(running).is_err());
    let request = json!({ "target": "application:abc", "revision": "splendid" });
    assert!(read::<DeployRequest>(request).unwrap_err().contains("unknown variant `splendid`"));
}

#[test]
fn an_outcome_without_what_it_is_about_is_refused() {
    for word in ["succeeded", "failed", "cancelled", "superseded"] {
        let refused = read::<Outcome>(json!({ "outcome": word })).unwrap_err();
        assert!(refused.contains("lacks its member `deployment`"), "{refused}");
    }
    let refused = read::<Outcome>(json!({ "outcome": "lost" })).unwrap_err();
    assert!(refused.contains("lacks its member `error`"), "{refused}");
}

#[test]
fn targets_ids_and_platforms_are_text() {
    let id: DeploymentId = "alpha:job:j-1@e-1?row=r1".parse().unwrap();
    assert_eq!(written(&id), "alpha:job:j-1@e-1?row=r1");
    assert_eq!(written(id.target()), "job:j-1@e-1");
    assert_eq!(written(id.platform()), "alpha");
    assert_eq!(read::<DeploymentId>(written(&id)).unwrap(), id);
    assert_eq!(read::<Platform>(json!("alpha")).unwrap(), *id.platform());
    assert!(read::<Target>(json!("application")).is_err());
}

#[test]
fn no_secret_stands_in_what_is_masked() {
    let line = "deploy failed: token=hunter2-hunter2 postgres://app:hunter2@db";
    let deployment = deployment(Phase::Failed, "failed")
        .with_reason(Some(line.into()))
        .with_title(Some(line.into()))
        .with_progress(Some(Progress::new(0, 1).with_step(Some(line.into()))));
    let error = Error::new(ErrorKind::Rejected, "refused")
        .with_server_message(line)
        .with_source(std::io::Error::other(line))
        .with_last(Some(deployment.clone()));
    let mut failure = Failure::new(deployment);
    failure.log = Some(LogPage::default().with_reason(Some(line.into())));
    failure.log_error = Some(error.clone());
    for text in [
        serde_json::to_string(&Outcome::Failed(failure)).unwrap(),
        serde_json::to_string(&Outcome::Lost(Loss::new(None, error))).unwrap(),
    ] {
        assert!(!text.contains("hunter2") && text.contains("[redacted]"), "{text}");
    }
}

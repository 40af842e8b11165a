//! What is shown of an outcome, a log and an error: no secret, no control sequence, no advice that does not follow.

use anydeploy_core::{
    Deployment, DeploymentId, DeploymentStatus, Error, ErrorKind, Failure, Identity, LogLine, LogOptions, LogPage,
    Loss, Outcome, Phase, Platform, Target,
};

fn failed() -> Deployment {
    let id = DeploymentId::new(Platform::new("alpha"), Target::application("shop"));
    Deployment::new(id, Identity::Exact, DeploymentStatus::new(Phase::Failed, "failed"))
}

fn failure(lines: &[&str]) -> Outcome {
    let mut failure = Failure::new(failed());
    failure.log = Some(LogPage::last_of(lines.iter().map(|line| LogLine::new(*line)).collect(), LogOptions::default()));
    Outcome::Failed(failure)
}

#[test]
fn no_secret_of_a_log_is_shown_by_an_outcome() {
    let secrets = [
        "fatal: Authentication failed for 'https://x-access-token:hunter2@github.com/acme/shop'",
        "Error: connect ECONNREFUSED postgres://app:hunter2@db",
        "npm ERR! //registry.npmjs.org/:_authToken=hunter2",
        "error: STRIPE_KEY='hunter2' docker build . failed",
    ];
    for line in secrets {
        let of_log = failure(&["building", line]);
        let mut deployment = failed();
        deployment.reason = Some(line.to_owned());
        let of_field = Outcome::Failed(Failure::new(deployment.clone()));
        let of_platform = Outcome::Failed(Failure::new(failed().with_reason(Some(line.to_owned()))));
        let page = LogPage::default().with_reason(Some(line.to_owned()));
        let lost = Outcome::Lost(Loss::new(None, Error::new(ErrorKind::NotFound, "gone").with_server_message(line)));
        for outcome in [&of_log, &of_platform] {
            assert!(!format!("{outcome:?} {outcome:#?}").contains("hunter2"), "{outcome:?}");
        }
        for outcome in [of_log, of_field, of_platform] {
            assert!(outcome.reason().unwrap().contains("[redacted]"), "{outcome}");
            assert!(!outcome.to_string().contains("hunter2"), "{outcome}");
        }
        assert!(!format!("{lost} {lost:?} {page:?}").contains("hunter2"));
        assert!(!format!("{:?}", failed().with_title(Some(line.to_owned()))).contains("hunter2"));
    }
}

#[test]
fn the_text_of_a_line_itself_is_as_it_was_written() {
    let line = LogLine::new("token=hunter2\u{1b}[K");
    assert_eq!(line.text, "token=hunter2\u{1b}[K");
    assert_eq!(line.plain(), "token=hunter2");
    assert!(!format!("{line:?}").contains("hunter2"));
}

#[test]
fn a_log_that_speaks_of_no_error_gives_no_reason() {
    for lines in [
        &["Building docker image started.", "Rolling update completed."][..],
        &["found 0 errors", "Tests: 0 failed, 12 passed", "exited with exit code 0"],
        &["Error occurred, check the logs for details"],
        &[""],
        &[],
    ] {
        let outcome = failure(lines);
        assert_eq!((outcome.reason(), outcome.to_string()), (None, "failed".to_owned()), "{lines:?}");
    }
}

#[test]
fn the_last_line_that_speaks_of_an_error_is_the_reason() {
    for (lines, reason) in [
        (&["error: the first", "Error: the last", "Deployment failed."][..], "Error: the last"),
        (&["compiled", "10 errors"], "10 errors"),
        (&["pulling", "Cannot connect to the daemon", "cleaning up"], "Cannot connect to the daemon"),
        (&["a", "0 %\rerror: no space\r\u{1b}[K", "b"], "error: no space"),
        (&["\u{1b}[31mfatal: no branch\u{1b}[0m"], "fatal: no branch"),
    ] {
        assert_eq!(failure(lines).reason(), Some(reason));
    }
}

#[test]
fn an_error_without_a_platform_has_no_advice() {
    assert_eq!(Error::new(ErrorKind::NotFound, "no such release").to_string(), "no such release");
    let of_platform = Error::new(ErrorKind::NotFound, "not found").with_platform(Platform::new("alpha"));
    assert!(of_platform.to_string().contains("check the id"), "{of_platform}");
}

#[test]
fn advice_can_be_set_or_taken_away() {
    let error = || Error::new(ErrorKind::NotFound, "its row is gone").with_platform(Platform::new("beta"));
    let other = error().with_advice("read the history");
    assert_eq!(other.to_string(), "beta: its row is gone; read the history");
    assert_eq!(other.advice(), "read the history");
    assert_eq!(error().with_advice("").to_string(), "beta: its row is gone");
}

#[test]
fn the_line_with_causes_names_the_operation_once() {
    let of_read =
        |kind, message| Error::new(kind, message).with_platform(Platform::new("alpha")).with_operation("version");
    let cause = std::io::Error::other("version (GET /version): answered 503");
    let inner = of_read(ErrorKind::Unavailable, "server unavailable").with_source(cause);
    let error = of_read(ErrorKind::Undecidable, "the answer is lost").with_source(inner);
    let line = format!("{error:#}");
    assert_eq!(line.matches("version").count(), 1, "{line}");
    assert_eq!(line.matches("alpha").count(), 1, "{line}");
    assert!(line.ends_with(": server unavailable: answered 503"), "{line}");
}

#[test]
fn a_failed_read_never_speaks_of_a_trigger() {
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::NoAnswer,
        ErrorKind::Unreadable,
        ErrorKind::Unreachable,
        ErrorKind::CertificateRefused,
        ErrorKind::AnswerTooLarge,
    ] {
        let error = Error::new(kind, "it failed").with_platform(Platform::new("gamma")).of_read();
        assert!(error.is_safe_to_repeat());
        for word in ["trigger", "acted on", "sent"] {
            assert!(!error.to_string().contains(word), "{error}");
        }
    }
}

#[test]
fn a_misspelt_target_kind_is_refused_with_the_nearest_kind() {
    for (text, meant) in [
        ("aplication:x", "application:x"),
        ("aplicaton:x", "application:x"),
        ("Application:x", "application:x"),
        ("applications:x", "application:x"),
        ("app:x", "application:x"),
        ("databse:x", "database:x"),
        ("servcie:x@e", "service:x"),
        ("hlem:x", "helm:x"),
        ("jobs:x", "job:x"),
        ("teraform:x", "terraform:x"),
        ("enviroment:x", "environment:x"),
        ("compos:x", "compose:x"),
        ("contianer:x", "container:x"),
    ] {
        let error = text.parse::<Target>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
        assert!(error.to_string().contains(&format!("did you mean `{meant}`")), "{error}");
    }
    for text in ["pod:x", "worker:x", "vm:x", "scripted:x"] {
        assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
    }
    // A deployment on a platform of one's own is read back, whatever its kinds are called.
    let id = DeploymentId::new("mine".into(), Target::new("jobs".into(), "x"));
    assert_eq!(id.to_string().parse::<DeploymentId>().unwrap(), id);
}

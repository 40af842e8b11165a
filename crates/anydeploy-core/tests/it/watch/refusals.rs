//! Polls that are refused or not found, and answers that nobody can read, in the middle of a watch.

#![expect(clippy::unnecessary_wraps, reason = "the answers of a script are results")]

use std::time::Duration;

use anydeploy_core::testing::ScriptedDeployer;
use anydeploy_core::{
    DeployRequest, DeployerExt, Deployment, Error, ErrorKind, Outcome, Phase, Platform, Target, WatchOptions,
};
use tokio::time::Instant;

use super::{id, seen};

const REFUSALS: [ErrorKind; 7] = [
    ErrorKind::Unauthorized,
    ErrorKind::UnauthorizedOrRateLimited,
    ErrorKind::PermissionDenied,
    ErrorKind::ApiDisabled,
    ErrorKind::AddressNotAllowed,
    ErrorKind::RoleTooLow,
    ErrorKind::NotFoundOrForbidden,
];

fn failed(kind: ErrorKind) -> Result<Deployment, Error> {
    Err(Error::new(kind, "on purpose"))
}

fn running() -> Result<Deployment, Error> {
    Ok(seen(Phase::Running, "in_progress"))
}

fn over() -> Result<Deployment, Error> {
    Ok(seen(Phase::Succeeded, "finished"))
}

fn script(answers: impl IntoIterator<Item = Result<Deployment, Error>>) -> ScriptedDeployer {
    answers.into_iter().fold(ScriptedDeployer::new(), ScriptedDeployer::answer)
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_worked_before_is_tried_once_more_after_a_pause() {
    for kind in REFUSALS {
        let deployer = script([running(), failed(kind), over()]);
        let started = Instant::now();
        assert!(deployer.watch(&id(), WatchOptions::default()).await.unwrap().is_success(), "{kind}");
        assert!(started.elapsed() >= WatchOptions::default().longest_interval, "{kind}: {:?}", started.elapsed());
        assert_eq!(deployer.calls().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_refused_twice_ends_the_watch() {
    for kind in REFUSALS {
        let deployer = script([running(), failed(kind), failed(kind), over()]);
        let error = deployer.watch(&id(), WatchOptions::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), deployer.calls().len()), (kind, 2, 3));
        assert_eq!(error.last().unwrap().status.phase, Phase::Running);
    }
    // A restart of the server between the two refusals does not count as a good poll.
    let refused = || failed(ErrorKind::Unauthorized);
    let deployer = script([running(), refused(), failed(ErrorKind::Unavailable), refused(), over()]);
    let error = deployer.watch(&id(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), deployer.calls().len()), (ErrorKind::Unauthorized, 4));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_never_worked_is_not_tried_again() {
    for kind in REFUSALS {
        let deployer = script([failed(kind), over()]);
        let error = deployer.watch(&id(), WatchOptions::default()).await.unwrap_err();
        assert_eq!((error.kind(), deployer.calls().len()), (kind, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_recovers_may_be_refused_once_more() {
    let refused = || failed(ErrorKind::UnauthorizedOrRateLimited);
    let deployer = script([running(), refused(), running(), refused(), over()]);
    assert!(deployer.watch(&id(), WatchOptions::default()).await.unwrap().is_success());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_unreadable_or_too_large_is_tolerated_like_other_transient_trouble() {
    for kind in [ErrorKind::Unreadable, ErrorKind::AnswerTooLarge, ErrorKind::NoAnswer, ErrorKind::Unreachable] {
        let options = WatchOptions::default().with_tolerated_failures(3);
        let deployer = script([failed(kind), failed(kind), failed(kind), over()]);
        assert!(deployer.watch(&id(), options.clone()).await.unwrap().is_success(), "{kind}");
        let deployer = script((0..4).map(|_| failed(kind)));
        let error = deployer.watch(&id(), options).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 4));
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_refused_ends_a_watch_at_once() {
    let deployer = script([running(), failed(ErrorKind::CertificateRefused), over()]);
    let error = deployer.watch(&id(), WatchOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), deployer.calls().len()), (ErrorKind::CertificateRefused, 2));
}

#[tokio::test(start_paused = true)]
async fn one_answer_that_the_deployment_is_not_found_is_not_believed() {
    let deployer = script([running(), failed(ErrorKind::NotFound), running(), failed(ErrorKind::NotFound), over()]);
    assert!(deployer.watch(&id(), WatchOptions::default()).await.unwrap().is_success());
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_not_found_twice_is_lost() {
    let gone = || failed(ErrorKind::NotFound);
    for answers in [vec![gone(), gone(), over()], vec![running(), gone(), failed(ErrorKind::NoAnswer), gone(), over()]]
    {
        let calls = answers.len() - 1;
        let deployer = script(answers);
        let outcome = deployer.watch(&id(), WatchOptions::default()).await.unwrap();
        assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
        assert_eq!(deployer.calls().len(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_not_found_is_lost_if_no_later_poll_contradicts_that() {
    // At the deadline.
    let deployer = script([failed(ErrorKind::NotFound)]);
    let outcome = deployer.watch(&id(), WatchOptions::within(Duration::ZERO)).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    // After the last tolerated failure.
    let deployer = script([running(), failed(ErrorKind::NotFound)]);
    let options = WatchOptions::default().with_tolerated_failures(2);
    let outcome = deployer.watch(&id(), options).await.unwrap();
    assert!(matches!(outcome, Outcome::Lost(_)), "{outcome:?}");
    assert_eq!(deployer.calls().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_refused_credential_is_tried_again_after_the_longest_interval_and_retry_after() {
    let longest = WatchOptions::default().longest_interval;
    for wish in [longest / 5, longest * 3] {
        let refused = Error::new(ErrorKind::UnauthorizedOrRateLimited, "on purpose").with_retry_after(Some(wish));
        let deployer = script([running(), Err(refused), over()]);
        let started = Instant::now();
        assert!(deployer.watch(&id(), WatchOptions::default()).await.unwrap().is_success());
        assert!(started.elapsed() >= longest.max(wish), "{wish:?}: {:?}", started.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_after_the_trigger_advises_to_watch_the_deployment_again() {
    const WATCH_AGAIN: &str = "this does not stop the deployment: watch its id again to learn its outcome";
    let request = DeployRequest::new(Target::application("web"));
    let kinds = [ErrorKind::CertificateRefused, ErrorKind::Rejected, ErrorKind::Unavailable, ErrorKind::NoAnswer];
    for kind in REFUSALS.into_iter().chain(kinds) {
        let failed = || Error::new(kind, "on purpose").of_read().with_platform(Platform::new("scripted"));
        let options = WatchOptions::default().with_tolerated_failures(0);
        let deployer = script([Ok(seen(Phase::Queued, "queued")), Err(failed())]);
        let error = deployer.deploy_and_wait(&request, options.clone()).await.unwrap_err();
        assert_eq!((error.kind(), deployer.calls().len()), (kind, 2), "the first poll ends the watch");
        assert!(error.advice().ends_with(WATCH_AGAIN) && !error.is_safe_to_repeat(), "{error}");
        assert!(error.to_string().ends_with(&format!("; its id is {}", id())), "{error}");
        let keeps_its_own = error.advice().starts_with(failed().advice());
        assert_eq!(keeps_its_own, !error.is_transient(), "{error}");
        // Of an id that was never read nothing is known.
        let error = script([Err(failed())]).watch(&id(), options).await.unwrap_err();
        assert!(!error.advice().contains(WATCH_AGAIN), "{error}");
    }
}

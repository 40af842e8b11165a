//! Each rule of the checker, on one call and on what the server did.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anydeploy::{
    DeployRequest, Deployment, DeploymentId, DeploymentStatus, Failure, Loss, Phase, Result, Target, platform,
};
use anydeploy_fakes::FakeWrite;
use fastrand::Rng;

use super::super::options::ChaosOptions;
use super::super::recording::Returned;
use super::*;
use crate::scene::Access;

/// A server that did one thing for each of its senders, named like the request of it with an `e` in the place of `r`.
struct Server(Vec<Done>);

/// Its name, who asked for it, and how it ended.
type Done = (&'static str, Vec<Sender>, Ending);

impl Scene for Server {
    fn access(&self) -> &Access {
        unreachable!("nobody deploys here")
    }

    fn request(&self, _: usize, _: u64) -> DeployRequest {
        unreachable!("nobody deploys here")
    }

    fn deploy_as_another(&self, _: usize, _: &mut Rng, _: bool) {}

    fn deploy_a_version(&self, _: usize) {}

    fn writes(&self) -> Vec<FakeWrite> {
        Vec::new()
    }

    fn server_records(&self) -> Vec<ServerRecord> {
        let record = |(name, senders, ending): &Done| ServerRecord {
            id: Some(format!("e{name}")),
            requests: vec![format!("r{name}")],
            senders: senders.clone(),
            foreign: senders.iter().any(|sender| sender.call.is_none()),
            changed_nothing: *ending == Ending::Failed && name.starts_with("unchanged"),
            parts: vec![Part {
                target: "web".to_owned(),
                version: None,
                builds: true,
                ending: *ending,
                ended_at: Some(end()),
            }],
        };
        self.0.iter().map(record).collect()
    }

    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("execution")
    }

    fn request_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("request")
    }

    fn leaves_nothing(&self, id: &DeploymentId) -> bool {
        id.get("nothing").is_some()
    }
}

/// How late a delivery may be that an adapter promises to find.
const PROMISED: Duration = Duration::from_secs(4);

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When everything ended.
fn end() -> Instant {
    *BEGIN + Duration::from_secs(1)
}

fn by(call: &str) -> Sender {
    let mut sender = Sender::default();
    sender.call = Some(call.to_owned());
    sender
}

/// One of two deliveries of a request.
fn delivery(call: &str) -> Sender {
    let mut sender = by(call);
    sender.twice = Some("once and again".to_owned());
    sender
}

/// A request that was delivered so long after the call gave up.
fn late(call: &str, late: Duration) -> Sender {
    let mut sender = by(call);
    sender.late = Some(late);
    sender
}

/// A deployment with these details in its id.
fn deployment(id: &str, identity: Identity) -> Deployment {
    let id = format!("qovery:application:web?{id}").parse().unwrap();
    Deployment::new(id, identity, DeploymentStatus::new(Phase::Succeeded, "DEPLOYED"))
}

fn exact(id: &str) -> Deployment {
    deployment(id, Identity::Exact)
}

/// The report on call 1, if it returned this a while after the end.
fn checked(done: Vec<Done>, result: Result<Outcome>) -> ChaosReport {
    checked_at(end() + Duration::from_secs(1), done, result)
}

fn checked_at(over_at: Instant, done: Vec<Done>, result: Result<Outcome>) -> ChaosReport {
    let resolved = result.as_ref().ok().and_then(Outcome::deployment).map(|one| (one.identity, one.id.clone()));
    let resolved: Vec<_> = resolved.into_iter().collect();
    let over = resolved.iter().map(|(_, id)| (id.clone(), over_at)).collect();
    let returned = Returned { resolved, over, ..Returned::default() };
    let call =
        CallRecord { call: 1, target: Target::application("web"), version: None, builds: true, result, returned };
    let mut report = ChaosReport::new(&platform::QOVERY, &ChaosOptions::new(1, 1));
    check(&mut report, &Server(done), &[call], PROMISED);
    report
}

fn misreport(report: &ChaosReport) -> &'static str {
    report.misreports.keys().next().copied().unwrap_or("right")
}

fn succeeded(id: &str) -> Outcome {
    Outcome::Succeeded(exact(id))
}

fn error(kind: ErrorKind) -> Result<Outcome> {
    Err(Error::new(kind, "something"))
}

fn own(ending: Ending) -> Vec<Done> {
    vec![("1", vec![by("1")], ending)]
}

#[test]
fn a_deployment_whose_check_failed_changed_nothing_and_may_be_done_again() {
    let unchanged = |second| vec![("unchanged 1", vec![by("1")], Ending::Failed), ("2", vec![by("1")], second)];
    let again = checked(unchanged(Ending::Succeeded), Ok(succeeded("execution=e2")));
    assert_eq!((again.duplicated, misreport(&again)), (0, "right"));
    let none = checked(unchanged(Ending::Succeeded)[..1].to_vec(), error(ErrorKind::NotTriggered));
    assert_eq!((none.lost, none.refused), (0, 1));
    let real = vec![("1", vec![by("1")], Ending::Failed), ("2", vec![by("1")], Ending::Succeeded)];
    assert_eq!(checked(real, Ok(succeeded("execution=e2"))).duplicated, 1);
}

#[test]
fn an_outcome_is_of_what_the_call_started_and_as_it_ended() {
    assert_eq!(misreport(&checked(own(Ending::Succeeded), Ok(succeeded("execution=e1")))), "right");
    assert_eq!(misreport(&checked(own(Ending::Failed), Ok(succeeded("execution=e1")))), "a wrong outcome");
    assert_eq!(misreport(&checked(own(Ending::Open), Ok(succeeded("execution=e1")))), "a wrong outcome");
    let others = vec![("1", vec![by("1")], Ending::Succeeded), ("2", vec![by("2")], Ending::Succeeded)];
    assert_eq!(misreport(&checked(others, Ok(succeeded("execution=e2")))), "a foreign id");
    assert_eq!(misreport(&checked(own(Ending::Succeeded), Ok(succeeded("environment=e")))), "an outcome without an id");
}

#[test]
fn an_outcome_is_not_returned_before_the_end() {
    let returned_at = |at| misreport(&checked_at(at, own(Ending::Succeeded), Ok(succeeded("execution=e1"))));
    assert_eq!(returned_at(end()), "right");
    assert_eq!(returned_at(*BEGIN), "an outcome before the end");
}

#[test]
fn a_request_without_a_deployment_may_fail_and_an_execution_must_exist() {
    let failed = || Ok(Outcome::Failed(Failure::new(exact("request=r9"))));
    assert_eq!(misreport(&checked(Vec::new(), failed())), "right");
    assert_eq!(misreport(&checked(Vec::new(), Ok(succeeded("request=r9")))), "an outcome without a deployment");
    assert_eq!(
        misreport(&checked(own(Ending::Succeeded), Ok(succeeded("request=r1&execution=e9")))),
        "an id that does not exist"
    );
}

#[test]
fn a_deployment_that_was_asked_for_before_is_adopted() {
    let shared = || vec![("1", vec![by("2"), by("1")], Ending::Succeeded)];
    let wrong = "a shared id that is not reported as adopted";
    // Both calls deploy the same target, which is known for every call that is checked.
    let times_wrong = |identity| {
        let call = |call| {
            let id = exact("execution=e1").id;
            let (resolved, over) = (vec![(identity, id.clone())], vec![(id, end())]);
            let returned = Returned { resolved, over, ..Returned::default() };
            let result = Ok(succeeded("execution=e1"));
            CallRecord { call, target: Target::application("web"), version: None, builds: true, result, returned }
        };
        let mut report = ChaosReport::default();
        check(&mut report, &Server(shared()), &[call(1), call(2)], PROMISED);
        report.misreports.get(wrong).copied().unwrap_or(0)
    };
    assert_eq!(
        (times_wrong(Identity::Exact), times_wrong(Identity::Inferred), times_wrong(Identity::Adopted)),
        (1, 1, 0)
    );
}

#[test]
fn a_foreign_deployment_may_be_inferred_and_is_counted_apart() {
    let foreign = || vec![("1", vec![Sender::default()], Ending::Succeeded)];
    let counts = |identity| {
        let report = checked(foreign(), Ok(Outcome::Succeeded(deployment("execution=e1", identity))));
        (report.foreign, report.misreported)
    };
    assert_eq!(counts(Identity::Inferred), (1, 0));
    assert_eq!(counts(Identity::Exact), (0, 1));
    assert_eq!(counts(Identity::Adopted), (0, 1));
}

#[test]
fn what_was_started_is_not_safe_to_repeat() {
    let counts = |done, kind| {
        let report = checked(done, error(kind));
        (report.refused, report.contradicted, report.lost)
    };
    let denied = |done| counts(done, ErrorKind::RateLimited);
    assert_eq!(denied(Vec::new()), (1, 0, 0));
    assert_eq!(denied(own(Ending::Never)), (1, 0, 0));
    assert_eq!(denied(own(Ending::Succeeded)), (0, 0, 1));
    let once = |senders| vec![("1", senders, Ending::Succeeded)];
    assert_eq!(denied(once(vec![delivery("1")])), (0, 1, 0), "the answer may have been to the other delivery");
    let searched = counts(once(vec![delivery("1")]), ErrorKind::NotTriggered);
    assert_eq!(searched, (0, 0, 1), "a search can find the deployment of either delivery");
    assert_eq!(denied(once(vec![delivery("1"), delivery("1")])), (0, 0, 1), "both came to something");
    assert_eq!(denied(once(vec![by("1"), delivery("1")])), (0, 0, 1), "so did another request");
}

#[test]
fn a_deployment_that_exists_is_not_lost() {
    let lost = |done, last: Option<&str>| {
        let loss = Loss::new(last.map(exact), Error::new(ErrorKind::NotFound, "nothing started"));
        let report = checked(done, Ok(Outcome::Lost(loss)));
        (misreport(&report), report.contradicted)
    };
    let half = || vec![("1", vec![delivery("1")], Ending::Succeeded)];
    assert_eq!(lost(Vec::new(), None), ("right", 0));
    assert_eq!(lost(own(Ending::Succeeded), None), ("a loss of a deployment that exists", 0));
    assert_eq!(lost(half(), None), ("right", 1));
    assert_eq!(lost(half(), Some("request=r9")), ("right", 1), "the answer was to the other delivery");
    assert_eq!(lost(half(), Some("request=r1")), ("a loss of a deployment that exists", 0));
}

#[test]
fn an_error_says_what_it_leaves_open() {
    let with_last = |kind| Err(Error::new(kind, "something").with_last(Some(exact("execution=e1"))));
    let counts = |result| {
        let report = checked(own(Ending::Succeeded), result);
        assert!(report.misreported == 0 || misreport(&report) == "an error that hides what is open");
        [report.undecidable, report.timed_out, report.broken_off, report.misreported]
    };
    assert_eq!(counts(error(ErrorKind::Undecidable)), [1, 0, 0, 0]);
    assert_eq!(counts(with_last(ErrorKind::Undecidable)), [1, 0, 0, 0]);
    assert_eq!(counts(with_last(ErrorKind::TimedOut)), [0, 1, 0, 0]);
    assert_eq!(counts(with_last(ErrorKind::Unavailable)), [0, 0, 1, 0]);
    assert_eq!(counts(error(ErrorKind::NoAnswer)), [0, 0, 0, 1]);
    assert_eq!(counts(error(ErrorKind::TimedOut)), [0, 0, 0, 1]);
}

#[test]
fn a_second_deployment_is_a_duplicate_unless_the_network_made_it() {
    let two = |first, second| {
        let done = vec![("1", vec![first], Ending::Succeeded), ("2", vec![second], Ending::Succeeded)];
        let report = checked(done, Ok(succeeded("execution=e1")));
        (report.triggered, report.duplicated, report.delivered_twice)
    };
    assert_eq!(two(by("1"), by("1")), (2, 1, 0));
    assert_eq!(two(delivery("1"), delivery("1")), (2, 0, 1));
    assert_eq!(two(by("1"), Sender::default()), (1, 0, 0));
}

#[test]
fn a_request_that_the_server_took_and_that_never_began_is_no_trigger() {
    let report = checked(own(Ending::Never), error(ErrorKind::NotTriggered));
    assert_eq!((report.triggered, report.refused, report.lost), (0, 1, 0));
    let again = vec![("1", vec![by("1")], Ending::Never), ("2", vec![by("1")], Ending::Succeeded)];
    let report = checked(again, Ok(succeeded("execution=e2")));
    assert_eq!((report.triggered, report.duplicated, misreport(&report)), (1, 0, "right"));
}

#[test]
fn a_call_that_needs_no_build_must_not_ask_for_one() {
    let built = |builds, done| {
        let call = CallRecord::new(
            1,
            &DeployRequest::restart(Target::application("web")),
            error(ErrorKind::NotTriggered),
            Returned::default(),
        );
        assert!(!call.builds, "a restart needs none");
        let mut report = ChaosReport::default();
        check(&mut report, &Server(done), &[CallRecord { builds, ..call }], PROMISED);
        report.built
    };
    assert_eq!((built(false, own(Ending::Succeeded)), built(true, own(Ending::Succeeded))), (1, 0));
    let others = vec![("1", vec![by("2")], Ending::Succeeded)];
    assert_eq!((built(false, others), built(false, own(Ending::Never))), (0, 0));
}

#[test]
fn a_delivery_later_than_promised_is_counted_apart_and_an_earlier_one_is_not() {
    let too_late = PROMISED + Duration::from_millis(1);
    let refused = |by| {
        let report = checked(vec![("1", vec![late("1", by)], Ending::Succeeded)], error(ErrorKind::NotTriggered));
        (report.refused, report.lost, report.delivered_late)
    };
    assert_eq!((refused(PROMISED), refused(too_late)), ((0, 1, 0), (1, 0, 1)));
    let repeated = |by_late| {
        let done = vec![("1", vec![late("1", by_late)], Ending::Succeeded), ("2", vec![by("1")], Ending::Succeeded)];
        let report = checked(done, Ok(succeeded("execution=e2")));
        (report.duplicated, report.delivered_late, report.misreported)
    };
    assert_eq!((repeated(PROMISED), repeated(too_late)), ((1, 0, 0), (0, 1, 0)));
    let lost = |by| {
        let loss = Loss::new(None, Error::new(ErrorKind::NotFound, "nothing started"));
        misreport(&checked(vec![("1", vec![late("1", by)], Ending::Succeeded)], Ok(Outcome::Lost(loss))))
    };
    assert_eq!((lost(PROMISED), lost(too_late)), ("a loss of a deployment that exists", "right"));
}

#[test]
fn what_nothing_names_is_what_was_started_for_the_call_however_late() {
    let outcome = |done, ending: Ending| {
        let done = if done { vec![("1", vec![late("1", PROMISED * 2)], ending)] } else { Vec::new() };
        misreport(&checked(done, Ok(succeeded("nothing=1"))))
    };
    assert_eq!(outcome(true, Ending::Succeeded), "right");
    assert_eq!(outcome(true, Ending::Failed), "a wrong outcome");
    assert_eq!(outcome(false, Ending::Succeeded), "an outcome without a deployment");
}

#[test]
fn a_deployment_later_than_promised_is_foreign_to_all_other_calls() {
    let counts = |by, identity| {
        let done = vec![("1", vec![late("2", by)], Ending::Succeeded)];
        let report = checked(done, Ok(Outcome::Succeeded(deployment("execution=e1", identity))));
        (report.foreign, report.misreported)
    };
    let too_late = PROMISED * 2;
    assert_eq!(counts(too_late, Identity::Inferred), (1, 0));
    assert_eq!(counts(too_late, Identity::Exact), (0, 1));
    assert_eq!(counts(PROMISED, Identity::Inferred), (0, 1));
}

#[test]
fn a_call_refused_as_already_running_started_nothing() {
    let earlier = || exact("execution=e1");
    let checked = |done: Vec<Done>, last: Option<Deployment>, over: Option<Outcome>| {
        let ids: Vec<DeploymentId> = last.iter().map(|last| last.id.clone()).collect();
        let resolved = ids.iter().map(|id| (Identity::Exact, id.clone())).collect();
        let returned = Returned {
            resolved,
            earlier: ids.clone(),
            over: ids.into_iter().map(|id| (id, *BEGIN)).collect(),
            ..Returned::default()
        };
        let already = || Error::new(ErrorKind::AlreadyRunning, "one is running").with_last(last.clone());
        let result = over.ok_or_else(already);
        let call =
            CallRecord { call: 1, target: Target::application("web"), version: None, builds: true, result, returned };
        let mut report = ChaosReport::default();
        check(&mut report, &Server(done), &[call], PROMISED);
        (report.refused, report.already_running, report.lost, misreport(&report))
    };
    let others = || vec![("1", vec![by("2")], Ending::Open)];
    assert_eq!(checked(others(), Some(earlier()), None), (1, 1, 0, "right"));
    assert_eq!(checked(others(), None, None), (1, 1, 0, "an earlier deployment without an id"));
    assert_eq!(checked(own(Ending::Succeeded), Some(earlier()), None), (0, 0, 1, "right"), "something was started");
    let outcome = Some(succeeded("execution=e1"));
    assert_eq!(checked(others(), Some(earlier()), outcome).3, "a foreign id", "it is returned as the outcome");
}

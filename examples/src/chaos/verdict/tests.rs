//! Each rule of the verdict, on one call and on what the server did.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use anydeploy::{
    DeployRequest, Deployer, Deployment, DeploymentId, DeploymentStatus, Failure, Loss, Phase, Result, Target, platform,
};
use fastrand::Rng;

use super::super::ChaosOptions;
use super::super::scene::Access;
use super::super::witness::Seen;
use super::*;

/// A server that did one thing for each of its senders, named like the request of it with an `e` in the place of `r`.
struct Server(Vec<Done>);

/// Who asked, and what became of it.
type Done = (&'static str, Vec<Sender>, Ending);

impl Scene for Server {
    fn access(&self) -> &Access {
        unreachable!("nobody deploys here")
    }

    fn request(&self, _: usize, _: u64) -> DeployRequest {
        unreachable!("nobody deploys here")
    }

    fn adapter(&self, _: u64) -> Result<Arc<dyn Deployer>> {
        unreachable!("nobody deploys here")
    }

    fn disturb(&self, _: &mut Rng, _: bool) {}

    fn facts(&self) -> Vec<Fact> {
        let fact = |(name, senders, ending): &Done| Fact {
            id: Some(format!("e{name}")),
            requests: vec![format!("r{name}")],
            senders: senders.clone(),
            strange: senders.iter().any(|sender| sender.call.is_none()),
            idle: *ending == Ending::Failed && name.starts_with("idle"),
            parts: vec![Part { target: "web".to_owned(), version: None, ending: *ending, ended_at: Some(end()) }],
        };
        self.0.iter().map(fact).collect()
    }

    fn deployment_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("execution")
    }

    fn request_in<'a>(&self, id: &'a DeploymentId) -> Option<&'a str> {
        id.get("request")
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

/// A deployment that is told of with these details in its id.
fn deployment(id: &str, identity: Identity) -> Deployment {
    let id = format!("qovery:application:web?{id}").parse().unwrap();
    Deployment::new(id, identity, DeploymentStatus::new(Phase::Succeeded, "DEPLOYED"))
}

fn exact(id: &str) -> Deployment {
    deployment(id, Identity::Exact)
}

/// What is said of call 1, if it was told this a while after the end.
fn judged(done: Vec<Done>, result: Result<Outcome>) -> ChaosReport {
    judged_at(end() + Duration::from_secs(1), done, result)
}

fn judged_at(over_at: Instant, done: Vec<Done>, result: Result<Outcome>) -> ChaosReport {
    let settled = result.as_ref().ok().and_then(Outcome::deployment).map(|one| (one.identity, one.id.clone()));
    let settled: Vec<_> = settled.into_iter().collect();
    let over = settled.iter().map(|(_, id)| (id.clone(), over_at)).collect();
    let seen = Seen { settled, over, ..Seen::default() };
    let told = Told { call: 1, target: Target::application("web"), version: None, result, seen };
    let mut report = ChaosReport::new(&platform::QOVERY, &ChaosOptions::new(1, 1));
    judge(&mut report, &Server(done), &[told], PROMISED);
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
    let idle = |second| vec![("idle 1", vec![by("1")], Ending::Failed), ("2", vec![by("1")], second)];
    let again = judged(idle(Ending::Succeeded), Ok(succeeded("execution=e2")));
    assert_eq!((again.duplicated, misreport(&again)), (0, "right"));
    let none = judged(idle(Ending::Succeeded)[..1].to_vec(), error(ErrorKind::NotTriggered));
    assert_eq!((none.lost, none.refused), (0, 1));
    let real = vec![("1", vec![by("1")], Ending::Failed), ("2", vec![by("1")], Ending::Succeeded)];
    assert_eq!(judged(real, Ok(succeeded("execution=e2"))).duplicated, 1);
}

#[test]
fn an_outcome_is_of_what_the_call_started_and_as_it_ended() {
    assert_eq!(misreport(&judged(own(Ending::Succeeded), Ok(succeeded("execution=e1")))), "right");
    assert_eq!(misreport(&judged(own(Ending::Failed), Ok(succeeded("execution=e1")))), "a wrong outcome");
    assert_eq!(misreport(&judged(own(Ending::Open), Ok(succeeded("execution=e1")))), "a wrong outcome");
    let others = vec![("1", vec![by("1")], Ending::Succeeded), ("2", vec![by("2")], Ending::Succeeded)];
    assert_eq!(misreport(&judged(others, Ok(succeeded("execution=e2")))), "an id of someone else's");
    assert_eq!(misreport(&judged(own(Ending::Succeeded), Ok(succeeded("environment=e")))), "an outcome without an id");
}

#[test]
fn an_outcome_is_not_told_before_the_end() {
    let told_at = |at| misreport(&judged_at(at, own(Ending::Succeeded), Ok(succeeded("execution=e1"))));
    assert_eq!(told_at(end()), "right");
    assert_eq!(told_at(*BEGIN), "an outcome before the end");
}

#[test]
fn a_request_may_have_come_to_nothing_and_an_execution_may_not() {
    let failed = || Ok(Outcome::Failed(Failure::new(exact("request=r9"))));
    assert_eq!(misreport(&judged(Vec::new(), failed())), "right");
    assert_eq!(misreport(&judged(Vec::new(), Ok(succeeded("request=r9")))), "an outcome of nothing");
    assert_eq!(
        misreport(&judged(own(Ending::Succeeded), Ok(succeeded("request=r1&execution=e9")))),
        "an id that nothing has"
    );
}

#[test]
fn what_was_asked_for_before_is_told_as_adopted() {
    let shared = || vec![("1", vec![by("2"), by("1")], Ending::Succeeded)];
    let wrong = "a shared id that is not told as adopted";
    // Both calls deploy the same target; it is known of those that are judged.
    let verdict = |identity| {
        let told = |call| {
            let id = exact("execution=e1").id;
            let seen = Seen { settled: vec![(identity, id.clone())], over: vec![(id, end())], ..Seen::default() };
            let result = Ok(succeeded("execution=e1"));
            Told { call, target: Target::application("web"), version: None, result, seen }
        };
        let mut report = ChaosReport::default();
        judge(&mut report, &Server(shared()), &[told(1), told(2)], PROMISED);
        report.misreports.get(wrong).copied().unwrap_or(0)
    };
    assert_eq!((verdict(Identity::Exact), verdict(Identity::Inferred), verdict(Identity::Adopted)), (1, 1, 0));
}

#[test]
fn a_strangers_deployment_may_be_inferred_and_is_counted_apart() {
    let strangers = || vec![("1", vec![Sender::default()], Ending::Succeeded)];
    let told = |identity| {
        let report = judged(strangers(), Ok(Outcome::Succeeded(deployment("execution=e1", identity))));
        (report.strangers, report.misreported)
    };
    assert_eq!(told(Identity::Inferred), (1, 0));
    assert_eq!(told(Identity::Exact), (0, 1));
    assert_eq!(told(Identity::Adopted), (0, 1));
}

#[test]
fn what_was_started_is_not_safe_to_repeat() {
    let told = |done, kind| {
        let report = judged(done, error(kind));
        (report.refused, report.contradicted, report.lost)
    };
    let denied = |done| told(done, ErrorKind::RateLimited);
    assert_eq!(denied(Vec::new()), (1, 0, 0));
    assert_eq!(denied(own(Ending::Never)), (1, 0, 0));
    assert_eq!(denied(own(Ending::Succeeded)), (0, 0, 1));
    let once = |senders| vec![("1", senders, Ending::Succeeded)];
    assert_eq!(denied(once(vec![delivery("1")])), (0, 1, 0), "the answer may have been to the other delivery");
    let looked = told(once(vec![delivery("1")]), ErrorKind::NotTriggered);
    assert_eq!(looked, (0, 0, 1), "whoever looks can find that of either delivery");
    assert_eq!(denied(once(vec![delivery("1"), delivery("1")])), (0, 0, 1), "both came to something");
    assert_eq!(denied(once(vec![by("1"), delivery("1")])), (0, 0, 1), "so did another request");
}

#[test]
fn a_loss_is_not_of_what_is_there() {
    let lost = |done, last: Option<&str>| {
        let loss = Loss::new(last.map(exact), Error::new(ErrorKind::NotFound, "nothing was seen to start"));
        let report = judged(done, Ok(Outcome::Lost(loss)));
        (misreport(&report), report.contradicted)
    };
    let half = || vec![("1", vec![delivery("1")], Ending::Succeeded)];
    assert_eq!(lost(Vec::new(), None), ("right", 0));
    assert_eq!(lost(own(Ending::Succeeded), None), ("a loss of what is there", 0));
    assert_eq!(lost(half(), None), ("right", 1));
    assert_eq!(lost(half(), Some("request=r9")), ("right", 1), "it was told of the other delivery");
    assert_eq!(lost(half(), Some("request=r1")), ("a loss of what is there", 0));
}

#[test]
fn an_error_says_what_it_leaves_open() {
    let with_last = |kind| Err(Error::new(kind, "something").with_last(Some(exact("execution=e1"))));
    let told = |result| {
        let report = judged(own(Ending::Succeeded), result);
        assert!(report.misreported == 0 || misreport(&report) == "an error that does not say so");
        [report.undecidable, report.timed_out, report.broken_off, report.misreported]
    };
    assert_eq!(told(error(ErrorKind::Undecidable)), [1, 0, 0, 0]);
    assert_eq!(told(with_last(ErrorKind::Undecidable)), [1, 0, 0, 0]);
    assert_eq!(told(with_last(ErrorKind::TimedOut)), [0, 1, 0, 0]);
    assert_eq!(told(with_last(ErrorKind::Unavailable)), [0, 0, 1, 0]);
    assert_eq!(told(error(ErrorKind::NoAnswer)), [0, 0, 0, 1]);
    assert_eq!(told(error(ErrorKind::TimedOut)), [0, 0, 0, 1]);
}

#[test]
fn a_second_deployment_is_a_duplicate_unless_the_network_made_it() {
    let two = |first, second| {
        let done = vec![("1", vec![first], Ending::Succeeded), ("2", vec![second], Ending::Succeeded)];
        let report = judged(done, Ok(succeeded("execution=e1")));
        (report.triggered, report.duplicated, report.delivered_twice)
    };
    assert_eq!(two(by("1"), by("1")), (2, 1, 0));
    assert_eq!(two(delivery("1"), delivery("1")), (2, 0, 1));
    assert_eq!(two(by("1"), Sender::default()), (1, 0, 0));
}

#[test]
fn a_delivery_later_than_promised_is_counted_apart_and_an_earlier_one_is_not() {
    let too_late = PROMISED + Duration::from_millis(1);
    let refused = |by| {
        let report = judged(vec![("1", vec![late("1", by)], Ending::Succeeded)], error(ErrorKind::NotTriggered));
        (report.refused, report.lost, report.delivered_late)
    };
    assert_eq!((refused(PROMISED), refused(too_late)), ((0, 1, 0), (1, 0, 1)));
    let repeated = |by_late| {
        let done = vec![("1", vec![late("1", by_late)], Ending::Succeeded), ("2", vec![by("1")], Ending::Succeeded)];
        let report = judged(done, Ok(succeeded("execution=e2")));
        (report.duplicated, report.delivered_late, report.misreported)
    };
    assert_eq!((repeated(PROMISED), repeated(too_late)), ((1, 0, 0), (0, 1, 0)));
    let gone = |by| {
        let loss = Loss::new(None, Error::new(ErrorKind::NotFound, "nothing was seen to start"));
        misreport(&judged(vec![("1", vec![late("1", by)], Ending::Succeeded)], Ok(Outcome::Lost(loss))))
    };
    assert_eq!((gone(PROMISED), gone(too_late)), ("a loss of what is there", "right"));
}

#[test]
fn a_deployment_later_than_promised_is_a_strangers_to_all_other_calls() {
    let told = |by, identity| {
        let done = vec![("1", vec![late("2", by)], Ending::Succeeded)];
        let report = judged(done, Ok(Outcome::Succeeded(deployment("execution=e1", identity))));
        (report.strangers, report.misreported)
    };
    let too_late = PROMISED * 2;
    assert_eq!(told(too_late, Identity::Inferred), (1, 0));
    assert_eq!(told(too_late, Identity::Exact), (0, 1));
    assert_eq!(told(PROMISED, Identity::Inferred), (0, 1));
}

#[test]
fn one_that_ran_already_is_not_the_calls_own_and_nothing_was_started() {
    let earlier = || exact("execution=e1");
    let judged = |done: Vec<Done>, last: Option<Deployment>, over: Option<Outcome>| {
        let ids: Vec<DeploymentId> = last.iter().map(|last| last.id.clone()).collect();
        let settled = ids.iter().map(|id| (Identity::Exact, id.clone())).collect();
        let seen = Seen {
            settled,
            earlier: ids.clone(),
            over: ids.into_iter().map(|id| (id, *BEGIN)).collect(),
            ..Seen::default()
        };
        let already = || Error::new(ErrorKind::AlreadyRunning, "one is running").with_last(last.clone());
        let result = over.ok_or_else(already);
        let told = Told { call: 1, target: Target::application("web"), version: None, result, seen };
        let mut report = ChaosReport::default();
        judge(&mut report, &Server(done), &[told], PROMISED);
        (report.refused, report.already_running, report.lost, misreport(&report))
    };
    let others = || vec![("1", vec![by("2")], Ending::Open)];
    assert_eq!(judged(others(), Some(earlier()), None), (1, 1, 0, "right"));
    assert_eq!(judged(others(), None, None), (1, 1, 0, "an earlier deployment without an id"));
    assert_eq!(judged(own(Ending::Succeeded), Some(earlier()), None), (0, 0, 1, "right"), "something was started");
    let outcome = Some(succeeded("execution=e1"));
    assert_eq!(judged(others(), Some(earlier()), outcome).3, "an id of someone else's", "it is told as the outcome");
}

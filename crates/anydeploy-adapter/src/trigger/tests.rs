//! The glue around the steps of a trigger, with a platform that follows a script.

mod settings;
mod turns;

use std::sync::Mutex;

use super::*;
use crate::turn::{Overlap, Remembered};
use crate::{DeploymentId, DeploymentStatus, Identity, Phase, Platform, Target};

/// A platform whose answers and searches are given beforehand.
struct Scripted {
    timing: Timing,
    place: &'static str,
    answers: Mutex<Vec<fn() -> Answer>>,
    finds: fn(u32) -> Result<Resolution>,
    sets: fn() -> Result<bool>,
    sets_within: Duration,
    /// Whether the setting is read as changed; `None` if it cannot be read.
    is_set: Option<bool>,
    /// What was done: `p`lanned, `S`et, `s`ent, `U`nset, `l`ooked for, `n`oted as not acted on.
    done: Mutex<String>,
}

impl Scripted {
    fn new(place: &'static str, answers: &[fn() -> Answer], finds: fn(u32) -> Result<Resolution>) -> Self {
        let answers = Mutex::new(answers.iter().rev().copied().collect());
        let (sets, sets_within, is_set): (fn() -> Result<bool>, _, _) = (|| Ok(false), Duration::ZERO, None);
        Self { timing: Timing::default(), place, answers, finds, sets, sets_within, is_set, done: Mutex::default() }
    }

    fn setting(mut self, sets: fn() -> Result<bool>) -> Self {
        self.sets = sets;
        self
    }

    fn setting_within(mut self, time: Duration) -> Self {
        self.sets_within = time;
        self
    }

    fn note(&self, what: char) {
        self.done.lock().unwrap().push(what);
    }

    fn done(&self) -> String {
        self.done.lock().unwrap().clone()
    }
}

impl Planner for &Scripted {
    const PLATFORM: Platform = Platform::new("toy");

    type Plan = u32;

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, u32)> {
        self.note('p');
        Ok((Turn::take(self.place, request.target()).await, 7))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, plan: u32) -> Box<dyn Trigger + 'a> {
        assert_eq!(plan, 7, "the plan is the one that was made");
        Box::new(ScriptedTrigger { scripted: self, request, polls: 0 })
    }
}

/// One trigger of it, with its polls so far.
struct ScriptedTrigger<'a> {
    scripted: &'a Scripted,
    request: &'a DeployRequest,
    polls: u32,
}

impl Trigger for ScriptedTrigger<'_> {
    fn timing(&self) -> &Timing {
        &self.scripted.timing
    }

    fn place(&self) -> (String, Target) {
        (self.scripted.place.to_owned(), self.request.target().clone())
    }

    fn set<'a>(&'a mut self, _: &'a Turn) -> BoxFuture<'a, Result<bool>> {
        self.scripted.note('S');
        async {
            sleep(self.scripted.sets_within).await;
            (self.scripted.sets)()
        }
        .boxed()
    }

    fn unset(&mut self) -> BoxFuture<'_, String> {
        self.scripted.note('U');
        ready("the image tag was set back to `1.27`".to_owned()).boxed()
    }

    fn is_set(&mut self) -> BoxFuture<'_, Result<bool>> {
        ready(self.scripted.is_set.ok_or_else(|| Error::new(ErrorKind::NoAnswer, "it was not read"))).boxed()
    }

    fn post<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Answer> {
        self.scripted.note('s');
        let answer = self.scripted.answers.lock().unwrap().pop().unwrap();
        ready(answer()).boxed()
    }

    fn search<'a>(&'a mut self, _: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        if self.polls == 0 {
            self.scripted.note('l');
        }
        self.polls += 1;
        ready((self.scripted.finds)(self.polls)).boxed()
    }

    fn left(&self, deployment: &Deployment) -> Option<Left> {
        let appears_within = Duration::from_secs(9);
        (!deployment.identity.is_resolved()).then(|| Left::new(appears_within).with_key("key"))
    }

    fn was_not_acted_on(&self, _: &Turn) {
        self.scripted.note('n');
    }
}

fn request() -> DeployRequest {
    DeployRequest::new(Target::application("web"))
}

fn deployment(identity: Identity) -> Deployment {
    let id = DeploymentId::new(Platform::new("toy"), Target::application("web"));
    Deployment::new(id, identity, DeploymentStatus::new(Phase::Queued, "queued"))
}

fn accepted() -> Answer {
    Answer::accepted(deployment(Identity::Exact))
}

fn lost() -> Answer {
    Answer::of_error(Error::new(ErrorKind::NoAnswer, "the connection broke"))
}

fn refused() -> Answer {
    Answer::of_error(Error::new(ErrorKind::QueueFull, "full"))
}

/// An intent that another process prepared.
fn foreign_intent(scripted: &Scripted, id: &str) -> Intent {
    foreign_intent_of(scripted, id, request())
}

fn foreign_intent_of(scripted: &Scripted, id: &str, request: DeployRequest) -> Intent {
    let stored = serde_json::json!({
        "v": 1, "place": scripted.place, "overlap": null, "has_neighbour": false,
        "acted_on_within_ms": u64::try_from(scripted.timing.acted_on_within().as_millis()).unwrap(), "plan": 7,
    });
    Intent::new(Platform::new("toy"), id, request, stored)
}

#[expect(clippy::unnecessary_wraps, reason = "a search may fail")]
fn nothing(_: u32) -> Result<Resolution> {
    Ok(Resolution::NotFound)
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_searched_for_and_a_refusal_is_not() {
    let named = Scripted::new("t1", &[accepted], nothing);
    assert!(deploy(&named, &request()).await.is_ok());
    assert_eq!(named.done(), "ps");
    let full = Scripted::new("t1", &[refused], nothing);
    assert_eq!(deploy(&full, &request()).await.unwrap_err().kind(), ErrorKind::QueueFull);
    assert_eq!(full.done(), "ps");
    let found = Scripted::new("t1", &[lost], |poll| {
        Ok(if poll < 3 { Resolution::NotFound } else { Resolution::found(deployment(Identity::Inferred)) })
    });
    assert_eq!(deploy(&found, &request()).await.unwrap().identity, Identity::Inferred);
    assert_eq!(found.done(), "psl");
    let absent = Scripted::new("t1", &[lost], nothing);
    assert_eq!(deploy(&absent, &request()).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert_eq!(absent.done(), "psln", "a repeat of the request checks first that it was not delivered late");
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_without_a_name_is_never_safe_to_repeat() {
    let unnamed = || Answer::Unnamed(Error::new(ErrorKind::Unreadable, "no name"));
    let absent = Scripted::new("t2", &[unnamed], nothing);
    let error = deploy(&absent, &request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecidable);
    assert!(error.to_string().contains("was accepted") && !error.to_string().contains("lost"), "{error}");
    assert_eq!(absent.done(), "psl", "and it does not count as not acted on");
    let two = Scripted::new("t2", &[unnamed], |_| Ok(Resolution::Ambiguous("two were started at once")));
    let error = deploy(&two, &request()).await.unwrap_err().to_string();
    assert!(error.contains("names no deployment, and two were started") && !error.contains("lost"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_may_still_appear_is_known_to_the_next_trigger() {
    let overlap = async || Turn::take("t3", request().target()).await.overlap().is_some();
    let pending = Scripted::new("t3", &[|| Answer::accepted(deployment(Identity::Pending))], nothing);
    deploy(&pending, &request()).await.unwrap();
    assert!(overlap().await, "its deployment is not known yet");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert!(!overlap().await);
    deploy(&Scripted::new("t3", &[accepted], nothing), &request()).await.unwrap();
    deploy(&Scripted::new("t3", &[refused], nothing), &request()).await.unwrap_err();
    assert!(!overlap().await, "its deployment is known, or there is none");
    let ambiguous = Scripted::new("t3", &[lost], |_| Ok(Resolution::Unrecoverable("two")));
    deploy(&ambiguous, &request()).await.unwrap_err();
    assert!(overlap().await, "an undecidable one may have made a deployment");
}

#[tokio::test(start_paused = true)]
async fn an_intent_is_sent_once_and_searched_for_afterwards() {
    let scripted = Scripted::new("t4", &[accepted], |_| Ok(Resolution::found(deployment(Identity::Exact))));
    let intent = prepare(&scripted, &request()).await.unwrap();
    let stored: Intent = serde_json::from_str(&serde_json::to_string(&intent).unwrap()).unwrap();
    assert_eq!(stored, intent);
    assert!(send(&scripted, &stored).await.is_ok() && send(&scripted, &stored).await.is_ok());
    assert_eq!(scripted.done(), "psl", "the second call searches");
    let foreign = Scripted::new("t4", &[], nothing);
    let intent = foreign_intent(&foreign, "of another process");
    assert_eq!(send(&foreign, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert_eq!(foreign.done(), "l");
}

#[tokio::test(start_paused = true)]
async fn what_an_intent_left_behind_is_its_own_and_no_other_triggers() {
    let pending = || Answer::accepted(deployment(Identity::Pending));
    let scripted = Scripted::new("t10", &[pending], |_| Ok(Resolution::Unrecoverable("two")));
    let (own, other) = (prepare(&scripted, &request()).await.unwrap(), prepare(&scripted, &request()).await.unwrap());
    send(&scripted, &own).await.unwrap();
    for (intent, overlaps) in [(&own, false), (&other, true)] {
        let mut turn = Turn::take("t10", request().target()).await;
        turn.for_intent(intent.id(), None, false);
        assert_eq!((turn.overlap().is_some(), turn.has_neighbour()), (overlaps, overlaps));
        turn.end();
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_recovers_gives_up_sending() {
    let scripted = Scripted::new("t5", &[], nothing);
    let intent = prepare(&scripted, &request()).await.unwrap();
    assert_eq!(recover(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert_eq!(send(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert!(!scripted.done().contains('s'));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_behind_the_fence_and_a_search_outlasts_it() {
    let scripted = Scripted::new("t6", &[], nothing);
    let intent = prepare(&scripted, &request()).await.unwrap();
    tokio::time::advance(scripted.timing.send_within + Duration::from_millis(1)).await;
    let expired = send(&scripted, &intent).await.unwrap_err();
    assert_eq!((expired.kind(), expired.is_safe_to_repeat()), (ErrorKind::IntentExpired, true));
    assert_eq!(scripted.done(), "p");
    let started = Instant::now();
    assert_eq!(recover(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    let Timing { send_within, trigger_settles, .. } = scripted.timing;
    assert!(started.elapsed() >= send_within + Duration::from_secs(30) + trigger_settles, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_intent_is_not_sent_after_another_trigger_of_the_same_place() {
    let scripted = Scripted::new("t7", &[accepted], nothing);
    let intent = prepare(&scripted, &request()).await.unwrap();
    deploy(&scripted, &request()).await.unwrap();
    assert_eq!(send(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::IntentExpired);
    assert_eq!(scripted.done(), "pps");
}

#[tokio::test(start_paused = true)]
async fn what_was_provably_not_acted_on_may_be_sent_again_within_the_fence() {
    let scripted = Scripted::new("t8", &[refused, accepted], nothing);
    let intent = prepare(&scripted, &request()).await.unwrap();
    assert_eq!(send(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::QueueFull);
    assert!(send(&scripted, &intent).await.is_ok());
    assert_eq!(scripted.done(), "pss");
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_is_not_ones_own_is_refused() {
    let scripted = Scripted::new("t9", &[], nothing);
    let baseline = foreign_intent(&scripted, "x").baseline().clone();
    let elsewhere = Intent::new(Platform::new("other"), "one", request(), baseline.clone());
    let odd = Intent::new(Platform::new("toy"), "two", request(), "seven".into());
    let mut later = baseline;
    later["v"] = 2.into();
    let later = Intent::new(Platform::new("toy"), "three", request(), later);
    for intent in [elsewhere, odd, later] {
        assert_eq!(send(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(recover(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(scripted.done(), "");
}

#[tokio::test(start_paused = true)]
async fn what_an_intent_left_pending_is_not_spoilt_by_its_own_recovery() {
    let left = || Answer::accepted(deployment(Identity::Pending));
    let scripted = Scripted::new("t11", &[left], |_| Ok(Resolution::Unrecoverable("two")));
    let intent = prepare(&scripted, &request()).await.unwrap();
    send(&scripted, &intent).await.unwrap();
    recover(&scripted, &intent).await.unwrap_err();
    let remembered = Remembered::of("t11");
    assert_eq!(remembered.overlap("key", Duration::ZERO), None, "no other trigger may have made its deployment");
}

#[tokio::test(start_paused = true)]
async fn an_overlap_that_was_there_when_the_intent_was_prepared_counts_when_it_is_sent() {
    let scripted = Scripted::new("t12", &[accepted], nothing);
    let mut undecided = Turn::take("t12", request().target()).await;
    undecided.sent(Duration::from_secs(5));
    drop(undecided);
    let intent = prepare(&scripted, &request()).await.unwrap();
    tokio::time::advance(Duration::from_secs(8)).await;
    assert!(Turn::take("t12", request().target()).await.overlap().is_none(), "its time is over");
    let platform = &scripted;
    let (stored, trigger) = stored::open(&platform, &intent).unwrap();
    let turn = turn_of(&*trigger, &intent, &stored).await;
    assert_eq!((turn.overlap(), turn.has_neighbour()), (Some(Overlap::Target), true), "the baseline is from then");
}

#[tokio::test(start_paused = true)]
async fn what_is_only_likely_is_believed_once_the_sender_must_have_sent() {
    let likely = |_| Ok(Resolution::likely(deployment(Identity::Inferred)));
    let scripted = Scripted::new("t13", &[lost], likely);
    let started = Instant::now();
    deploy(&scripted, &request()).await.unwrap();
    assert!(started.elapsed() < scripted.timing.trigger_settles, "this process sent it");
    let (started, intent) = (Instant::now(), foreign_intent(&scripted, "t13"));
    recover(&scripted, &intent).await.unwrap();
    assert!(started.elapsed() >= scripted.timing.acted_on_within(), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_is_given_up_leaves_what_may_still_appear() {
    let scripted = Scripted::new("t14", &[], nothing);
    let intent = foreign_intent(&scripted, "t14");
    assert!(tokio::time::timeout(Duration::from_secs(1), recover(&scripted, &intent)).await.is_err());
    assert!(Turn::take("t14", request().target()).await.overlap().is_some(), "the other process may still send it");
    assert_eq!(recover(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    tokio::time::advance(scripted.timing.acted_on_within()).await;
    assert!(Turn::take("t14", request().target()).await.overlap().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_absence_under_another_address_proves_nothing() {
    let scripted = Scripted::new("t15", &[], nothing);
    let intent = foreign_intent(&Scripted::new("elsewhere", &[], nothing), "t15");
    assert_eq!(recover(&scripted, &intent).await.unwrap_err().kind(), ErrorKind::Undecidable);
}

#[tokio::test(start_paused = true)]
async fn a_sender_with_longer_times_is_waited_for() {
    let slow = Scripted { timing: Timing::scaled_to(Duration::from_mins(10)), ..Scripted::new("t16", &[], nothing) };
    let (intent, started) = (foreign_intent(&slow, "t16"), Instant::now());
    let quick = Scripted::new("t16", &[], nothing);
    assert_eq!(recover(&quick, &intent).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert!(started.elapsed() >= slow.timing.acted_on_within(), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_fence_also_holds_by_the_date() {
    let scripted = Scripted::new("t17", &[accepted], nothing);
    let intent = prepare(&scripted, &request()).await.unwrap();
    let mut json = serde_json::to_value(&intent).unwrap();
    // A machine that slept: the clock that the fence counts by stood still, and the date went on.
    json["prepared_at"] = serde_json::to_value(Utc::now() - Duration::from_mins(5)).unwrap();
    let slept: Intent = serde_json::from_value(json).unwrap();
    assert_eq!(send(&scripted, &slept).await.unwrap_err().kind(), ErrorKind::IntentExpired);
    assert!(!scripted.done().contains('s'));
}

//! When a trigger is sent and in whose turn, what a search may know, and what it leaves behind.

use tokio::time::advance;

use super::*;

/// The time of an intent, so that a test reads like the rule.
const SEND_WITHIN: Duration = Timing::DEFAULT.send_within;

/// The same intent, which this process does not know for its own.
fn of_another_process(intent: &Intent) -> Intent {
    Intent::new(intent.platform().clone(), "another", intent.request().clone(), intent.baseline().clone())
}

/// A platform that records what it is asked, and answers with what it is given.
struct Recording {
    place: &'static str,
    answer: fn() -> Answer,
    found: fn() -> Resolution,
    earlier: fn() -> Option<Deployment>,
    /// How long one poll takes.
    poll_takes: Duration,
    /// Whether another trigger had to wait while this one was sent.
    others_wait: Mutex<Vec<bool>>,
    /// For each poll, whether this process sent the trigger, and whether an earlier one overlaps with it.
    polls: Mutex<Vec<(bool, bool)>>,
}

impl Recording {
    fn new(place: &'static str, answer: fn() -> Answer, found: fn() -> Resolution) -> Self {
        Self {
            place,
            answer,
            found,
            earlier: || None,
            poll_takes: Duration::ZERO,
            others_wait: Mutex::default(),
            polls: Mutex::default(),
        }
    }

    fn sent(&self) -> usize {
        self.others_wait.lock().unwrap().len()
    }

    fn polls(&self) -> Vec<(bool, bool)> {
        self.polls.lock().unwrap().clone()
    }

    /// Whether a trigger that comes now overlaps with one that was left behind.
    async fn overlaps(&self) -> bool {
        let next = Turn::take(self.place, request().target()).await;
        let overlaps = next.overlap().is_some();
        next.end();
        overlaps
    }
}

impl Planner for &Recording {
    const PLATFORM: Platform = Platform::new("toy");

    type Plan = ();

    async fn plan(&self, request: &DeployRequest) -> Result<(Turn, ())> {
        Ok((Turn::take(self.place, request.target()).await, ()))
    }

    fn trigger<'a>(&'a self, request: &'a DeployRequest, (): ()) -> Box<dyn Trigger + 'a> {
        Box::new(RecordingTrigger(self, request))
    }
}

struct RecordingTrigger<'a>(&'a Recording, &'a DeployRequest);

impl Trigger for RecordingTrigger<'_> {
    fn timing(&self) -> &Timing {
        &Timing::DEFAULT
    }

    fn place(&self) -> (String, Target) {
        (self.0.place.to_owned(), self.1.target().clone())
    }

    fn earlier<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Result<Option<Deployment>>> {
        ready(Ok((self.0.earlier)())).boxed()
    }

    fn post<'a>(&'a self, _: &'a Turn) -> BoxFuture<'a, Answer> {
        let another = Turn::take(self.0.place, self.1.target()).now_or_never();
        self.0.others_wait.lock().unwrap().push(another.is_none());
        ready((self.0.answer)()).boxed()
    }

    fn search<'a>(&'a mut self, search: Search<'a>) -> BoxFuture<'a, Result<Resolution>> {
        self.0.polls.lock().unwrap().push((search.is_ours, search.turn.overlap().is_some()));
        async {
            sleep(self.0.poll_takes).await;
            Ok((self.0.found)())
        }
        .boxed()
    }

    fn left(&self, deployment: &Deployment) -> Option<Left> {
        (!deployment.identity.is_resolved()).then(|| Left::new(Duration::from_secs(9)))
    }
}

fn pending() -> Answer {
    Answer::accepted(deployment(Identity::Pending))
}

fn absent() -> Resolution {
    Resolution::NotFound
}

#[tokio::test(start_paused = true)]
async fn the_fence_counts_the_time_that_an_intent_waits_for_its_turn() {
    let platform = Recording::new("fence-1", accepted, absent);
    let intent = prepare(&platform, &request()).await.unwrap();
    let other = Turn::take("fence-1", request().target()).await;
    let sending = async { send(&platform, &intent).await };
    let wait = async {
        advance(SEND_WITHIN + Duration::from_millis(1)).await;
        other.end();
    };
    let (result, ()) = futures::join!(sending, wait);
    assert_eq!((result.unwrap_err().kind(), platform.sent()), (ErrorKind::IntentExpired, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_move_the_fence() {
    let platform = Recording::new("fence-2", refused, absent);
    let intent = prepare(&platform, &request()).await.unwrap();
    for (kind, sent) in [(ErrorKind::QueueFull, 1), (ErrorKind::IntentExpired, 1)] {
        advance(SEND_WITHIN * 2 / 3).await;
        assert_eq!((send(&platform, &intent).await.unwrap_err().kind(), platform.sent()), (kind, sent));
    }
}

#[tokio::test(start_paused = true)]
async fn an_intent_whose_answer_was_lost_is_not_sent_again() {
    let platform = Recording::new("fence-3", lost, || Resolution::Unrecoverable("no list"));
    let intent = prepare(&platform, &request()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(send(&platform, &intent).await.unwrap_err().kind(), ErrorKind::Undecidable);
    }
    assert_eq!(platform.sent(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_trigger_waits_until_the_answer_has_come() {
    let platform = Recording::new("turn-1", accepted, absent);
    deploy(&platform, &request()).await.unwrap();
    let intent = prepare(&platform, &request()).await.unwrap();
    send(&platform, &intent).await.unwrap();
    assert_eq!(*platform.others_wait.lock().unwrap(), [true, true]);
}

#[tokio::test(start_paused = true)]
async fn a_search_knows_whether_this_process_has_just_sent_the_trigger() {
    let platform = Recording::new("search-1", lost, || Resolution::found(deployment(Identity::Exact)));
    deploy(&platform, &request()).await.unwrap();
    let intent = of_another_process(&prepare(&platform, &request()).await.unwrap());
    recover(&platform, &intent).await.unwrap();
    assert_eq!(platform.polls(), [(true, false), (false, false)]);
}

#[tokio::test(start_paused = true)]
async fn what_an_intent_left_behind_is_no_overlap_for_its_own_recovery() {
    let found = || Resolution::found(deployment(Identity::Pending));
    let platform = Recording::new("search-2", pending, found);
    let [own, other] = [prepare(&platform, &request()).await.unwrap(), prepare(&platform, &request()).await.unwrap()];
    send(&platform, &own).await.unwrap();
    recover(&platform, &own).await.unwrap();
    recover(&platform, &of_another_process(&other)).await.unwrap();
    assert_eq!(platform.polls(), [(false, false), (false, true)]);
}

#[tokio::test(start_paused = true)]
async fn a_poll_proves_the_state_of_its_beginning() {
    let mut platform = Recording::new("search-3", lost, absent);
    platform.poll_takes = Timing::DEFAULT.trigger_settles * 2;
    assert_eq!(deploy(&platform, &request()).await.unwrap_err().kind(), ErrorKind::NotTriggered);
    assert_eq!(platform.polls().len(), 2, "the first poll began before the trigger must have settled");
}

#[tokio::test(start_paused = true)]
async fn a_pending_deployment_that_was_recovered_overlaps_with_the_next_trigger() {
    let platform = Recording::new("left-1", accepted, || Resolution::found(deployment(Identity::Pending)));
    let intent = of_another_process(&prepare(&platform, &request()).await.unwrap());
    assert!(!platform.overlaps().await);
    recover(&platform, &intent).await.unwrap();
    assert!(platform.overlaps().await);
}

#[tokio::test(start_paused = true)]
async fn a_lost_trigger_settles_while_it_is_searched_for() {
    let platform = Recording::new("left-2", lost, || Resolution::Ambiguous("two"));
    assert_eq!(deploy(&platform, &request()).await.unwrap_err().kind(), ErrorKind::Undecidable);
    assert!(!platform.overlaps().await, "the search has lasted for as long as its deployment may appear");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_try_that_was_delivered_late_is_returned_and_nothing_is_sent() {
    let mut platform = Recording::new("earlier-1", accepted, absent);
    platform.earlier = || Some(deployment(Identity::Pending));
    assert_eq!(deploy(&platform, &request()).await.unwrap().identity, Identity::Pending);
    let intent = prepare(&platform, &request()).await.unwrap();
    assert_eq!(send(&platform, &intent).await.unwrap().identity, Identity::Pending);
    assert_eq!(platform.sent(), 0);
    assert!(platform.overlaps().await, "it is pending, and may still appear");
}

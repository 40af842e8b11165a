//! What a pending trigger remembers of the others, from its own turn on.

use super::*;

const APPEARS: Duration = Duration::from_secs(30);

fn web() -> Target {
    Target::application("web")
}

/// A trigger that was sent for an intent, and whose deployment is left behind like this.
async fn leave(place: &str, intent: &str, left: Left) {
    let mut turn = Turn::take(place, &web()).await;
    turn.for_intent(intent, None, false);
    turn.sent(APPEARS);
    turn.leave(left);
}

#[tokio::test(start_paused = true)]
async fn a_pending_trigger_remembers_the_one_before_it_unless_that_was_its_own_intents() {
    leave("remembering-1", "first", Left::new(APPEARS).with_key("first")).await;
    leave("remembering-1", "first", Left::new(APPEARS).with_key("again")).await;
    let again = Remembered::of("remembering-1").overlap("again", APPEARS);
    assert_eq!(again, None, "the first turn was for the same intent");
    leave("remembering-1", "second", Left::new(APPEARS).with_key("second")).await;
    assert_eq!(Remembered::of("remembering-1").overlap("second", APPEARS), Some(Overlap::Target));
}

#[tokio::test(start_paused = true)]
async fn a_pending_trigger_without_an_intent_remembers_the_one_before_it() {
    leave("remembering-3", "first", Left::new(APPEARS)).await;
    let mut second = Turn::take("remembering-3", &web()).await;
    second.sent(APPEARS);
    second.leave(Left::new(APPEARS).with_key("second"));
    assert_eq!(Remembered::of("remembering-3").overlap("second", APPEARS), Some(Overlap::Target));
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_waits_in_the_queue_starts_no_deployment_without_a_name() {
    leave("remembering-2", "first", Left::new(APPEARS).with_key("first")).await;
    leave("remembering-2", "second", Left::new(APPEARS).with_key("second").with_waits(true)).await;
    assert_eq!(Remembered::of("remembering-2").follower("first"), None);
    leave("remembering-2", "third", Left::new(APPEARS).with_key("third")).await;
    assert_eq!(Remembered::of("remembering-2").follower("first"), Some(true));
}

#[test]
fn a_read_is_the_last_if_it_says_that_nothing_more_will_be_known() {
    let last = |kind| is_last_read(&Err(crate::Error::new(kind, "no")), |_| false);
    assert!(last(ErrorKind::NotFound) && last(ErrorKind::Undecidable));
    assert!(!last(ErrorKind::Unavailable) && !last(ErrorKind::NoAnswer));
}

//! What a log that was followed to its end reported.

use anydeploy::{FollowEvent, Outcome, WatchEvent};

/// The texts of its lines.
pub(crate) fn lines(events: &[FollowEvent]) -> Vec<&str> {
    let mut lines = Vec::new();
    for event in events {
        if let FollowEvent::Line(line) = event {
            lines.push(line.text.as_str());
        }
    }
    lines
}

/// The outcome, which is the last event.
pub(crate) fn outcome(events: &[FollowEvent]) -> &Outcome {
    match events.last() {
        Some(FollowEvent::Watch(WatchEvent::Ended(outcome))) => outcome,
        other => panic!("the last event is {other:?}"),
    }
}

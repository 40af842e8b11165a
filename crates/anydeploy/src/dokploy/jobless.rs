//! For how long old rows that are `running` have had no job in the queue, as this process read it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Timing;

/// What the queue held for a row when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// A job of its target, at the last read.
    Job(Instant),
    /// None, from this read on.
    NoJob(Instant),
}

/// What is known of each row that may be given up, by its id.
#[derive(Debug, Default)]
pub(super) struct Jobless(Mutex<HashMap<String, Known>>);

impl Jobless {
    /// Whether the queue is worth a read for a row.
    pub(super) fn is_due(&self, row: &str, timing: &Timing) -> bool {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.get(row).is_none_or(|known| is_due(*known, Instant::now(), timing))
    }

    /// Notes what a read of the queue that began at this time showed, and returns whether the row is given up.
    pub(super) fn note(&self, row: &str, has_job: bool, began: Instant, timing: &Timing) -> bool {
        let (mut rows, now) = (self.0.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        let before = rows.get(row).copied();
        // What may be asked again is as good as unknown.
        rows.retain(|_, known| matches!(known, Known::NoJob(_)) || !is_due(*known, now, timing));
        rows.insert(row.to_owned(), after(before, has_job, now));
        !has_job && is_given_up(before, began, timing.row_appears)
    }
}

fn is_due(known: Known, now: Instant, timing: &Timing) -> bool {
    match known {
        Known::Job(at) => now.duration_since(at) >= timing.lost_after,
        Known::NoJob(since) => now.duration_since(since) >= timing.row_appears,
    }
}

fn after(before: Option<Known>, has_job: bool, now: Instant) -> Known {
    match before {
        _ if has_job => Known::Job(now),
        Some(no_job @ Known::NoJob(_)) => no_job,
        _ => Known::NoJob(now),
    }
}

/// Whether a row without a job, by a read that began at this time, had none for long enough.
///
/// Since 0.29.9 a server that starts takes requests with an empty queue, and a few seconds pass before it marks the rows that run
/// as `cancelled` (source of 0.30.2); so one read proves nothing.
fn is_given_up(before: Option<Known>, began: Instant, row_appears: Duration) -> bool {
    // A read that began before the one that is known proves nothing more.
    let Some(Known::NoJob(since)) = before else { return false };
    began.checked_duration_since(since).is_some_and(|past| past >= row_appears)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_given_up_by_two_reads_that_are_far_enough_apart() {
        let timing = Timing::default();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(100 + seconds);
        for (before, seconds, due, given_up) in [
            (None, 0, true, false),
            (Some(Known::NoJob(at(0))), 9, false, false),
            (Some(Known::NoJob(at(0))), 10, true, true),
            (Some(Known::NoJob(at(20))), 10, false, false),
            (Some(Known::Job(at(0))), 59, false, false),
            (Some(Known::Job(at(0))), 60, true, false),
        ] {
            let now = at(seconds);
            assert_eq!(before.is_none_or(|known| is_due(known, now, &timing)), due, "{before:?} {seconds}");
            assert_eq!(is_given_up(before, now, timing.row_appears), given_up, "{before:?} {seconds}");
            assert_eq!(after(before, true, now), Known::Job(now));
            let since = if let Some(Known::NoJob(since)) = before { since } else { now };
            assert_eq!(after(before, false, now), Known::NoJob(since));
        }
    }
}

//! What the harnesses have in common: the line to the server, which can lose an answer, and how long they wait.

use std::sync::Mutex;
use std::time::Duration;

use anydeploy::WatchOptions;
use anydeploy::testing::conformance::{Case, Ending};
use anydeploy_fakes::{Fault, FaultPlan, FaultyNetwork, Pace, RequestKind};

/// How fast a fake server proceeds.
pub(crate) const PACE: Pace = Pace::Every(Duration::from_millis(5));

/// The rest between two steps of a harness.
pub(crate) const STEP: Duration = Duration::from_millis(10);

/// How long what must not end is watched: many times what a deployment takes that ends.
pub(crate) const MOMENT: Duration = Duration::from_millis(500);

/// A line that loses nothing until a test says so.
pub(crate) fn to(server: &str) -> FaultyNetwork {
    FaultyNetwork::before(server, FaultPlan::calm()).unwrap()
}

/// Lets the server act on the next trigger, and resets the connection instead of the answer.
pub(crate) fn lose_next_answer(line: &FaultyNetwork) {
    line.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Trigger]).limit(1));
}

/// Takes care that the server never gets the next trigger.
pub(crate) fn lose_next_trigger(line: &FaultyNetwork) {
    line.follow(FaultPlan::always(Fault::ResetBefore).on([RequestKind::Trigger]).limit(1));
}

/// Resets the connection instead of the answer to the next write, or before the server gets it.
pub(crate) fn lose_next_write(line: &FaultyNetwork, acted_on: bool) {
    let fault = if acted_on { Fault::ResetAfter } else { Fault::ResetBefore };
    line.follow(FaultPlan::always(fault).on([RequestKind::Write]).limit(1));
}

/// Resets the connection instead of the answer to the next read.
pub(crate) fn lose_next_read(line: &FaultyNetwork) {
    line.follow(FaultPlan::always(Fault::ResetAfter).on([RequestKind::Read]).limit(1));
}

/// Names a case where the output of a failed test is shown.
#[expect(clippy::print_stdout, reason = "nine suites at once would fill the standard error")]
pub(crate) fn name(case: &Case) {
    println!("conformance: {}", case.name);
}

pub(crate) fn quick() -> WatchOptions {
    WatchOptions::within(Duration::from_secs(30)).with_intervals(Duration::from_millis(5), Duration::from_millis(20))
}

/// Targets that something befalls in the middle of a deployment.
#[derive(Default)]
pub(crate) struct Doomed(Mutex<Vec<Doom>>);

struct Doom {
    target: String,
    ending: Ending,
    /// How many requests had come when the deployment was first seen to run.
    running_since: Option<u64>,
}

impl Doomed {
    /// More requests than it takes to trigger a deployment, so that after so many it is being watched.
    const REQUESTS: u64 = 20;

    pub(crate) fn add(&self, target: &str, ending: Ending) {
        self.0.lock().unwrap().push(Doom { target: target.to_owned(), ending, running_since: None });
    }

    /// Takes out what has been running for some requests by now.
    pub(crate) fn due(&self, line: &FaultyNetwork, runs: impl Fn(&str) -> bool) -> Vec<(String, Ending)> {
        let now = line.exchanges();
        let mut doomed = self.0.lock().unwrap();
        for doom in doomed.iter_mut().filter(|doom| doom.running_since.is_none() && runs(&doom.target)) {
            doom.running_since = Some(now);
        }
        let due = doomed.extract_if(.., |doom| {
            doom.running_since.is_some_and(|running_since| now >= running_since + Self::REQUESTS)
        });
        due.map(|doom| (doom.target, doom.ending)).collect()
    }
}

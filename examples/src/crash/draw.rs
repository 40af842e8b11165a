//! What is drawn for a run: what happens in it, and when the first process is interrupted.

use std::time::Duration;

use fastrand::Rng;

use super::task::Step;

/// What happens between the first process and the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scenario {
    /// The second process recovers at once.
    AtOnce,
    /// An hour passes.
    HourLater,
    /// An hour passes, and others deploy the same target ten times.
    AfterTenMore,
    /// Another program deploys the same target between the baseline and the trigger of the first process.
    BesideAnother,
    /// The first process hangs; the second one takes over, and then the first one goes on.
    TakenOver,
}

impl Scenario {
    pub(super) const ALL: [Self; 5] =
        [Self::AtOnce, Self::HourLater, Self::AfterTenMore, Self::BesideAnother, Self::TakenOver];

    /// Its name in the figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::HourLater => "hour_later",
            Self::AfterTenMore => "after_ten_more",
            Self::BesideAnother => "beside_another",
            Self::TakenOver => "taken_over",
        }
    }

    /// Whether nobody else deploys the target while the trigger may be acted on.
    pub(super) fn has_one_caller(self) -> bool {
        self != Self::BesideAnother
    }
}

/// When the first process is interrupted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// When it has come so far, where it waits until its parent lets it go on.
    At(Step),
    /// This part of the time that a whole child takes, from its start, or from the step at which its parent let it go on.
    During(f64),
    /// So long after the server has taken the trigger.
    Triggered(Duration),
}

/// What is drawn for a run.
#[derive(Debug)]
pub(super) struct Draw {
    pub(super) scenario: Scenario,
    pub(super) moment: Moment,
    pub(super) target: usize,
    pub(super) rng: Rng,
}

impl Draw {
    pub(super) fn new(seed: u64, targets: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scenario = Scenario::ALL[rng.usize(..Scenario::ALL.len())];
        let moment = match (rng.u8(..12), scenario) {
            (0, Scenario::AtOnce | Scenario::HourLater | Scenario::AfterTenMore) => Moment::At(Step::Prepared),
            (1..3, Scenario::AtOnce | Scenario::HourLater | Scenario::AfterTenMore) | (0..4, Scenario::TakenOver) => {
                Moment::At(Step::Stored)
            }
            (3, Scenario::AtOnce | Scenario::HourLater | Scenario::AfterTenMore) | (0, Scenario::BesideAnother) => {
                Moment::At(Step::Answered)
            }
            // An answer of the fake takes about a millisecond.
            (4..8, _) => Moment::Triggered(Duration::from_millis(rng.u64(..8).saturating_sub(4))),
            _ => Moment::During(rng.f64()),
        };
        let target = rng.usize(..targets);
        Self { scenario, moment, target, rng }
    }

    /// Where the first process waits until its parent lets it go on.
    pub(super) fn waits_at(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Moment::At(step) = self.moment {
            steps.push(step);
        }
        // What happens between the baseline and the trigger happens here; and what hangs has an intent.
        if matches!(self.scenario, Scenario::BesideAnother | Scenario::TakenOver) && !steps.contains(&Step::Stored) {
            steps.push(Step::Stored);
        }
        steps
    }
}

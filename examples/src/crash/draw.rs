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
    /// An hour passes, and others deploy the same target forty times.
    AfterFortyMore,
    /// The network holds the trigger when the first process dies, and delivers it while the second one searches.
    OnItsWay,
    /// Another program deploys the same target between the baseline and the trigger of the first process.
    BesideAnother,
    /// The first process hangs; the second one takes over, and then the first one goes on.
    TakenOver,
}

impl Scenario {
    pub(super) const ALL: [Self; 7] = [
        Self::AtOnce,
        Self::HourLater,
        Self::AfterTenMore,
        Self::AfterFortyMore,
        Self::OnItsWay,
        Self::BesideAnother,
        Self::TakenOver,
    ];

    /// Its name in the figures.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::HourLater => "hour_later",
            Self::AfterTenMore => "after_ten_more",
            Self::AfterFortyMore => "after_forty_more",
            Self::OnItsWay => "on_its_way",
            Self::BesideAnother => "beside_another",
            Self::TakenOver => "taken_over",
        }
    }

    /// How often others deploy the target before the second process starts.
    pub(super) fn later_deployments(self) -> usize {
        match self {
            Self::AfterTenMore => 10,
            // Coolify's adapter reads at most 30 rows in the search of a process that has just sent.
            Self::AfterFortyMore => 40,
            _ => 0,
        }
    }

    /// Whether an hour passes before the second process starts.
    pub(super) fn is_later(self) -> bool {
        matches!(self, Self::HourLater | Self::AfterTenMore | Self::AfterFortyMore)
    }

    /// Whether something happens when the first process has stored its intent and sent nothing.
    pub(super) fn begins_when_stored(self) -> bool {
        matches!(self, Self::OnItsWay | Self::BesideAnother | Self::TakenOver)
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
    /// So long after the network has taken the trigger, which it holds.
    Held(Duration),
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
    /// What a seed determines, with this timeout of a request.
    pub(super) fn new(seed: u64, targets: usize, timeout: Duration) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scenario = Scenario::ALL[rng.usize(..Scenario::ALL.len())];
        let moment = match (rng.u8(..12), scenario) {
            // Half of them die while they wait for the answer, the others while they search for their deployment.
            (_, Scenario::OnItsWay) => Moment::Held(timeout.mul_f64(2.0 * rng.f64())),
            (0..4, Scenario::TakenOver) => Moment::At(Step::Stored),
            (0, Scenario::BesideAnother) => Moment::At(Step::Answered),
            (0, scenario) if !scenario.begins_when_stored() => Moment::At(Step::Prepared),
            (1..3, scenario) if !scenario.begins_when_stored() => Moment::At(Step::Stored),
            (3, scenario) if !scenario.begins_when_stored() => Moment::At(Step::Answered),
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
        if self.scenario.begins_when_stored() && !steps.contains(&Step::Stored) {
            steps.push(Step::Stored);
        }
        steps
    }
}

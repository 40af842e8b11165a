//! The fate of each exchange, drawn from the seed, and the record of what was injected.

use fastrand::Rng;

use super::fault::Fault;
use super::injected::Injected;
use super::kind::RequestKind;
use super::plan::{FaultPlan, Shape};

/// What a network has decided and done so far.
pub(super) struct Ledger {
    pub(super) injected: Vec<Injected>,
    pub(super) exchanges: u64,
    plan: FaultPlan,
    decks: [Deck; 3],
    faults: u64,
}

/// The fates of one kind of requests, to be drawn one by one.
struct Deck {
    rng: Rng,
    drawn: u64,
}

/// What shall become of one exchange.
pub(super) struct Fate {
    pub(super) number: u64,
    pub(super) fault: Option<Fault>,
    pub(super) shape: Shape,
}

impl Ledger {
    pub(super) fn new(plan: FaultPlan) -> Self {
        Self { injected: Vec::new(), exchanges: 0, decks: decks(plan.seed), faults: 0, plan }
    }

    pub(super) fn follow(&mut self, plan: FaultPlan) {
        self.decks = decks(plan.seed);
        self.faults = 0;
        self.plan = plan;
    }

    /// The fate of the next exchange of this kind.
    pub(super) fn draw(&mut self, kind: RequestKind) -> Fate {
        let plan = &self.plan;
        let deck = &mut self.decks[match kind {
            RequestKind::Trigger => 0,
            RequestKind::Read => 1,
            RequestKind::Other => 2,
        }];
        // Both are drawn whatever comes of it, so that the n-th fate does not depend on those before it.
        let hit = deck.rng.f64() < plan.rate;
        let choice = deck.rng.choice(&plan.faults).copied();
        deck.drawn += 1;
        self.exchanges += 1;
        let fault = choice.filter(|_| hit && self.faults < plan.limit && plan.kinds.contains(&kind));
        self.faults += u64::from(fault.is_some());
        Fate { number: deck.drawn, fault, shape: plan.shape }
    }
}

/// One deck for each kind, in the order of [`RequestKind::ALL`].
fn decks(seed: u64) -> [Deck; 3] {
    let mut seeds = Rng::with_seed(seed);
    RequestKind::ALL.map(|_| Deck { rng: seeds.fork(), drawn: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(plan: FaultPlan, kind: RequestKind, times: usize) -> Vec<Option<Fault>> {
        let mut ledger = Ledger::new(plan);
        (0..times).map(|_| ledger.draw(kind).fault).collect()
    }

    #[test]
    fn a_seed_determines_the_fates_and_another_seed_others() {
        let fates = |seed| drawn(FaultPlan::seeded(seed), RequestKind::Read, 200);
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn exchanges_of_another_kind_change_no_fate() {
        let plain = drawn(FaultPlan::seeded(3), RequestKind::Trigger, 100);
        let mut ledger = Ledger::new(FaultPlan::seeded(3));
        let mut mixed = Vec::new();
        for _ in 0..100 {
            ledger.draw(RequestKind::Read);
            ledger.draw(RequestKind::Other);
            mixed.push(ledger.draw(RequestKind::Trigger).fault);
        }
        assert_eq!(plain, mixed);
    }

    #[test]
    fn a_higher_rate_only_adds_faults() {
        let few = drawn(FaultPlan::seeded(4).rate(0.1), RequestKind::Read, 500);
        let many = drawn(FaultPlan::seeded(4).rate(0.5), RequestKind::Read, 500);
        assert!(few.iter().zip(&many).all(|(few, many)| few.is_none() || few == many));
        assert!(few.iter().flatten().count() < many.iter().flatten().count());
    }

    #[test]
    fn the_rate_is_kept_and_every_fault_comes() {
        let fates = drawn(FaultPlan::seeded(5).rate(0.2), RequestKind::Trigger, 20_000);
        let hits: Vec<Fault> = fates.into_iter().flatten().collect();
        assert!((3_800..4_200).contains(&hits.len()), "{}", hits.len());
        for fault in Fault::ALL {
            let times = hits.iter().filter(|hit| **hit == fault).count();
            assert!((90..220).contains(&times), "{fault:?} came {times} times");
        }
    }

    #[test]
    fn limit_and_kinds_narrow_a_plan_down() {
        let plan = FaultPlan::always(Fault::Truncated).on([RequestKind::Trigger]).limit(2);
        let mut ledger = Ledger::new(plan);
        let mut hits = |kind| ledger.draw(kind).fault.is_some();
        assert!(!hits(RequestKind::Read));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Other));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Trigger));
    }
}

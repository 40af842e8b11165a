//! The fate of each exchange, drawn from the seed, and the record of what was injected.

use std::time::Duration;

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
    /// How long after its client has given up the request is delivered, if it is late.
    pub(super) late: Duration,
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

    /// Puts a fault on record, and returns its place there.
    pub(super) fn record(&mut self, injected: Injected) -> usize {
        self.injected.push(injected);
        self.injected.len() - 1
    }

    /// Takes note that the server got one more delivery of the request that this fault hit.
    pub(super) fn delivered(&mut self, record: usize) {
        if let Some(injected) = self.injected.get_mut(record) {
            injected.deliveries += 1;
        }
    }

    /// The fate of the next exchange of this kind.
    pub(super) fn draw(&mut self, kind: RequestKind, path: &str) -> Fate {
        let plan = &self.plan;
        let deck = &mut self.decks[match kind {
            RequestKind::Trigger => 0,
            RequestKind::Read => 1,
            RequestKind::Other => 2,
        }];
        // All three are drawn whatever comes of it, so that the n-th fate does not depend on those before it.
        let hit = deck.rng.f64() < plan.rate;
        let choice = deck.rng.choice(&plan.faults).copied();
        let late = plan.shape.late_by(deck.rng.f64());
        deck.drawn += 1;
        self.exchanges += 1;
        let can_hit = |fault: &Fault| match fault {
            Fault::NotFound => kind == RequestKind::Read && plan.shape.may_miss(path),
            _ => true,
        };
        let chosen = choice.filter(|_| hit && self.faults < plan.limit && plan.kinds.contains(&kind));
        let fault = chosen.filter(can_hit);
        self.faults += u64::from(fault.is_some());
        Fate { number: deck.drawn, fault, shape: plan.shape, late }
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
        (0..times).map(|_| ledger.draw(kind, "/").fault).collect()
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
            ledger.draw(RequestKind::Read, "/");
            ledger.draw(RequestKind::Other, "/");
            mixed.push(ledger.draw(RequestKind::Trigger, "/").fault);
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
        let fates = drawn(FaultPlan::seeded(5).rate(0.2), RequestKind::Read, 20_000);
        let hits: Vec<Fault> = fates.into_iter().flatten().collect();
        assert!((3_800..4_200).contains(&hits.len()), "{}", hits.len());
        for fault in Fault::ALL {
            let times = hits.iter().filter(|hit| **hit == fault).count();
            assert!((90..220).contains(&times), "{fault:?} came {times} times");
        }
    }

    #[test]
    fn a_missing_route_is_missing_for_reads_alone_and_the_others_go_on() {
        let plan = FaultPlan::always(Fault::NotFound).not_found("/api/v1/deployments/*", "{}");
        let mut ledger = Ledger::new(plan);
        let mut hits = |kind, path| ledger.draw(kind, path).fault.is_some();
        assert!(hits(RequestKind::Read, "/api/v1/deployments/a?b=c/d"));
        assert!(!hits(RequestKind::Read, "/api/v1/deployments"));
        assert!(!hits(RequestKind::Read, "/api/v1/deployments/applications/a"));
        assert!(!hits(RequestKind::Other, "/api/v1/deployments/a"));
        assert!(!hits(RequestKind::Trigger, "/api/v1/deployments/a"));
    }

    #[test]
    fn late_deliveries_come_within_their_bounds_and_twice_as_late_as_often() {
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(64));
        let mut ledger = Ledger::new(FaultPlan::always(Fault::LateDelivery).late(least..=most));
        let late: Vec<Duration> = (0..3000).map(|_| ledger.draw(RequestKind::Trigger, "/").late).collect();
        assert!(late.iter().all(|late| (least..=most).contains(late)));
        let early = late.iter().filter(|late| **late < least * 8).count();
        assert!((1400..1600).contains(&early), "{early}");
    }

    #[test]
    fn limit_and_kinds_narrow_a_plan_down() {
        let plan = FaultPlan::always(Fault::Truncated).on([RequestKind::Trigger]).limit(2);
        let mut ledger = Ledger::new(plan);
        let mut hits = |kind| ledger.draw(kind, "/").fault.is_some();
        assert!(!hits(RequestKind::Read));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Other));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Trigger));
    }
}

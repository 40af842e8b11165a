//! Which exchanges a fault hits: one sequence for each kind of request, all determined by the seed of the plan.

use std::time::Duration;

use fastrand::Rng;

use super::fault::Fault;
use super::kind::RequestKind;
use super::plan::{FaultPlan, Shape};

/// The faults of a plan, exchange by exchange.
pub(super) struct FaultSequence {
    plan: FaultPlan,
    kinds: [KindSequence; 4],
    /// How many faults there were so far.
    faults: u64,
}

/// The faults of one kind of request.
struct KindSequence {
    rng: Rng,
    exchanges: u64,
}

/// What goes wrong with one exchange, if anything does.
pub(super) struct NextFault {
    /// The number of the exchange among those of its kind, from 1.
    pub(super) number: u64,
    pub(super) fault: Option<Fault>,
    pub(super) shape: Shape,
    /// How long after its client has given up the request is delivered, if it is late.
    pub(super) late: Duration,
}

impl FaultSequence {
    pub(super) fn new(plan: FaultPlan) -> Self {
        let mut seeds = Rng::with_seed(plan.seed);
        let kinds = RequestKind::ALL.map(|_| KindSequence { rng: seeds.fork(), exchanges: 0 });
        Self { plan, kinds, faults: 0 }
    }

    /// Decides on the next exchange of this kind.
    pub(super) fn next_fault(&mut self, kind: RequestKind, path: &str) -> NextFault {
        let plan = &self.plan;
        // In the order of `RequestKind::ALL`.
        let of_kind = &mut self.kinds[match kind {
            RequestKind::Trigger => 0,
            RequestKind::Read => 1,
            RequestKind::Other => 2,
            RequestKind::Write => 3,
        }];
        // Every exchange takes three numbers, used or not, so that the n-th one does not depend on those before it.
        let hit = of_kind.rng.f64() < plan.rate;
        let choice = of_kind.rng.choice(&plan.faults).copied();
        let late = plan.shape.late_by(of_kind.rng.f64());
        of_kind.exchanges += 1;
        let can_hit = |fault: &Fault| match fault {
            Fault::NotFound => kind == RequestKind::Read && plan.shape.may_miss(path),
            _ => true,
        };
        let chosen = choice.filter(|_| hit && self.faults < plan.limit && plan.kinds.contains(&kind));
        let fault = chosen.filter(can_hit);
        self.faults += u64::from(fault.is_some());
        NextFault { number: of_kind.exchanges, fault, shape: plan.shape, late }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(plan: FaultPlan, kind: RequestKind, times: usize) -> Vec<Option<Fault>> {
        let mut sequence = FaultSequence::new(plan);
        (0..times).map(|_| sequence.next_fault(kind, "/").fault).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_seed_gives_others() {
        let of_seed = |seed| faults(FaultPlan::seeded(seed), RequestKind::Read, 200);
        assert_eq!(of_seed(1), of_seed(1));
        assert_ne!(of_seed(1), of_seed(2));
    }

    #[test]
    fn exchanges_of_another_kind_change_no_fault() {
        let plain = faults(FaultPlan::seeded(3), RequestKind::Trigger, 100);
        let mut sequence = FaultSequence::new(FaultPlan::seeded(3));
        let mut mixed = Vec::new();
        for _ in 0..100 {
            sequence.next_fault(RequestKind::Read, "/");
            sequence.next_fault(RequestKind::Other, "/");
            mixed.push(sequence.next_fault(RequestKind::Trigger, "/").fault);
        }
        assert_eq!(plain, mixed);
    }

    #[test]
    fn a_higher_rate_only_adds_faults() {
        let few = faults(FaultPlan::seeded(4).rate(0.1), RequestKind::Read, 500);
        let many = faults(FaultPlan::seeded(4).rate(0.5), RequestKind::Read, 500);
        assert!(few.iter().zip(&many).all(|(few, many)| few.is_none() || few == many));
        assert!(few.iter().flatten().count() < many.iter().flatten().count());
    }

    #[test]
    fn every_fault_comes_and_the_rate_is_kept() {
        let faults = faults(FaultPlan::seeded(5).rate(0.2), RequestKind::Read, 20_000);
        let hits: Vec<Fault> = faults.into_iter().flatten().collect();
        assert!((3_800..4_200).contains(&hits.len()), "{}", hits.len());
        for fault in Fault::ALL {
            let times = hits.iter().filter(|hit| **hit == fault).count();
            assert!((90..220).contains(&times), "{fault:?} came {times} times");
        }
    }

    #[test]
    fn only_reads_of_the_missing_route_are_not_found() {
        let plan = FaultPlan::always(Fault::NotFound).not_found("/api/v1/deployments/*", "{}");
        let mut sequence = FaultSequence::new(plan);
        let mut hits = |kind, path| sequence.next_fault(kind, path).fault.is_some();
        assert!(hits(RequestKind::Read, "/api/v1/deployments/a?b=c/d"));
        assert!(!hits(RequestKind::Read, "/api/v1/deployments"));
        assert!(!hits(RequestKind::Read, "/api/v1/deployments/applications/a"));
        assert!(!hits(RequestKind::Other, "/api/v1/deployments/a"));
        assert!(!hits(RequestKind::Trigger, "/api/v1/deployments/a"));
    }

    #[test]
    fn late_deliveries_come_within_their_bounds_and_twice_as_late_as_often() {
        let (least, most) = (Duration::from_secs(1), Duration::from_secs(64));
        let mut sequence = FaultSequence::new(FaultPlan::always(Fault::LateDelivery).late(least..=most));
        let late: Vec<Duration> = (0..3000).map(|_| sequence.next_fault(RequestKind::Trigger, "/").late).collect();
        assert!(late.iter().all(|late| (least..=most).contains(late)));
        let early = late.iter().filter(|late| **late < least * 8).count();
        assert!((1400..1600).contains(&early), "{early}");
    }

    #[test]
    fn a_plan_hits_only_its_kinds_and_only_up_to_its_limit() {
        let plan = FaultPlan::always(Fault::Truncated).on([RequestKind::Trigger]).limit(2);
        let mut sequence = FaultSequence::new(plan);
        let mut hits = |kind| sequence.next_fault(kind, "/").fault.is_some();
        assert!(!hits(RequestKind::Read));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Other));
        assert!(hits(RequestKind::Trigger));
        assert!(!hits(RequestKind::Trigger));
    }
}

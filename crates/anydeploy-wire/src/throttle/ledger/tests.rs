//! The decisions of the ledger, as tables and as properties.

use fastrand::Rng;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

fn ledger(budget: Budget) -> Ledger {
    Ledger::new(budget, None, Rng::with_seed(7))
}

/// A ledger that has sent so many reads, which were all answered with this at `now`.
fn after(budget: Budget, reads: u32, standing: Standing, now: Instant) -> Ledger {
    let mut ledger = ledger(budget);
    for _ in 0..reads {
        let known = ledger.send(Class::Read, now);
        ledger.end(Class::Read, known, Ended::Answered(standing), now);
    }
    ledger
}

fn remaining(remaining: u32) -> Standing {
    Standing { limit: Some(200), remaining: Some(remaining), ..Standing::default() }
}

/// How long a request waits, in seconds.
fn wait(ledger: &Ledger, class: Class, now: Instant) -> u64 {
    (ledger.slot(class, 0, now).at - now).as_secs()
}

#[test]
fn triggers_may_use_the_headroom_that_reads_leave_to_others() {
    let now = Instant::now();
    for (sent, trigger, read) in [(0, 0, 0), (159, 0, 0), (160, 0, 60), (199, 0, 60), (200, 60, 60)] {
        let ledger = after(Budget::new(200, MINUTE), sent, Standing::default(), now);
        let waits = [Class::Trigger, Class::Read, Class::Tick].map(|class| wait(&ledger, class, now));
        assert_eq!(waits[..2], [trigger, read], "{sent}");
        assert!(waits[2] >= waits[1], "{sent}");
    }
}

#[test]
fn a_request_on_the_way_counts_until_a_window_after_its_end() {
    let (start, mut ledger) = (Instant::now(), ledger(Budget::new(1, MINUTE)));
    let known = ledger.send(Class::Read, start);
    let later = start + MINUTE * 2;
    assert_eq!(wait(&ledger, Class::Read, later), 60);
    ledger.end(Class::Read, known, Ended::Unanswered, later);
    assert_eq!(wait(&ledger, Class::Read, later), 60);
    assert_eq!(wait(&ledger, Class::Read, later + MINUTE), 0);
}

#[test]
fn a_request_that_was_not_sent_costs_nothing() {
    let (now, mut ledger) = (Instant::now(), ledger(Budget::new(1, MINUTE)));
    let known = ledger.send(Class::Read, now);
    ledger.end(Class::Read, known, Ended::NotSent, now);
    assert_eq!(ledger.slot(Class::Read, 0, now), Slot { at: now, is_full: false });
}

#[test]
fn requests_that_go_before_count_as_sent() {
    let now = Instant::now();
    let ledger = after(Budget::new(10, MINUTE).with_headroom(0), 8, Standing::default(), now);
    for (ahead, wait) in [(0, 0), (1, 0), (2, 60), (10, 60), (11, 66), (110, 660)] {
        assert_eq!((ledger.slot(Class::Read, ahead, now).at - now).as_secs(), wait, "{ahead}");
    }
}

#[test]
fn connections_are_bounded_and_some_are_kept_for_triggers() {
    for (max, reads, triggers) in [(None, 14, 16), (Some(8), 7, 8), (Some(1), 1, 1), (Some(0), 1, 1)] {
        let (now, mut ledger) = (Instant::now(), Ledger::new(Budget::unlimited(), max, Rng::with_seed(7)));
        let mut on_the_way = 0;
        for (class, bound) in [(Class::Tick, reads), (Class::Read, reads), (Class::Trigger, triggers)] {
            while !ledger.slot(class, 0, now).is_full {
                ledger.send(class, now);
                on_the_way += 1;
            }
            assert_eq!(on_the_way, bound, "{max:?} {class:?}");
        }
    }
}

#[test]
fn of_two_connections_that_share_a_credential_the_stricter_bound_holds() {
    let default = MAX_IN_FLIGHT;
    for (first, second, holds) in
        [(None, None, default), (None, Some(99), 99), (Some(4), None, 4), (Some(4), Some(2), 2), (Some(2), Some(4), 2)]
    {
        let mut ledger = Ledger::new(Budget::unlimited(), first, Rng::with_seed(7));
        ledger.merge(Budget::unlimited(), second);
        assert_eq!(ledger.max_in_flight(Class::Trigger), holds, "{first:?} {second:?}");
    }
}

#[test]
fn the_last_of_what_others_leave_is_for_triggers() {
    let now = Instant::now();
    // Ours is one of the requests that are used, and the window ends a minute after its answer.
    for (left, trigger, read, tick) in [(41, 0, 0, 0), (40, 0, 60, 60), (1, 0, 60, 60), (0, 60, 60, 60)] {
        let mut ledger = after(Budget::assumed(200, MINUTE), 1, remaining(left), now);
        ledger.last_tick = None;
        let waits = [Class::Trigger, Class::Read, Class::Tick].map(|class| wait(&ledger, class, now));
        assert_eq!(waits, [trigger, read, tick], "{left}");
    }
}

#[test]
fn reads_on_a_shared_credential_keep_to_their_part_until_they_are_answered() {
    let now = Instant::now();
    let mut alone = after(Budget::assumed(200, MINUTE), 1, remaining(199), now);
    // A twentieth of half of what is left for reads: (160 - 40) / 2 / 20.
    let mut shared = after(Budget::assumed(200, MINUTE), 2, remaining(160), now);
    let mut stale = after(Budget::assumed(200, MINUTE), 2, remaining(160), now - FRESH - Duration::from_millis(1));
    for (ledger, burst) in [(&mut alone, 14), (&mut shared, 3), (&mut stale, 1)] {
        let mut sent = 0;
        while !ledger.slot(Class::Read, 0, now).is_full {
            ledger.send(Class::Read, now);
            sent += 1;
        }
        assert_eq!(sent, burst);
        assert!(!ledger.slot(Class::Trigger, 0, now).is_full, "a trigger is not held back");
    }
    // Of a new window nothing is known, so that one goes first.
    let mut next = after(Budget::assumed(200, MINUTE), 1, remaining(100), now);
    let now = now + MINUTE;
    assert!(!next.slot(Class::Read, 0, now).is_full);
    next.send(Class::Read, now);
    assert!(next.slot(Class::Read, 0, now).is_full);
}

#[test]
fn a_limit_that_an_answer_names_corrects_the_budget() {
    let now = Instant::now();
    let standing = |limit| Standing { limit: Some(limit), ..Standing::default() };
    for (budget, limit, room) in [
        (Budget::assumed(200, MINUTE), 60, 48),
        (Budget::assumed(200, MINUTE), 1000, 800),
        (Budget::new(200, MINUTE), 60, 48),
        (Budget::new(200, MINUTE), 1000, 160),
    ] {
        for (sent, waits) in [(room - 1, false), (room, true)] {
            let ledger = after(budget, sent, standing(limit), now);
            assert_eq!(wait(&ledger, Class::Read, now) > 0, waits, "{budget:?} {limit} {sent}");
        }
    }
}

#[test]
fn an_answer_that_names_no_limit_takes_back_none() {
    let now = Instant::now();
    let named = Standing { limit: Some(60), ..Standing::default() };
    let mut ledger = after(Budget::assumed(200, MINUTE), 47, named, now);
    assert_eq!(wait(&ledger, Class::Read, now), 0);
    let known = ledger.send(Class::Read, now);
    ledger.end(Class::Read, known, Ended::Answered(Standing::default()), now);
    assert_eq!(wait(&ledger, Class::Read, now), 60);
}

#[test]
fn ticks_slow_down_before_the_budget_is_used_up() {
    let now = Instant::now();
    let interval = |used| {
        let mut ledger = after(Budget::new(200, MINUTE), used, Standing::default(), now);
        let known = ledger.send(Class::Tick, now);
        ledger.end(Class::Tick, known, Ended::Unanswered, now);
        (ledger.slot(Class::Tick, 0, now).at - now).as_millis()
    };
    // Of the 160 for reads, 29 are kept for the next ticks.
    assert_eq!([0, 60, 118].map(interval), [153, 285, 1666]);
    let slowed = [110, 115, 119, 125, 129].map(interval);
    assert!(slowed.is_sorted() && slowed[0] == 1000 && slowed[4] == 2000, "{slowed:?}");
}

#[test]
fn reads_leave_room_for_the_slowest_ticks_if_there_are_any() {
    let now = Instant::now();
    for (has_ticks, room) in [(false, 160), (true, 130)] {
        let mut ledger = ledger(Budget::new(200, MINUTE));
        if has_ticks {
            let known = ledger.send(Class::Tick, now);
            ledger.end(Class::Tick, known, Ended::NotSent, now);
        }
        for _ in 0..room {
            assert_eq!(wait(&ledger, Class::Read, now), 0);
            let known = ledger.send(Class::Read, now);
            ledger.end(Class::Read, known, Ended::Unanswered, now);
        }
        assert_eq!(wait(&ledger, Class::Read, now), 60, "{has_ticks}");
        assert_eq!(wait(&ledger, Class::Tick, now) <= 2, has_ticks);
    }
}

#[test]
fn reads_leave_room_in_the_window_of_the_server_for_the_ticks_until_its_end() {
    let now = Instant::now();
    // 40 are the headroom, and of the ticks of half a window, which are 15, our part is 12.
    for (left, seconds) in [(53, 0), (52, 30), (41, 30)] {
        let mut ledger = ledger(Budget::assumed(200, MINUTE));
        for used in 1..=120 {
            let known = ledger.send(Class::Read, now);
            ledger.end(Class::Read, known, Ended::Answered(remaining(200 - used)), now);
        }
        let later = now + MINUTE / 2;
        let tick = ledger.send(Class::Tick, later);
        ledger.end(Class::Tick, tick, Ended::Answered(remaining(left)), later);
        assert_eq!(wait(&ledger, Class::Read, later), seconds, "{left}");
    }
}

#[test]
fn a_refusal_holds_everything_back_and_then_lets_one_after_the_other_go() {
    let now = Instant::now();
    let wait = Duration::from_secs(20);
    let standing = Standing { is_refusal: true, wait: Some(wait), remaining: Some(0), ..Standing::default() };
    let mut ledger = after(Budget::assumed(200, MINUTE), 1, standing, now);
    let first = ledger.slot(Class::Trigger, 0, now).at;
    assert!(first >= now + wait && first <= now + wait + wait / 10, "{:?}", first - now);
    // The second in the queue is expected a mean interval later.
    let second = ledger.slot(Class::Trigger, 1, now).at;
    assert_eq!(second - first, MINUTE / 200);
    let mut at = first;
    let mut gaps = Vec::new();
    for _ in 0..20 {
        let known = ledger.send(Class::Read, at);
        ledger.end(Class::Read, known, Ended::Answered(remaining(150)), at);
        let next = ledger.slot(Class::Read, 0, at).at;
        gaps.push((next - at).as_millis());
        at = next;
    }
    assert!(gaps.iter().all(|gap| (150..=450).contains(gap)), "{gaps:?}");
    gaps.dedup();
    assert!(gaps.len() > 10, "the gaps differ: {gaps:?}");
    let known = ledger.send(Class::Read, first + SPREAD);
    ledger.end(Class::Read, known, Ended::Unanswered, first + SPREAD);
    assert_eq!(ledger.slot(Class::Trigger, 0, first + SPREAD).at, first + SPREAD, "for a minute");
}

#[test]
fn a_shorter_wait_that_is_asked_for_later_lets_nothing_go_earlier() {
    let (now, mut ledger) = (Instant::now(), ledger(Budget::assumed(200, MINUTE)));
    let sent = [20, 2].map(|seconds| (ledger.send(Class::Read, now), Duration::from_secs(seconds)));
    for (known, wait) in sent {
        let standing = Standing { is_refusal: true, wait: Some(wait), ..Standing::default() };
        ledger.end(Class::Read, known, Ended::Answered(standing), now);
    }
    assert!(wait(&ledger, Class::Trigger, now) >= 20);
}

#[test]
fn an_absurd_wait_holds_everything_back_for_a_window_at_most() {
    let now = Instant::now();
    let standing = Standing { is_refusal: true, wait: Some(Duration::from_hours(24)), ..Standing::default() };
    for budget in [Budget::new(200, MINUTE), Budget::unknown()] {
        let wait = after(budget, 1, standing, now).slot(Class::Trigger, 0, now).at - now;
        assert!(wait >= MINUTE && wait <= MINUTE + Duration::from_secs(5), "{wait:?}");
    }
    assert_eq!(wait(&after(Budget::unlimited(), 1, standing, now), Class::Trigger, now), 0);
}

#[test]
fn an_unlimited_budget_heeds_no_remaining() {
    let now = Instant::now();
    let ledger = after(Budget::unlimited(), 1000, remaining(0), now);
    assert_eq!(ledger.slot(Class::Tick, 0, now), Slot { at: now, is_full: false });
}

/// A request: the milliseconds since the one before, its class, and when it is counted and when it ends.
type Request = (u64, u8, u64, u64);

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let pause = prop_oneof![4 => 0..20_u64, 1 => 0..5_000_u64, 1 => 0..70_000_u64];
    proptest::collection::vec((pause, 0..3_u8, 0..3_000_u64, 0..3_000_u64), 1..200)
}

proptest! {
    #[test]
    fn no_window_ever_holds_more_than_the_budget(requests in requests(), limit in 1..30_u32, per in 100..60_000_u64) {
        let per = Duration::from_millis(per);
        let mut ledger = Ledger::new(Budget::new(limit, per), None, Rng::with_seed(7));
        let mut now = Instant::now();
        let mut on_the_way: Vec<(Instant, Class, Known)> = Vec::new();
        let (mut all, mut reads) = (Vec::new(), Vec::new());
        for (pause, class, counted, rest) in requests {
            now += Duration::from_millis(pause);
            on_the_way.sort_by_key(|(end, ..)| *end);
            while on_the_way.first().is_some_and(|(end, ..)| *end <= now) {
                let (end, class, known) = on_the_way.remove(0);
                ledger.end(class, known, Ended::Unanswered, end);
            }
            let class = [Class::Trigger, Class::Read, Class::Tick][usize::from(class)];
            if ledger.slot(class, 0, now) == (Slot { at: now, is_full: false }) {
                let known = ledger.send(class, now);
                let counted = now + Duration::from_millis(counted);
                on_the_way.push((counted + Duration::from_millis(rest), class, known));
                all.push(counted);
                if class != Class::Trigger {
                    reads.push(counted);
                }
            }
        }
        let headroom = limit / 5;
        for (mut counted, limit) in [(all, limit), (reads, (limit - headroom).max(1))] {
            counted.sort();
            let limit = usize::try_from(limit).unwrap();
            for window in counted.windows(limit + 1) {
                prop_assert!(window[limit] - window[0] >= per, "{} within {:?}", limit + 1, window[limit] - window[0]);
            }
        }
    }

    #[test]
    fn time_alone_lets_every_request_go(requests in requests(), limit in 1..30_u32) {
        let mut ledger = Ledger::new(Budget::assumed(limit, MINUTE), None, Rng::with_seed(7));
        let mut now = Instant::now();
        for (pause, class, left, rest) in requests {
            now += Duration::from_millis(pause);
            let class = [Class::Trigger, Class::Read, Class::Tick][usize::from(class)];
            // Nothing is on the way, so that time alone has to let it go.
            let slot = ledger.slot(class, 0, now);
            prop_assert!(!slot.is_full);
            prop_assert!(slot.at <= now + MINUTE, "{:?}", slot.at - now);
            now = slot.at;
            prop_assert_eq!(ledger.slot(class, 0, now), Slot { at: now, is_full: false });
            let known = ledger.send(class, now);
            now += Duration::from_millis(rest);
            let left = u32::try_from(left).unwrap() % (limit + 1);
            ledger.end(class, known, Ended::Answered(Standing { remaining: Some(left), ..Standing::default() }), now);
        }
    }
}

//! A table of what a fleet does next.

use super::*;
use crate::fleet::{Amount, Concurrency, Member, Waves};
use crate::{DeployRequest, Target};

/// One letter a member: `.` waits, `d` is being deployed, `h` awaits health, `+` succeeded, `-` failed, `x` is not begun
/// after failures, `s` is not begun after a stop, `c` after a cancellation.
fn standings(letters: &str) -> Vec<Standing> {
    let standing = |letter| match letter {
        '.' => Standing::Waiting,
        'd' => Standing::Deploying,
        'h' => Standing::Settling,
        '+' => Standing::Succeeded,
        '-' => Standing::Failed,
        'x' => Standing::NotBegun(NotBegun::TooManyFailures),
        's' => Standing::NotBegun(NotBegun::Stopped),
        'c' => Standing::NotBegun(NotBegun::Cancelled),
        other => panic!("{other}"),
    };
    letters.chars().map(standing).collect()
}

/// Members whose profiles are `a` and `b` in turn, in waves of two.
fn plan(members: usize) -> FleetPlan {
    let member = |index: usize| {
        let profile = if index.is_multiple_of(2) { "a" } else { "b" };
        Member::new(format!("m{index}"), profile, DeployRequest::new(Target::application(format!("m{index}"))))
    };
    FleetPlan::new((0..members).map(member)).with_waves(Waves::Limit(Amount::Count(2)))
}

fn decided(plan: &FleetPlan, letters: &str, open: usize, directive: Directive) -> Decision {
    decide(plan, &plan.wave_ranges(), &standings(letters), open, directive)
}

#[test]
fn each_situation_has_its_decision() {
    use Decision::{BeforeWave, Begin, End, Obey, Wait};
    let failures = NotBegun::TooManyFailures;
    let (stop, cancel) = (Directive::Stop(failures), Directive::Cancel(failures));
    let asked = Directive::Stop(NotBegun::Stopped);
    let plain = plan(6);
    let over = plan(6).with_next_wave(NextWave::Over);
    let half = plan(6).with_max_failures(Amount::Percent(50));
    let going_on = plan(6).with_rest(Rest::GoOn);
    let cancelling = plan(6).with_rest(Rest::CancelRunning);
    let one_by_one = plan(6).with_concurrency(Concurrency::total(1));
    let profile = plan(6).with_waves(Waves::Together).with_concurrency(Concurrency::total(4).with_profile("a", 1));
    let table: [(&str, &FleetPlan, &str, usize, Directive, Decision); 31] = [
        ("the first wave begins", &plain, "......", 1, Directive::Go, Begin(vec![0, 1])),
        ("it also begins if none was opened", &plain, "......", 0, Directive::Go, Begin(vec![0, 1])),
        ("a wave is under way", &plain, "dd....", 1, Directive::Go, Wait),
        ("half of it is done", &plain, "+d....", 1, Directive::Go, Wait),
        ("it is deployed and not healthy", &plain, "+h....", 1, Directive::Go, Wait),
        ("it is done", &plain, "++....", 1, Directive::Go, BeforeWave(1)),
        ("the next one is open", &plain, "++....", 2, Directive::Go, Begin(vec![2, 3])),
        ("an open one does not overtake", &plain, "++dd..", 2, Directive::Go, Wait),
        ("one that has begun goes on after a resume", &plain, "++d...", 1, Directive::Go, Begin(vec![3])),
        ("the last wave", &plain, "++++dd", 3, Directive::Go, Wait),
        ("all is done", &plain, "++++++", 3, Directive::Go, End),
        ("over is enough", &over, "+h....", 1, Directive::Go, BeforeWave(1)),
        ("deploying is not", &over, "hd....", 1, Directive::Go, Wait),
        ("health is awaited at the end", &over, "++++hh", 3, Directive::Go, Wait),
        ("the first failure stops", &plain, "-d....", 1, Directive::Go, Obey(stop)),
        ("and goes on to stop what waits", &plain, "-dx...", 1, stop, Obey(stop)),
        ("what is under way is awaited", &plain, "-dxxxx", 1, stop, Wait),
        ("a stopped fleet ends", &plain, "-+xxxx", 1, stop, End),
        ("a stopped fleet stays stopped", &half, "+-x...", 1, Directive::Go, Obey(stop)),
        ("a share of failures is not reached", &half, "--....", 1, Directive::Go, BeforeWave(1)),
        ("a share of failures is reached", &half, "---...", 2, Directive::Go, Obey(stop)),
        ("failures are only reported", &going_on, "--....", 1, Directive::Go, BeforeWave(1)),
        ("what is under way is cancelled", &cancelling, "-d....", 1, Directive::Go, Obey(cancel)),
        ("also if nothing waits", &cancelling, "++++-d", 3, Directive::Go, Obey(cancel)),
        ("and once is enough", &cancelling, "++++-d", 3, cancel, Wait),
        ("failures after a stop cancel", &cancelling, "-dssss", 1, asked, Obey(cancel)),
        ("the caller stops", &plain, "+d....", 1, asked, Obey(asked)),
        ("a stop of the caller's stays", &plain, "+ds...", 1, Directive::Go, Obey(asked)),
        (
            "a cancellation of the caller's stays",
            &plain,
            "+dc...",
            1,
            Directive::Go,
            Obey(Directive::Cancel(NotBegun::Cancelled)),
        ),
        ("one at a time", &one_by_one, "+.....", 1, Directive::Go, Begin(vec![1])),
        ("a profile at its limit lets others pass", &profile, "d.....", 1, Directive::Go, Begin(vec![1, 3, 5])),
    ];
    for (case, plan, letters, open, directive, expected) in table {
        assert_eq!(decided(plan, letters, open, directive), expected, "{case}: {letters}");
    }
}

#[test]
fn a_plan_without_members_is_over() {
    assert_eq!(decided(&plan(0), "", 1, Directive::Go), Decision::End);
}

#[test]
fn room_is_what_those_under_way_leave() {
    let plan = plan(6).with_waves(Waves::Together).with_concurrency(Concurrency::total(3));
    assert_eq!(decided(&plan, "dh....", 1, Directive::Go), Decision::Begin(vec![2]));
    assert_eq!(decided(&plan, "dhd...", 1, Directive::Go), Decision::Wait);
    assert_eq!(decided(&plan, "+hd...", 1, Directive::Go), Decision::Begin(vec![3]));
}

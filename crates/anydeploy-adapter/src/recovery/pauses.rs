//! How long a search waits before it tries again.

use super::*;
use crate::Platform;

#[test]
fn the_poll_that_decides_comes_no_later_than_it_has_to() {
    let timing = Timing::DEFAULT;
    let lost = Error::new(ErrorKind::NoAnswer, "the connection broke").with_platform(Platform::new("toy"));
    let mut recovery = Recovery::new(lost, Patience::settling(&timing, 10));
    let second = Duration::from_secs(1);
    let mut step = None;
    for age in [1, 5, 10, 15, 20, 25, 29] {
        step = Some(recovery.judge(Ok(Resolution::NotFound), second * age));
    }
    assert!(matches!(step, Some(Step::Wait(wait)) if wait + second * 29 == timing.trigger_settles), "{step:?}");
}

//! How long a search and a single read wait before they try again.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::time::Instant;

use super::*;
use crate::platform;

#[test]
fn the_poll_that_decides_comes_no_later_than_it_has_to() {
    let timing = Timing::DEFAULT;
    let lost = Error::new(ErrorKind::NoAnswer, "the connection broke").with_platform(platform::COOLIFY);
    let mut recovery = Recovery::new(lost, Patience::settling(&timing));
    let second = Duration::from_secs(1);
    let mut step = None;
    for age in [1, 5, 10, 15, 20, 25, 29] {
        step = Some(recovery.judge(Ok(Resolution::NotFound), second * age));
    }
    assert!(matches!(step, Some(Step::Wait(wait)) if wait + second * 29 == timing.trigger_settles), "{step:?}");
}

fn limited(wait: Duration) -> Error {
    Error::new(ErrorKind::RateLimited, "slow").with_retry_after(Some(wait))
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_no_earlier_than_the_server_asks() {
    let (reads, started) = (AtomicU32::new(0), Instant::now());
    let read = async || match reads.fetch_add(1, Ordering::Relaxed) {
        0 => Err(limited(Duration::from_secs(40))),
        _ => Ok(()),
    };
    retry_read(Duration::from_mins(1), read).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(40), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_search_is_not_held_up_by_one_read_that_the_server_limits() {
    let reads = AtomicU32::new(0);
    let read = async || {
        reads.fetch_add(1, Ordering::Relaxed);
        Err::<(), _>(limited(Duration::from_secs(1)))
    };
    assert_eq!(retry_briefly(read).await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(reads.into_inner(), 1);
}

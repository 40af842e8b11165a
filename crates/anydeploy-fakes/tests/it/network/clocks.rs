//! Clocks that disagree with that of the client.

use std::time::Duration;

use anydeploy_fakes::{Fault, FaultPlan, RetryAfter};
use chrono::{DateTime, Utc};
use reqwest::Response;

use crate::network::{following, with};

/// Seconds by which a header's date is ahead of this machine.
fn ahead(answer: &Response, header: &str) -> i64 {
    let date = DateTime::parse_from_rfc2822(answer.headers()[header].to_str().unwrap()).unwrap();
    (date.to_utc() - Utc::now()).num_seconds()
}

fn is_about(seconds: i64, expected: i64) -> bool {
    (expected - 5..=expected + 5).contains(&seconds)
}

#[tokio::test]
async fn one_answer_may_be_ahead_or_behind_by_an_hour() {
    for (fault, expected) in [(Fault::ClockAhead, 3600), (Fault::ClockBehind, -3600)] {
        let world = with(fault).await;
        let answer = world.deploy().await.unwrap();
        assert!(is_about(ahead(&answer, "date"), expected), "{answer:?}");
        assert_eq!(answer.status(), 200);
        assert_eq!(world.acted(), (1, 1));
    }
}

#[tokio::test]
async fn the_offset_is_chosen() {
    let world = following(FaultPlan::always(Fault::ClockAhead).skew(Duration::from_secs(90))).await;
    assert!(is_about(ahead(&world.read().await.unwrap(), "date"), 90));
}

#[tokio::test]
async fn a_server_may_be_wrong_for_good_and_then_consistently() {
    let server = Duration::from_mins(10);
    let date = Fault::Status { code: 503, retry_after: Some(RetryAfter::Date) };
    let plan = FaultPlan::always(date).limit(1).retry_after(Duration::from_secs(30));
    for (plan, expected) in [(plan.clone().clock_ahead(server), 600), (plan.clock_behind(server), -600)] {
        let world = following(plan).await;
        let refusal = world.read().await.unwrap();
        assert!(is_about(ahead(&refusal, "date"), expected), "{refusal:?}");
        assert!(is_about(ahead(&refusal, "retry-after"), expected + 30), "{refusal:?}");
        assert!(is_about(ahead(&world.read().await.unwrap(), "date"), expected));
        assert_eq!(world.network.injected().len(), 1);
    }
}

//! What a fake keeps of the requests that it receives.

use std::time::Duration;

use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery, Pace, Timeline};
use serde_json::json;

#[tokio::test]
async fn a_request_is_kept_with_everything_that_was_sent() {
    let fake = FakeDokploy::start().await;
    let url = format!("{}/api/a%2Fb?name=a%20b&name=c&empty=", fake.url());
    let request = reqwest::Client::new().patch(&url).header("X-Odd", "1").body(json!({ "deep": [1] }).to_string());
    request.send().await.unwrap();
    let [request] = fake.requests().try_into().unwrap();
    assert_eq!((&*request.method, &*request.path), ("PATCH", "/api/a%2Fb"));
    assert_eq!(request.path_and_query(), url.trim_start_matches(&fake.url()));
    assert_eq!(request.query_parameter("name").as_deref(), Some("a b"));
    let values: Vec<_> = request.query_parameters().map(|(_, value)| value.into_owned()).collect();
    assert_eq!((values, request.query_parameter("none")), (vec!["a b".to_owned(), "c".into(), String::new()], None));
    assert_eq!(
        (request.header("x-odd"), request.header("X-ODD"), request.header("none")),
        (Some("1"), Some("1"), None)
    );
    assert!(request.headers().any(|(name, value)| name == "x-odd" && value == "1"));
    assert_eq!(request.json().unwrap(), json!({ "deep": [1] }));
}

#[tokio::test]
async fn requests_are_kept_in_their_order_and_dated_by_the_timeline() {
    let timeline = Timeline::start();
    let fake = FakeQovery::builder().pace(Pace::Along(timeline, Duration::from_secs(1))).start().await;
    for _ in 0..3 {
        reqwest::get(fake.url()).await.unwrap();
        timeline.advance(Duration::from_mins(1));
    }
    let received: Vec<_> = fake.requests().iter().map(|request| request.received_at).collect();
    let apart: Vec<_> = received.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(apart, [Duration::from_mins(1); 2]);
}

#[tokio::test]
async fn a_fake_without_recording_keeps_nothing() {
    let fake = FakeCoolify::builder().without_recording().start().await;
    reqwest::get(fake.url()).await.unwrap();
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_dropped_fake_refuses_connections() {
    let fake = FakeCoolify::start().await;
    let url = fake.url();
    reqwest::get(&url).await.unwrap();
    drop(fake);
    assert!(reqwest::get(&url).await.unwrap_err().is_connect());
}

//! Fakes and networks whose time passes only as far as the test lets it.

use std::time::Duration;

use anydeploy_fakes::{FakeCoolify, FakeDokploy, FakeQovery, Fault, FaultPlan, FaultyNetwork, Pace, Timeline};
use chrono::{DateTime, Utc};
use reqwest::{Client, Response};

const HOUR: Duration = Duration::from_hours(1);

fn date(answer: &Response) -> DateTime<Utc> {
    DateTime::parse_from_rfc2822(answer.headers()["date"].to_str().unwrap()).unwrap().to_utc()
}

#[tokio::test]
async fn every_fake_and_its_network_date_their_answers_by_the_timeline() {
    let timeline = Timeline::start();
    timeline.advance(HOUR);
    let pace = Pace::Along(timeline, Duration::from_millis(10));
    let coolify = FakeCoolify::builder().pace(pace).start().await;
    let dokploy = FakeDokploy::builder().pace(pace).start().await;
    let qovery = FakeQovery::builder().pace(pace).start().await;
    for origin in [coolify.url(), dokploy.url(), qovery.url()] {
        let plan = FaultPlan::always(Fault::HtmlPage { code: 502 }).along(timeline);
        let network = FaultyNetwork::before(&origin, plan).unwrap();
        for url in [origin, network.url()] {
            let ahead = (date(&reqwest::get(&url).await.unwrap()) - Utc::now()).num_seconds();
            assert!((3000..=3600).contains(&ahead), "{url}: {ahead}");
        }
    }
}

#[tokio::test]
async fn deployments_advance_with_the_timeline_alone() {
    let timeline = Timeline::start();
    let fake = FakeCoolify::builder().pace(Pace::Along(timeline, Duration::from_millis(10))).start().await;
    let deploy = format!("{}/api/v1/deploy?uuid={}", fake.url(), fake.application());
    Client::new().post(deploy).bearer_auth(fake.token()).send().await.unwrap();
    assert_ne!(fake.triggered()[0].status, "finished");
    assert_eq!(fake.triggered()[0].ended_at, None);
    timeline.advance(HOUR);
    let deployment = fake.triggered().remove(0);
    assert_eq!(deployment.status, "finished");
    assert!(deployment.ended_at.is_some_and(|ended| ended < timeline.now()));
}

#[tokio::test]
async fn a_network_on_the_runtime_of_the_caller_serves_until_it_is_dropped() {
    let fake = FakeCoolify::builder().pace(Pace::Manual).start().await;
    let network = FaultyNetwork::on_this_runtime(&fake.url(), FaultPlan::calm()).unwrap();
    let (http, version) = (Client::new(), format!("{}/api/v1/version", network.url()));
    assert_eq!(http.get(&version).bearer_auth(fake.token()).send().await.unwrap().status(), 200);
    assert_eq!((network.exchanges(), network.oldest_unanswered_at()), (1, None));
    drop(network);
    assert!(http.get(&version).send().await.unwrap_err().is_connect());
}

#[test]
fn a_network_on_a_runtime_needs_one() {
    assert!(FaultyNetwork::on_this_runtime("http://127.0.0.1:80", FaultPlan::calm()).is_err());
}

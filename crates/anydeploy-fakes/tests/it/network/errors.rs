//! Answers that something on the way gives while the server never hears of the request.

use std::time::{Duration, SystemTime};

use anydeploy_fakes::{Fault, FaultPlan, FaultyNetwork, RetryAfter};
use chrono::DateTime;
use reqwest::Method;

use crate::network::{following, with};

#[tokio::test]
async fn every_status_comes_in_three_forms_and_nothing_reaches_the_server() {
    for code in [429, 500, 502, 503] {
        for retry_after in [None, Some(RetryAfter::Seconds), Some(RetryAfter::Date)] {
            let fault = Fault::Status { code, retry_after };
            assert!(Fault::ALL.contains(&fault));
            let world = following(FaultPlan::always(fault).retry_after(Duration::from_millis(6_500))).await;
            let before = SystemTime::now();
            let answer = world.deploy().await.unwrap();
            assert_eq!(answer.status(), code);
            let header = answer.headers().get("retry-after").map(|value| value.to_str().unwrap());
            match retry_after {
                None => assert_eq!(header, None),
                Some(RetryAfter::Seconds) => assert_eq!(header, Some("7")),
                Some(_) => {
                    let date = SystemTime::from(DateTime::parse_from_rfc2822(header.unwrap()).unwrap());
                    let wait = date.duration_since(before).unwrap();
                    assert!((7..12).contains(&wait.as_secs()), "{wait:?}");
                    assert!(header.unwrap().ends_with(" GMT"));
                }
            }
            assert_eq!(world.acted(), (0, 0));
            assert_eq!(world.injected().fault, fault);
        }
    }
}

#[tokio::test]
async fn web_pages_come_as_an_error_and_as_a_success() {
    for (code, title) in [(502, "Bad Gateway"), (200, "Sign in"), (401, "Sign in"), (403, "Just a moment")] {
        assert!(Fault::ALL.contains(&Fault::HtmlPage { code }));
        let world = with(Fault::HtmlPage { code }).await;
        let answer = world.deploy().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].as_bytes()),
            (code, b"text/html; charset=utf-8".as_slice())
        );
        // Only a challenge says whose answer it is.
        assert_eq!(answer.headers().contains_key("cf-mitigated"), code == 403);
        let page = answer.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains(title), "{page}");
        assert_eq!(world.acted(), (0, 0));
    }
}

#[tokio::test]
async fn one_route_is_not_found_with_the_servers_body_while_the_others_work() {
    let body = r#"{"message":"Deployment not found."}"#;
    let plan = FaultPlan::always(Fault::NotFound).not_found("/api/v1/deployments/*", body);
    let world = following(plan).await;
    assert_eq!(world.deploy().await.unwrap().status(), 200, "a trigger is never hit");
    let id = world.fake.triggered()[0].id.clone();
    let answer = world.call(Method::GET, &format!("/deployments/{id}?x=y")).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (404, &"application/json".parse().unwrap())
    );
    assert_eq!(answer.text().await.unwrap(), body);
    let list = format!("/deployments/applications/{}", world.fake.application());
    assert_eq!(world.call(Method::GET, &list).await.unwrap().status(), 200);
    assert_eq!((world.injected().fault, world.fake.requests().len()), (Fault::NotFound, 2));
}

#[tokio::test]
async fn an_unreachable_server_is_a_502_and_counts_as_no_delivery() {
    // The port stays taken, so that nothing else listens there meanwhile.
    let silent = tokio::net::TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let gone = silent.local_addr().unwrap();
    let plan = FaultPlan::always(Fault::SlowDrip).drip(Duration::ZERO);
    let network = FaultyNetwork::before(&format!("http://{gone}/"), plan).unwrap();
    let answer = reqwest::get(network.url()).await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().starts_with("the server behind the faulty network did not answer"));
    assert_eq!(network.injected()[0].deliveries, 0);
}

#[test]
fn an_origin_that_is_no_address_is_refused() {
    for origin in [
        "",
        "127.0.0.1:80",
        "https://127.0.0.1:80",
        "http://127.0.0.1",
        "http://localhost:80",
        "http://127.0.0.1:80/api",
    ] {
        let error = FaultyNetwork::before(origin, FaultPlan::calm()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{origin}");
    }
}

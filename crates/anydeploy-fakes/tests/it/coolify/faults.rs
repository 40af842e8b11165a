//! Servers that cannot work: maintenance, a proxy without a server, an unreachable machine, and answers that are not
//! JSON.

use anydeploy_fakes::CoolifyQuirk;
use reqwest::Method;

use crate::coolify::{deploy, get, post, request, send, still, still_with};

#[tokio::test]
async fn maintenance_is_503_for_everything_but_health() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::Maintenance)).await;
    let answer = post(&fake, &format!("/deploy?uuid={}", fake.application())).await;
    assert_eq!(answer.said(), (503, "Service Unavailable".to_owned()));
    assert_eq!((answer.header("retry-after"), answer.header("x-ratelimit-limit")), (Some("30"), None));
    assert_eq!(send(request(&fake, Method::GET, "/health")).await.status, 200);
    fake.disable(CoolifyQuirk::Maintenance);
    assert_eq!(get(&fake, "/version").await.status, 200);
    assert!(fake.triggered().is_empty());
}

#[tokio::test]
async fn a_proxy_without_a_server_answers_502_in_html() {
    let fake = still().await;
    fake.enable(CoolifyQuirk::BadGateway);
    let answer = get(&fake, "/version").await;
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html; charset=utf-8")));
}

#[tokio::test]
async fn an_unreachable_machine_breaks_services_and_logs_but_not_the_queue() {
    let fake = still_with(|builder| builder.quirk(CoolifyQuirk::ServerUnreachable)).await;
    let (web, service) = (fake.application(), fake.service());
    deploy(&fake, &web).await;
    assert_eq!(post(&fake, &format!("/deploy?uuid={service}")).await.said(), (500, "Server Error".to_owned()));
    assert_eq!(get(&fake, &format!("/applications/{web}/logs")).await.said(), (500, "Server Error".to_owned()));
    assert_eq!((fake.triggered().len(), fake.starts().len()), (1, 0));
}

#[tokio::test]
async fn errors_of_the_framework_are_html_unless_json_is_the_first_thing_asked_for() {
    let fake = still().await;
    let path = format!("/deploy?uuid[]={}", fake.application());
    for (accept, kind) in [
        (None, "text/html; charset=utf-8"),
        (Some("*/*"), "text/html; charset=utf-8"),
        (Some("text/html, application/json"), "text/html; charset=utf-8"),
        (Some("application/json, text/plain, */*"), "application/json"),
    ] {
        let mut request = request(&fake, Method::POST, &path).bearer_auth(fake.token());
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = send(request).await;
        assert_eq!((answer.status, answer.header("content-type")), (500, Some(kind)), "{accept:?}");
    }
}

#[tokio::test]
async fn the_servers_own_errors_are_json_whatever_is_asked_for() {
    let fake = still().await;
    for path in ["/deployments/nope", "/nope", "/applications/nope"] {
        let answer = send(request(&fake, Method::GET, path).bearer_auth(fake.token())).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_are_404_with_a_link_even_without_a_token() {
    let fake = still().await;
    for path in ["/nope", "//version", "/deployments/a%2Fb", "/deployments/..%2Fversion", "/deployments//cancel"] {
        let answer = send(request(&fake, Method::GET, path)).await;
        let body = answer.json();
        assert_eq!(answer.said(), (404, "Not found.".to_owned()), "{path}");
        assert_eq!(body["docs"], "https://coolify.io/docs");
    }
}

#[tokio::test]
async fn version_and_health_are_html() {
    let fake = still_with(|builder| builder.version("4.4-rc.1")).await;
    let version = get(&fake, "/version").await;
    assert_eq!((version.text.as_str(), version.header("content-type")), ("4.4-rc.1", Some("text/html; charset=utf-8")));
    let health = reqwest::get(format!("{}/api/health", fake.url())).await.unwrap();
    assert_eq!(health.headers()["x-ratelimit-limit"], "1000");
    assert_eq!(health.text().await.unwrap(), "OK");
}

#[tokio::test]
async fn every_request_is_on_record() {
    let fake = still().await;
    get(&fake, "/version").await;
    get(&fake, "/nope").await;
    let paths: Vec<String> = fake.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, ["/api/v1/version", "/api/v1/nope"]);
}

#[tokio::test]
async fn debug_shows_no_token() {
    let fake = still().await;
    assert!(!format!("{fake:?}").contains(fake.token()));
}

//! A client of the caller's own: which rules hold for it, and which it decides.

use anydeploy_wire::reqwest::{Client, redirect::Policy};
use anydeploy_wire::{Auth, ErrorKind, Http};

use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use super::server::{Closed, READ, START, Server};

/// A server that redirects to another place with this status.
async fn redirecting(status: &str, to: &str) -> Server {
    Server::answering(status, &format!("location: {to}/planted?token=planted\r\n"), "").await
}

#[tokio::test]
async fn what_is_set_for_each_request_holds_for_it() {
    let server = Server::answering("200 OK", "", "\"12345678\"").await;
    let client = Client::builder().user_agent("other/1").redirect(Policy::none()).build().unwrap();
    let builder = server.builder().client(client).auth(Auth::bearer("t")).header("x-extra", "e").user_agent("me/1");
    let http = builder.clone().build().unwrap();
    http.request(&READ).path("id", "1").send().await.unwrap();
    let request = server.requests()[0].to_ascii_lowercase();
    for line in ["authorization: bearer t", "x-extra: e", "user-agent: me/1", "accept: application/json"] {
        assert!(request.lines().any(|found| found == line), "{line}: {request}");
    }
    let limited = builder.max_body(5).build().unwrap();
    assert_eq!(limited.request(&READ).path("id", "1").send().await.unwrap_err().kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn the_client_that_is_given_is_the_one_that_sends() {
    let (server, proxy) = (Server::answering("200 OK", "", "7").await, Server::answering("200 OK", "", "8").await);
    let proxied = anydeploy_wire::reqwest::Proxy::all(proxy.origin()).unwrap();
    let http = server.builder().client(Client::builder().proxy(proxied).build().unwrap()).build().unwrap();
    assert_eq!(*http.request(&READ).path("id", "1").json::<u8>().await.unwrap().value(), 8);
    assert_eq!((server.requests().len(), proxy.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_response_that_a_redirect_led_to_is_never_taken_for_the_operations() {
    for (status, answer) in [("302 Found", "200 OK"), ("307 Temporary Redirect", "200 OK"), ("302 Found", "401 No")] {
        let target = Server::answering(answer, "", "7").await;
        let server = redirecting(status, &target.origin()).await;
        // The default of reqwest follows up to ten redirects.
        let http = server.builder().client(Client::new()).auth(Auth::bearer("planted")).build().unwrap();
        let error = http.request(&START).path("id", "1").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
        let line = format!("followed a redirect to {}, which may have received the credentials", target.origin());
        assert!(error.message().contains(&line) && !format!("{error:?}").contains("planted"), "{error:?}");
        assert_eq!(target.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_no_success_either() {
    let server = MockServer::start().await;
    let away = ResponseTemplate::new(302).insert_header("location", "/elsewhere?token=planted");
    Mock::given(path("/things/1/start")).respond_with(away).mount(&server).await;
    Mock::given(path("/elsewhere")).respond_with(ResponseTemplate::new(200).set_body_string("7")).mount(&server).await;
    let http = Http::builder(server.uri()).client(Client::new()).build().unwrap();
    let error = http.request(&START).path("id", "1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)));
    let line = format!("followed a redirect to {}; build that client", server.uri());
    assert!(error.message().contains(&line) && !format!("{error:?}").contains("planted"), "{error:?}");
}

#[tokio::test]
async fn a_client_that_stops_at_a_redirect_is_named() {
    let server = redirecting("302 Found", "").await;
    let http =
        server.builder().client(Client::builder().redirect(Policy::limited(1)).build().unwrap()).build().unwrap();
    let error = http.request(&START).path("id", "1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
    assert!(error.message().contains("stopped at a redirect"), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
}

#[tokio::test]
async fn a_failure_to_connect_does_not_prove_that_nothing_was_sent() {
    let closed = Closed::new();
    let dead = format!("http://{}", closed.address());
    // The first server has the request, and may have acted on it, before the redirect fails.
    let server = redirecting("303 See Other", &dead).await;
    let http = server.builder().client(Client::new()).build().unwrap();
    let error = http.request(&START).path("id", "1").send().await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Interrupted, 1), "{error:?}");
    assert!(error.message().contains("may have sent the request before"), "{error}");
    let http = Http::builder(&*dead).client(Client::new()).build().unwrap();
    assert_eq!(http.request(&START).path("id", "1").send().await.unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(http.request(&READ).path("id", "1").send().await.unwrap_err().kind(), ErrorKind::Connect);
}

#[test]
fn what_the_client_would_not_use_is_refused_beside_it() {
    let builder = || Http::builder("https://host.example").client(Client::new());
    for (builder, what) in [
        (builder().proxy("http://proxy.example:3128"), "the proxy is not used"),
        (builder().no_proxy(), "the proxy is not used"),
        (builder().root_certificate_pem("planted"), "the root certificate is not used"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.to_string().contains(what), "{error}");
    }
    let plain = Http::builder("http://host.example").client(Client::new()).build().unwrap_err();
    assert!(plain.to_string().contains("plain http"), "{plain}");
}

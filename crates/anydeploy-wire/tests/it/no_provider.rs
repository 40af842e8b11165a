//! Without a provider of rustls, `https` is refused with the line that installs one, and plain HTTP works.

use anydeploy_wire::{ErrorKind, Http, Method, Operation};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const READ: Operation = Operation::new(Method::Get, "read-thing", "/thing");

#[test]
fn https_without_a_provider_is_refused_with_the_line_that_installs_one() {
    let error = Http::builder("https://host.example").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
    assert!(error.message().contains("default_provider().install_default()"), "{error}");
}

#[tokio::test]
async fn plain_http_on_this_machine_needs_no_provider() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string("7")).mount(&server).await;
    let http = Http::builder(server.uri()).build().unwrap();
    assert_eq!(http.request(&READ).send().await.unwrap().json::<u8>().unwrap().into_value(), 7);
}

//! Every operation of the documents, sent with everything set, and answered in four ways.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests may")]

use coolify_client::Client;

#[allow(clippy::pedantic)]
#[rustfmt::skip]
#[path = "generated/calls.rs"]
mod calls;
#[allow(clippy::pedantic)]
#[rustfmt::skip]
#[path = "generated/decode.rs"]
mod decode;
#[path = "../../anydeploy-wire/tests/api/driver.rs"]
mod driver;

#[tokio::test]
async fn every_request_arrives_as_documented() {
    let server = driver::Server::start().await;
    let client = Client::new(server.uri(), "a token").unwrap();
    driver::requests("coolify", "/api/v1", &client, calls::ALL, &server).await;
}

#[test]
fn every_answer_decodes_full_bare_null_and_with_news() {
    driver::answers("coolify", decode::decode);
}

//! Every operation of the documents, sent with everything set, and answered in four ways.

use client_testing::Server;
use qovery_client::Client;

use super::generated::{calls, decode};

#[tokio::test]
async fn every_request_arrives_as_documented() {
    let server = Server::start().await;
    let client = Client::from_http(Client::http_builder(server.uri(), "a token").build().unwrap());
    client_testing::requests("qovery", "", &client, calls::ALL, &server).await;
}

#[test]
fn every_answer_decodes_full_bare_null_and_with_news() {
    client_testing::answers("qovery", decode::decode);
}

//! Every operation of the documents, sent with everything set, and answered in four ways.

use client_testing::Server;
use coolify_client::Client;

use super::generated::{calls, decode};

#[tokio::test]
async fn every_request_arrives_as_documented() {
    let server = Server::start().await;
    let client = Client::new(server.uri(), "a token").unwrap();
    client_testing::requests("coolify", "/api/v1", &client, calls::ALL, &server).await;
}

#[test]
fn every_answer_decodes_full_bare_null_and_with_news() {
    client_testing::answers("coolify", decode::decode);
}

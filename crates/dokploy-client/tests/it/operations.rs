//! Every operation of the documents, sent with everything set, and answered in four ways.

use client_testing::Server;
use dokploy_client::Client;

use super::generated::{calls, decode};

#[tokio::test]
async fn every_request_arrives_as_documented() {
    let server = Server::start().await;
    let client = Client::new(server.uri(), "a token").unwrap();
    client_testing::requests("dokploy", "/api", &client, calls::ALL, &server).await;
}

#[test]
fn every_answer_decodes_full_bare_null_and_with_news() {
    client_testing::answers("dokploy", decode::decode);
}

#[test]
fn every_operation_on_the_container_of_a_database_outlives_the_default_timeout() {
    let operations = dokploy_client::operations::DATABASES;
    let slow: Vec<&str> = operations
        .iter()
        .filter(|operation| operation.timeout().is_some())
        .map(dokploy_client::wire::Operation::id)
        .collect();
    for database in ["postgres", "mysql", "mariadb", "mongo", "redis", "libsql"] {
        // A deploy waits up to 45 s until the service has converged, since 0.30.5.
        for verb in ["deploy", "rebuild", "start", "stop", "reload", "saveExternalPort"] {
            assert!(slow.iter().any(|id| id.starts_with(&format!("{database}-{verb}"))), "{database} {verb}: {slow:?}");
        }
    }
}

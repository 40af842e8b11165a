//! Every operation of the documents, sent with everything set, and answered in four ways.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests may")]

use dokploy_client::Client;

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
    driver::requests("dokploy", "/api", &client, calls::ALL, &server).await;
}

#[test]
fn every_answer_decodes_full_bare_null_and_with_news() {
    driver::answers("dokploy", decode::decode);
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

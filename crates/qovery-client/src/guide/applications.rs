//! Deploy a commit of an application.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/application/a1/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "a1", "state": "DEPLOYMENT_QUEUED", "deployment_request_id": "r1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::DeployRequest;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let commit = DeployRequest::default().with_git_commit_id("0a1b2c3");
//! let status = client.deploy_application("a1", &commit).await?.into_value();
//! let request = status.and_then(|status| status.deployment_request_id);
//! assert_eq!(request.as_deref(), Some("r1"), "it waits in the queue");
//! # Ok(())
//! # }
//! ```

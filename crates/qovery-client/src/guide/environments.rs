//! Deploy two services of an environment in one request.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/environment/e1/service/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "e1", "state": "DEPLOYMENT_QUEUED", "deployment_request_id": "r1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{DeployAllContainer, DeployAllRequest};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let services = DeployAllRequest::default()
//!     .with_containers(vec![DeployAllContainer::new("c1").with_image_tag("1.4.0")])
//!     .with_databases(vec!["d1".to_owned()]);
//! let status = client.deploy_all_services("e1", &services).await?.into_value();
//! assert!(status.is_some_and(|status| status.deployment_request_id.is_some()));
//! # Ok(())
//! # }
//! ```

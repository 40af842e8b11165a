//! Plan a Terraform service without applying the plan.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/terraform/t1/deploy"))
//! #     .respond_with(ResponseTemplate::new(202).set_body_json(serde_json::json!({"id": "t1", "state": "DEPLOYMENT_QUEUED"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{TerraformDeployAction, TerraformDeployRequest};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let plan = TerraformDeployRequest::default().with_action(TerraformDeployAction::Plan);
//! let status = client.deploy_terraform("t1", &plan).await?;
//! assert!(status.value().is_some());
//! # Ok(())
//! # }
//! ```

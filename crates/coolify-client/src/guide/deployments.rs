//! Deploy an application and read how far the deployment is.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/deploy"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"deployments": [{"message": "Application web deployment queued.", "resource_uuid": "a1", "deployment_uuid": "p1"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/deployments/p1"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"deployment_uuid": "p1", "status": "in_progress", "commit": "HEAD", "logs": null})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::{DeployByTagOrUuidParams, DeploymentStatusEnum};
//!
//! let client = Client::new(instance, "a token")?;
//! let params = DeployByTagOrUuidParams::default().with_uuid("a1");
//! let accepted = client.deploy_by_tag_or_uuid(&params).await?.into_value();
//! let started = accepted.deployments.first().and_then(|item| item.deployment_uuid.as_deref());
//! if let Some(uuid) = started {
//!     let deployment = client.get_deployment_by_uuid(uuid).await?.into_value();
//!     assert_eq!(deployment.status, DeploymentStatusEnum::InProgress);
//! }
//! # Ok(())
//! # }
//! ```

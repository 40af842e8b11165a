//! Read how the newest deployment of an application ended, and why.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/deployment.all"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"deploymentId": "d1", "title": "Release 1.4.0", "status": "error"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/deployment.readLogs"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!("Error: Image not found")))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{DeploymentReadLogsParams, DeploymentStatusEnum};
//!
//! let client = Client::new(instance, "a key")?;
//! let deployments = client.deployment_all("a1").await?.into_value();
//! if let Some(newest) = deployments.first()
//!     && newest.status == Some(DeploymentStatusEnum::Error)
//! {
//!     let params = DeploymentReadLogsParams::default().with_tail(50);
//!     let log = client.deployment_read_logs(&newest.deployment_id, &params).await?;
//!     assert!(log.value().ends_with("not found"));
//! }
//! # Ok(())
//! # }
//! ```

//! Deploy a compose service.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/compose.deploy"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"success": true, "message": "Deployment queued", "composeId": "c1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::DeployCompose;
//!
//! let client = Client::new(instance, "a key")?;
//! let request = DeployCompose::new("c1").with_title("Release 1.4.0");
//! let answer = client.compose_deploy(&request).await?;
//! // Queued, not deployed: what becomes of it is in the list of deployments.
//! assert_eq!(answer.status(), 200);
//! # Ok(())
//! # }
//! ```

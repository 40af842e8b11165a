//! Create a project.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/project.create"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"project": {"projectId": "p1", "name": "shop"}, "environment": {"environmentId": "e1", "name": "production"}})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::CreateProject;
//!
//! let client = Client::new(instance, "a key")?;
//! let created = client.project_create(&CreateProject::new("shop")).await?.into_value();
//! // It has an environment from the beginning.
//! assert_eq!(created.environment.environment_id, "e1");
//! # Ok(())
//! # }
//! ```

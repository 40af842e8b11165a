//! Find the environments of a project.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/projects"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"uuid": "p1", "name": "shop", "id": 1}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/projects/p1"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"uuid": "p1", "name": "shop", "environments": [{"uuid": "e1", "name": "production", "id": 1}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! for project in client.list_projects().await?.into_value() {
//!     let details = client.get_project_by_uuid(&project.uuid).await?.into_value();
//!     assert_eq!(details.environments[0].name.as_deref(), Some("production"));
//! }
//! # Ok(())
//! # }
//! ```

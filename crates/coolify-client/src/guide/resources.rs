//! List the resources that are not running.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/resources"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"uuid": "a1", "name": "web", "type": "application", "status": "exited:unhealthy"}, {"uuid": "d1", "name": "pg", "type": "standalone-postgresql", "status": "running:healthy"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! let resources = client.list_resources().await?.into_value();
//! let stopped: Vec<_> = resources
//!     .iter()
//!     .filter(|resource| resource.status.as_deref().is_some_and(|status| !status.starts_with("running")))
//!     .collect();
//! assert_eq!(stopped[0].uuid, "a1");
//! # Ok(())
//! # }
//! ```

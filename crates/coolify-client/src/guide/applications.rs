//! Let the applications with a tag pull another image the next time they are deployed.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/applications"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"uuid": "a1", "name": "web", "build_pack": "dockerimage", "status": "running:healthy"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("PATCH"))
//! #     .and(path("/api/v1/applications/a1"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"uuid": "a1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::{ApplicationUpdate, ListApplicationsParams};
//!
//! let client = Client::new(instance, "a token")?;
//! let params = ListApplicationsParams::default().with_tag("web");
//! for application in client.list_applications(&params).await?.into_value() {
//!     let update = ApplicationUpdate::default().with_docker_registry_image_tag("1.4.0".to_owned());
//!     let updated = client.update_application_by_uuid(&application.uuid, &update).await?;
//!     assert_eq!(updated.value().uuid.as_deref(), Some("a1"));
//! }
//! # Ok(())
//! # }
//! ```

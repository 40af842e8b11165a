//! Create a project with an application that runs an image.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/projects"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "p1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/applications/dockerimage"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "a1", "domains": "https://web.example.com"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::{NewImageApplication, NewProject};
//!
//! let client = Client::new(instance, "a token")?;
//! let project = client.create_project(&NewProject::new("shop")).await?.into_value();
//! let application = NewImageApplication::new("ghcr.io/acme/web", project.uuid, "the id of a server")
//!     .with_environment_name("production")
//!     .with_docker_registry_image_tag("1.4.0")
//!     .with_ports_exposes("8080");
//! let created = client.create_dockerimage_application(&application).await?.into_value();
//! assert_eq!(created.domains.as_deref(), Some("https://web.example.com"));
//! # Ok(())
//! # }
//! ```

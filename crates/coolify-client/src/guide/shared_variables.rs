//! Share a variable between all resources of a project.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/projects/p1/envs"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": 7})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::NewSharedVariable;
//!
//! let client = Client::new(instance, "a token")?;
//! let variable = NewSharedVariable::new("SMTP_PASSWORD", "a secret").with_is_shown_once(true);
//! let id = client.create_project_shared_env("p1", &variable).await?.into_value();
//! assert_eq!(id.id, 7);
//! # Ok(())
//! # }
//! ```

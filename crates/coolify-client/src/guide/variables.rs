//! Set a variable of an application.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/applications/a1/envs"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "v1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::NewApplicationVariable;
//! use coolify_client::wire::Secret;
//!
//! let client = Client::new(instance, "a token")?;
//! let variable = NewApplicationVariable::new("DATABASE_URL")
//!     .with_value(Secret::new("postgres://app:a-secret@pg/app"))
//!     .with_is_buildtime(false);
//! let created = client.create_env_by_application_uuid("a1", &variable).await?;
//! assert_eq!(created.value().uuid, "v1");
//! # Ok(())
//! # }
//! ```

//! Add a server and let Coolify install what is missing on it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/servers"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"uuid": "s1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/v1/servers/s1/validate"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"message": "Validation started."})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::{NewServer, ServerValidation};
//!
//! let client = Client::new(instance, "a token")?;
//! let server = NewServer::new("192.0.2.7", "the id of a private key").with_name("build-1");
//! let server = client.create_server(&server).await?.into_value();
//! let validation = ServerValidation::default().with_install(true);
//! client.validate_server_by_uuid(&server.uuid, &validation).await?;
//! # Ok(())
//! # }
//! ```

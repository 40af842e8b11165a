//! Set a secret of an application.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/variable"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": "v1", "key": "DATABASE_URL", "is_secret": true, "scope": "APPLICATION"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{ApiVariableScopeEnum, VariableRequest};
//! use qovery_client::wire::Secret;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let value = Secret::new("postgres://app:a-secret@pg/app");
//! let variable = VariableRequest::new(true, "DATABASE_URL", value, "a1", ApiVariableScopeEnum::Application);
//! let created = client.create_variable(&variable).await?;
//! assert_eq!(created.value().key, "DATABASE_URL");
//! # Ok(())
//! # }
//! ```

//! Make an API key that is not limited to ten requests a day.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/organization.active"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"id": "o1", "name": "Acme"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/user.createApiKey"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"id": "k1", "name": "ci", "key": "the key", "rateLimitEnabled": false})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{ApiKeyMetadata, CreateApiKey};
//! use dokploy_client::wire::Secret;
//!
//! let client = Client::new(instance, "a key")?;
//! if let Some(organization) = client.organization_active().await?.into_value() {
//!     let key = CreateApiKey::new(ApiKeyMetadata::new(organization.id), "ci").with_rate_limit_enabled(false);
//!     let key = client.user_create_api_key(&key).await?.into_value();
//!     // The server never shows it again.
//!     assert_eq!(key.key.as_ref().map(Secret::expose), Some("the key"));
//! }
//! # Ok(())
//! # }
//! ```

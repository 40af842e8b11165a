//! Give a project a secret, and one environment another value of it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/project/p1/secret"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": "s1", "key": "DATABASE_URL"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/environment/e1/secret/s1/override"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": "s2", "key": "DATABASE_URL"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{OverrideRequest, SecretRequest};
//! use qovery_client::wire::Secret;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let secret = SecretRequest::new("DATABASE_URL").with_value(Secret::new("postgres://app:a-secret@pg/app"));
//! let secret = client.create_project_secret("p1", &secret).await?.into_value();
//! let value = OverrideRequest::default().with_value(Secret::new("postgres://app:a-secret@staging/app"));
//! client.create_environment_secret_override("e1", &secret.id, &value).await?;
//! # Ok(())
//! # }
//! ```

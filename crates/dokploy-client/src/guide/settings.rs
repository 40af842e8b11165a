//! Find out which server answers.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/settings.getDokployVersion"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!("v0.30.2")))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/settings.isCloud"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!(false)))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//!
//! let client = Client::new(instance, "a key")?;
//! let version = client.settings_get_dokploy_version().await?;
//! assert_eq!(version.value(), "v0.30.2");
//! assert!(!client.settings_is_cloud().await?.into_value());
//! # Ok(())
//! # }
//! ```

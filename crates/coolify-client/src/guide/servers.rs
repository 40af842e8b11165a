//! Check whether a server can be used, and list what runs on it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/servers/s1"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"uuid": "s1", "name": "build-1", "settings": {"is_usable": true}, "resources": [{"uuid": "a1", "name": "web", "type": "application"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//! use coolify_client::types::GetServerByUuidParams;
//!
//! let client = Client::new(instance, "a token")?;
//! let params = GetServerByUuidParams::default().with_resources(true);
//! let server = client.get_server_by_uuid("s1", &params).await?.into_value();
//! assert_eq!(server.settings.and_then(|settings| settings.is_usable), Some(true));
//! assert_eq!(server.resources.len(), 1);
//! # Ok(())
//! # }
//! ```

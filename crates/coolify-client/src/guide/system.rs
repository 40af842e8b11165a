//! Read the version of a server, and whether it answers at all.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), coolify_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/version"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_string("4.3.11"))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/v1/health"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_string("OK"))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use coolify_client::Client;
//!
//! let client = Client::new(instance, "a token")?;
//! let version = client.version().await?;
//! assert_eq!(version.value(), "4.3.11");
//! let health = client.healthcheck().await?;
//! assert_eq!(health.value(), "OK");
//! # Ok(())
//! # }
//! ```

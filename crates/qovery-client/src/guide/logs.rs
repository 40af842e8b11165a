//! Print the errors of a deployment.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/environment/e1/logs"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"type": "error", "error": {"user_log_message": "no such image"}}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::ListEnvironmentLogsParams;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let last = ListEnvironmentLogsParams::default();
//! for line in client.list_environment_logs("e1", &last).await?.into_value() {
//!     if let Some(error) = line.error {
//!         println!("{}", error.user_log_message.unwrap_or_default());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

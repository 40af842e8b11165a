//! Learn which services of an environment are being deployed.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/environment/e1/statuses"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"environment": {"id": "e1", "state": "DEPLOYING"}, "containers": [{"id": "c1", "state": "BUILDING", "is_part_last_deployment": true}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::StateEnum;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let statuses = client.get_environment_statuses("e1").await?.into_value();
//! assert_eq!(statuses.environment.state, StateEnum::Deploying);
//! for status in statuses.containers {
//!     println!("{} is {}", status.id, status.state);
//! }
//! # Ok(())
//! # }
//! ```

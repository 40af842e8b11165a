//! List the projects of an organization.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/organization/o1/project"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"results": [{"id": "p1", "name": "store"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let projects = client.list_project("o1").await?.into_value();
//! assert_eq!(projects.results[0].name.as_deref(), Some("store"));
//! # Ok(())
//! # }
//! ```

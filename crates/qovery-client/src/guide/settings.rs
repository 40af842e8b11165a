//! Create a container in an environment, without deploying it.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/environment/e1/container"))
//! #     .respond_with(ResponseTemplate::new(201).set_body_json(serde_json::json!({"id": "c1", "name": "web", "image_name": "acme/web", "tag": "1.4.0"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::{ContainerRequest, Healthcheck, ServicePortItemRequest};
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let container = ContainerRequest::new(Healthcheck::default(), "acme/web", "web", "the id of a registry", "1.4.0")
//!     .with_ports(vec![ServicePortItemRequest::new(8080, true)])
//!     .with_memory(256);
//! let created = client.create_container("e1", &container).await?;
//! assert_eq!(created.value().id, "c1");
//! # Ok(())
//! # }
//! ```

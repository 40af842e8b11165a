//! Find a service by its name, wherever it stands.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), qovery_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("GET"))
//! #     .and(path("/organization"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"results": [{"id": "o1", "name": "Acme"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/organization/o1/services"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"results": [{"id": "a1", "name": "shop", "service_type": "APPLICATION"}]})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let base_url = server.uri();
//! use qovery_client::Client;
//! use qovery_client::types::ListServicesByOrganizationIdParams;
//!
//! // `Client::new("a token")?` is enough for Qovery's own address.
//! let client = Client::from_http(Client::http_builder(base_url, "a token").build()?);
//! let everywhere = ListServicesByOrganizationIdParams::default();
//! for organization in client.list_organization().await?.into_value().results {
//!     let services = client.list_services_by_organization_id(&organization.id, &everywhere).await?.into_value();
//!     let shop = services.results.into_iter().find(|service| service.name.as_deref() == Some("shop"));
//!     assert_eq!(shop.map(|service| service.id).as_deref(), Some("a1"));
//! }
//! # Ok(())
//! # }
//! ```

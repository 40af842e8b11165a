//! Give an application a host name with a certificate.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/domain.create"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"domainId": "d1", "host": "shop.example.com", "https": true})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{CertificateTypeEnum, CreateDomain};
//!
//! let client = Client::new(instance, "a key")?;
//! let domain = CreateDomain::new("shop.example.com")
//!     .with_application_id("a1".to_owned())
//!     .with_port(3000)
//!     .with_https(true)
//!     .with_certificate_type(CertificateTypeEnum::Letsencrypt);
//! let domain = client.domain_create(&domain).await?.into_value();
//! assert_eq!(domain.domain_id, "d1");
//! # Ok(())
//! # }
//! ```

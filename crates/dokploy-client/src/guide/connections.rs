//! Add a DNS provider and point a name to a server.
//!
//! ```
//! # use wiremock::matchers::{method, path};
//! # use wiremock::{Mock, MockServer, ResponseTemplate};
//! # #[tokio::main]
//! # async fn main() -> Result<(), dokploy_client::wire::Error> {
//! # let server = MockServer::start().await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/dnsProvider.create"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"dnsProviderId": "d1", "name": "main", "providerType": "cloudflare", "config": {"providerType": "cloudflare", "apiToken": "masked"}})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("GET"))
//! #     .and(path("/api/dnsProvider.listZones"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!([{"id": "z1", "name": "example.com"}])))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # Mock::given(method("POST"))
//! #     .and(path("/api/dnsProvider.createRecord"))
//! #     .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({"id": "r1"})))
//! #     .expect(1)
//! #     .mount(&server)
//! #     .await;
//! # let instance = server.uri();
//! use dokploy_client::Client;
//! use dokploy_client::types::{CloudflareDns, CreateDnsProvider, CreateDnsRecord};
//! use dokploy_client::types::{DnsProviderConfig, DnsProviderTypeEnum, DnsRecordTypeEnum};
//! use dokploy_client::wire::Secret;
//!
//! let client = Client::new(instance, "a key")?;
//! let cloudflare = CloudflareDns::new(Secret::new("a token"), DnsProviderTypeEnum::Cloudflare);
//! let config = DnsProviderConfig::Cloudflare(Box::new(cloudflare));
//! let provider = client.dns_provider_create(&CreateDnsProvider::new(config, "main")).await?.into_value();
//! for zone in client.dns_provider_list_zones(&provider.dns_provider_id).await?.into_value() {
//!     let record = CreateDnsRecord::new(
//!         "192.0.2.7",
//!         &provider.dns_provider_id,
//!         "shop.example.com",
//!         DnsRecordTypeEnum::A,
//!         zone.id,
//!     );
//!     client.dns_provider_create_record(&record).await?;
//! }
//! # Ok(())
//! # }
//! ```
